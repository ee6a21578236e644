"""From a SavedModel's upload to its place on the leaderboard; and files, while hostile models run out their time."""

import subprocess
import sys
import time
from pathlib import Path

from tests.benchmarks.row import Row, percentile
from tests.benchmarks.upload_to_score import site_at, until_scored
from tests.running_site import ROOT, Participant, RunningSite, eventually

MODELS = 15
LOOPING_MODELS = 10
FILES = 100
RANKED = "SELECT count(*) FROM leaderboard_standing s JOIN teams_team t ON t.id = s.team_id WHERE t.name = ?"
STILL_LOOPING = "SELECT count(*) FROM submissions_submission WHERE status IN ('queued', 'predicting')"


def measure(seeded_var: Path, folder: Path) -> list[Row]:
    """Seconds by the wall clock, taken at the sender's side."""
    site = site_at(seeded_var, folder / "models")
    rows = [_one_at_a_time(site, folder), _beside_hostile_models(site, folder)]
    site.stop()
    return rows


def _one_at_a_time(site: RunningSite, folder: Path) -> Row:
    model = kits_model(site, folder / "kit")
    (sender,) = site.participants("model-sender")
    until_scored(site, sender.submit(model, "model.zip"))
    assert site.value(RANKED, sender.name) == 1
    seconds = []
    for _ in range(MODELS):
        begun = time.perf_counter()
        until_scored(site, sender.submit(model, "model.zip"))
        seconds.append(time.perf_counter() - begun)
    runs = [value for (value,) in site.rows("SELECT seconds FROM submissions_modelrun ORDER BY seconds")]
    run = float(str(runs[len(runs) // 2]))
    p50, p95 = percentile(seconds, 0.5), percentile(seconds, 0.95)
    return Row(
        "SavedModel of the kit, 20,827 rows: upload → on the leaderboard",
        f"p50 {p50:.2f} s, p95 {p95:.2f} s",
        f"{p50 / run:.1f} × the model's own run ({run:.2f} s)",
        "p50 ≤ 1.5 s",
        p50 <= 1.5,
    )


def kits_model(site: RunningSite, folder: Path) -> bytes:
    """The zip of the kit's biases, trained on what the site gives out."""
    page, work = f"{site.url}/competitions/goodreads/", str(folder)
    for command in (
        ["fetch", page, "--work", work],
        ["train", "biases", "--work", work],
        ["export", "biases", "--work", work, "--output", str(folder / "model.zip")],
    ):
        subprocess.run([sys.executable, "-m", "starter_kit", *command], cwd=ROOT, check=True, capture_output=True)
    return (folder / "model.zip").read_bytes()


def _beside_hostile_models(site: RunningSite, folder: Path) -> Row:
    sent = folder / "sent"
    sent.mkdir()
    subprocess.run(
        [sys.executable, str(ROOT / "tests" / "sent_models.py"), str(sent)],
        env={**site.environment, "PYTHONPATH": str(ROOT / "tests" / "model_runner")},
        check=True,
        capture_output=True,
    )
    mallory, alice = site.participants("mallory", "alice")
    sample = site.sample()
    alone = _files(site, alice, sample)
    looping = (sent / "looping.zip").read_bytes()
    for _ in range(LOOPING_MODELS):
        mallory.submit(looping, "looping.zip")
    eventually(lambda: _runs(site), "a model loops")
    beside = _files(site, alice, sample)
    still = site.value(STILL_LOOPING)
    p95, p95_alone = percentile(beside, 0.95), percentile(alone, 0.95)
    return Row(
        f"a file of 20,827 rows → ranked, beside {LOOPING_MODELS} looping models",
        f"p95 {p95:.2f} s, {still} models still looping or waiting",
        f"{p95 / p95_alone:.1f} × alone ({p95_alone:.3f} s)",
        "p95 ≤ 1 s",
        p95 <= 1 and still == LOOPING_MODELS,
    )


def _runs(site: RunningSite) -> bool:
    processes = site.top("models worker").children(recursive=True)
    return any("child.py" in " ".join(process.cmdline()) for process in processes)


def _files(site: RunningSite, sender: Participant, sample: bytes) -> list[float]:
    seconds = []
    for _ in range(FILES):
        begun = time.perf_counter()
        until_scored(site, sender.submit(sample))
        seconds.append(time.perf_counter() - begun)
    return seconds
