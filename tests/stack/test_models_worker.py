"""With real processes: models are run by a worker that cannot read a label, and nobody is lost or delayed."""

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
import requests
from running_site import ROOT, RunningSite, eventually
from test_never_lost import ATTEMPT, EVALUATIONS, QUICK

RUN = "SELECT outcome FROM submissions_modelrun WHERE submission_id = ? AND NOT is_public_sample"
SECONDS = "from competitions.models import Competition; Competition.objects.update(model_seconds={})"
READ = "import sys; print(len(open(sys.argv[1]).read()))"
WRITE = "import sys; open(sys.argv[1], 'x').write('id,rating,Usage')"


def behind_the_label_wall(site, role, code, path):
    command = [sys.executable, "-m", "grading.label_wall", role, sys.executable, "-c", code, str(path)]
    environment = {name: value for name, value in site.environment.items() if name != "DJANGO_SETTINGS_MODULE"}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_a_model_becomes_a_score_though_its_worker_cannot_read_a_label(site, sent_models):
    (alice,) = site.participants("alice-of-the-models")
    submission = alice.submit(sent_models["for_any_reader"], "model.zip")
    alice.wait_for(submission, "scored")
    assert site.value(EVALUATIONS, submission) == 1
    assert site.value(RUN, submission) == "ok"
    assert site.value("SELECT reason_it_is_off FROM submissions_modelsworker") == ""
    assert "SavedModels are run behind walls" in requests.get(f"{site.url}/status/", timeout=30).text


def test_behind_the_label_wall_everything_can_be_read_but_labels(site):
    label = next((site.var / "labels").rglob("*.csv"))
    upload = site.var / "tmp" / "solution.upload.csv"
    upload.write_text("id,rating,Usage")
    for path in (label, upload):
        assert "PermissionError" in behind_the_label_wall(site, "models", READ, path).stderr, path
    upload.unlink()
    for path in (site.var / "secret_key", site.database, ROOT / "manage.py", Path("/etc/hostname")):
        assert "PermissionError" not in behind_the_label_wall(site, "models", READ, path).stderr, path
    for path in (label.with_name("new.csv"), ROOT / "platform" / "made_by_a_test.py"):
        assert "PermissionError" in behind_the_label_wall(site, "models", WRITE, path).stderr, path
    done = behind_the_label_wall(site, "models", WRITE, site.var / "predictions" / "new.npy")
    assert done.returncode == 0, done.stderr


def test_the_web_may_put_labels_away_and_read_none(site):
    folder = site.var / "labels"
    label, new = next(folder.rglob("*.csv")), folder / "new.csv"
    assert "PermissionError" in behind_the_label_wall(site, "web", READ, label).stderr
    done = behind_the_label_wall(site, "web", WRITE, new)
    assert done.returncode == 0, done.stderr
    assert new.read_text() == "id,rating,Usage"
    new.unlink()


def test_no_process_of_the_models_worker_loads_tensorflow_beside_the_models_own(site, sent_models):
    (bob,) = site.participants("bob-of-the-models")
    bob.wait_for(bob.submit(sent_models["for_any_reader"], "model.zip"), "scored")
    top = site.top("models worker")
    for process in [top, *top.children(recursive=True)]:
        assert not [m.path for m in process.memory_maps() if "tensorflow" in m.path]


def caught_in_mid_run(site):
    """The process that runs a model, once there is one; unpacking and screening have children of their own."""

    def look():
        children = site.top("models worker").children(recursive=True)
        return [child for child in children if "child.py run" in " ".join(child.cmdline())]

    return eventually(look, "a model is run")[0]


def test_a_models_worker_killed_in_mid_run_ends_in_one_score_and_leaves_no_model(run_site, sent_models):
    site = run_site(**QUICK)
    site.manage("shell", "-v", "0", "-c", SECONDS.format(5))
    (alice,) = site.participants("alice")
    slow = alice.submit(sent_models["looping"], "looping.zip")
    child = caught_in_mid_run(site)
    submission = alice.submit(sent_models["for_any_reader"], "model.zip")
    site.kill("models worker")
    eventually(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE, "the model is gone")
    noted = "SELECT count(*) FROM submissions_event WHERE submission_id = ? AND note LIKE '%the worker went away%'"
    eventually(lambda: site.value(noted, slow) == 1, "the lost run is noticed")
    alice.wait_for(submission, "scored")
    assert site.value(EVALUATIONS, submission) == 1
    alice.wait_for(slow, "rejected")
    assert site.value(ATTEMPT, slow) == 2


def test_a_stop_does_not_wait_for_a_model_and_counts_no_try(run_site, sent_models):
    site = run_site()
    (alice,) = site.participants("alice")
    slow = alice.submit(sent_models["looping"], "looping.zip")
    child = caught_in_mid_run(site)
    site.top("models worker").send_signal(signal.SIGTERM)
    eventually(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE, "the model is ended")
    noted = "SELECT count(*) FROM submissions_event WHERE submission_id = ? AND note LIKE 'the worker was stopped%'"
    eventually(lambda: site.value(noted, slow) == 1, "the model is put back")
    assert site.value("SELECT tries FROM submissions_submission WHERE id = ?", slow) == 0
    # ./run starts another worker, which takes it up.
    eventually(lambda: site.value(ATTEMPT, slow) == 2, "it is run again")


def test_while_models_run_out_their_time_files_are_scored(run_site, sent_models):
    site = run_site()
    (mallory, alice) = site.participants("mallory", "alice")
    for _ in range(3):
        mallory.submit(sent_models["looping"], "looping.zip")
    caught_in_mid_run(site)
    alice.wait_for(alice.submit(site.sample()), "scored")
    assert site.value("SELECT count(*) FROM submissions_submission WHERE status IN ('queued', 'predicting')") == 3


def test_with_no_models_worker_models_wait_and_the_site_says_so(run_site, sent_models):
    site: RunningSite = run_site(HOLDOUT_MODELS_PROCESSES="0")
    (alice,) = site.participants("alice")
    alice.submit(sent_models["for_any_reader"], "model.zip")
    alice.wait_for(alice.submit(site.sample()), "scored")
    page = alice.http.get(alice.address, timeout=30).text
    assert "Model grading is off here, because no models worker has been heard of." in page


@pytest.fixture
def old_layout(seeded_var, tmp_path):
    """A site's folder as the version before models left it."""
    var = tmp_path / "old"
    shutil.copytree(seeded_var, var)
    for path in (var / "database").iterdir():
        path.rename(var / path.name)
    return var


def test_the_database_of_an_older_site_is_found_again(old_layout):
    site = RunningSite(old_layout)
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env=site.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Start ./run once, which moves it" in done.stderr
    site.start()
    assert site.value("SELECT count(*) FROM competitions_competition") == 4
    site.stop()


def test_a_database_is_never_moved_over_another(old_layout):
    (old_layout / "database" / "db.sqlite3").write_bytes(b"another")
    process = RunningSite(old_layout).launch()
    assert process.wait(timeout=60) != 0
    assert (old_layout / "database" / "db.sqlite3").read_bytes() == b"another"
    assert (old_layout / "db.sqlite3").stat().st_size > 100_000


def test_a_database_beside_the_labels_is_refused(tmp_path):
    site = RunningSite(tmp_path / "var", DATABASE_URL=f"sqlite:///{tmp_path / 'var' / 'own.sqlite3'}")
    process = site.launch()
    assert process.wait(timeout=60) != 0
    assert "lies in a folder above the label store" in site.said()
