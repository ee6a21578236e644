"""After the reveal organizers may publish the archive; whoever downloads it replays the ranking at home."""

import json
import os
import re
import subprocess
import sys
import zipfile
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from cast_of_stories import PERFECT, SOLUTION
from django.test import Client
from django.utils import timezone
from ladder_of_stories import (
    FIRST_RUNG,
    NOT_CLEARLY_ABOVE,
    NOT_CLEARLY_BETTER,
    SECOND_RUNG,
    enter_baseline,
    reload,
)
from running_site import ROOT

from competitions.models import Archive, Competition, archive_storage
from grading.sweeper import sweep
from grading.tasks import archives
from leaderboard.final_selection import select
from leaderboard.mergers import accept_proposal
from leaderboard.models import Receipt
from leaderboard.moderation import disqualify_submission
from teams.models import MergeProposal

PAGE = "/competitions/stars/launch/archive/"
FILE = "/competitions/stars/archive.zip"
# Public errors 0 and 2: 2. Private ones 0, 0 and 0.
BEST_IN_PRIVATE = "id,rating\n1,5\n2,5\n3,4\n4,1\n5,2\n"


def reveal(**changes: object) -> None:
    now = timezone.now()
    dates = {"opens_at": now - timedelta(days=3), "closes_at": now - timedelta(days=2)}
    Competition.objects.update(**(dates | changes))


def stored_archives() -> set[Path]:
    return set(Path(archive_storage().path("")).rglob("*.zip"))


def text(client: Client, address: str) -> str:
    return client.get(address).getvalue().decode()


def publish(client: Client) -> int:
    status = client.post(PAGE, {"confirmed": "on"}).status_code
    archives()
    return status


def verify(folder: Path, content: bytes, *arguments: str) -> subprocess.CompletedProcess[str]:
    """As somebody does who has nothing of the site but the archive and the program."""
    path = folder / "stars.zip"
    path.write_bytes(content)
    return subprocess.run(
        [sys.executable, "-m", "grader.verify", str(path), *arguments],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def contest(competition, alices_team, bobs_team, graded):
    graded(alices_team)
    graded(bobs_team, PERFECT)
    sweep()
    return competition


def test_the_ranking_that_alice_replays_at_home_is_the_sites(contest, alices_team, graded, as_olga, as_alice, tmp_path):
    chosen = graded(alices_team, BEST_IN_PRIVATE)
    select(chosen)
    sweep()
    kept = as_alice.get(f"/submissions/{chosen.pk}/receipt.json").getvalue()
    (tmp_path / "receipt.json").write_bytes(kept)
    reveal()
    assert publish(as_olga) == 302
    assert "/competitions/stars/evaluation/#commitments" in text(
        as_alice, "/competitions/stars/leaderboard/?board=private"
    )
    shown, archive = text(as_alice, "/competitions/stars/evaluation/"), Archive.objects.get()
    assert archive.sha256 in shown
    assert FILE in shown
    content = as_alice.get(FILE).getvalue()
    said = verify(tmp_path, content, "--sha256", archive.sha256, "--receipt", "receipt.json")
    assert said.returncode == 0, said.stdout + said.stderr
    # Both have 0 in private; bob's file came first.
    assert said.stdout.index("1         0.000  bob") < said.stdout.index("2         0.000  alice")
    assert "VERIFIED: the final ranking of Five stars" in said.stdout


def test_before_the_reveal_no_address_gives_the_archive(contest, as_olga, as_alice):
    now, before = timezone.now(), stored_archives()
    reveal(closes_at=now - timedelta(hours=1), reveals_at=now + timedelta(hours=1))
    shown = text(as_olga, PAGE)
    assert "Private results are not revealed yet" in shown
    assert "Publish the archive" not in shown
    answer = as_olga.post(PAGE, {"confirmed": "on"})
    assert answer.status_code == 409
    archives()
    assert not Archive.objects.exists()
    assert stored_archives() == before
    for client in (as_alice, as_olga, Client()):
        assert client.get(FILE).status_code == 404


def test_an_archive_is_out_of_reach_when_results_are_hidden_again(contest, as_olga, as_alice):
    reveal()
    publish(as_olga)
    assert as_alice.get(FILE).status_code == 200
    reveal(reveals_at=timezone.now() + timedelta(hours=1))
    assert as_alice.get(FILE).status_code == 404
    Competition.objects.update(reveals_at=None, is_published=False)
    assert as_alice.get(FILE).status_code == 404


def test_only_its_own_organizers_publish_it_and_only_on_their_word(contest, as_olga, as_alice):
    reveal()
    assert as_alice.get(PAGE).status_code == 404
    assert as_alice.post(PAGE, {"confirmed": "on"}).status_code == 404
    assert Client().get(PAGE).status_code == 302
    answer = as_olga.post(PAGE)
    assert answer.status_code == 400
    assert "tick the box first" in answer.content.decode()
    assert "hidden labels" in text(as_olga, PAGE)
    assert not Archive.objects.exists()
    contest.organizers.clear()
    assert as_olga.post(PAGE, {"confirmed": "on"}).status_code == 404


def test_while_late_files_are_taken_the_labels_stay_hidden(contest, as_olga):
    reveal(takes_late_submissions=True)
    assert "Late submissions are taken" in text(as_olga, PAGE)
    assert as_olga.post(PAGE, {"confirmed": "on"}).status_code == 409


def test_once_it_is_published_no_score_can_be_had_any_more(contest, as_olga, as_alice):
    reveal()
    publish(as_olga)
    for changes in ({"takes_late_submissions": True}, {"closes_at": timezone.now() + timedelta(days=1)}):
        Competition.objects.update(**changes)
        assert "The archive of Five stars is published" in text(as_alice, "/competitions/stars/submit/")


def test_the_worker_asks_again_whether_it_may(contest, as_olga):
    reveal()
    assert as_olga.post(PAGE, {"confirmed": "on"}).status_code == 302
    reveal(reveals_at=timezone.now() + timedelta(hours=1))
    archives()
    assert "Private results are not revealed yet" in Archive.objects.get().failure
    assert "No archive was published." in text(as_olga, PAGE)


def test_what_a_killed_worker_has_half_copied_is_gone_with_the_next_archive(contest, as_olga):
    reveal()
    assert publish(as_olga) == 302
    (first,) = stored_archives()
    (first.parent / f"{'0' * 32}.zip").write_bytes(b"half of the labels")
    assert publish(as_olga) == 302
    assert stored_archives() == {Path(archive.file.path) for archive in Archive.objects.all()}
    assert len(stored_archives()) == 2


def test_a_file_that_waits_for_its_score_comes_first(contest, alices_team, send, as_olga):
    send(alices_team)
    reveal()
    assert "1 submission waits for a score" in text(as_olga, PAGE)


def test_two_words_make_one_archive_and_the_page_follows_it(contest, as_olga, mailbox):
    reveal()
    for _ in range(2):
        assert as_olga.post(PAGE, {"confirmed": "on"}).status_code == 302
    assert Archive.objects.count() == 1
    sweep()
    assert "grading.archives" in mailbox()
    assert "takes it up next" in text(as_olga, f"{PAGE}progress/")
    archives()
    assert "Everybody can download it" in text(as_olga, f"{PAGE}progress/")
    stored = Path(Archive.objects.get().file.path)
    assert re.fullmatch(r"[0-9a-f]{32}\.zip", stored.name)  # It cannot be guessed.


def test_nothing_of_the_people_is_in_it(contest, alice, as_olga, as_alice):
    type(alice).objects.filter(pk=alice.pk).update(username="secret-name", first_name="Alicia")
    reveal()
    publish(as_olga)
    with zipfile.ZipFile(BytesIO(as_alice.get(FILE).getvalue())) as archive:
        everything = b"".join(archive.read(name) for name in archive.namelist())
    assert b"example.org" not in everything
    assert b"secret-name" not in everything
    assert b"Alicia" not in everything


def test_only_the_files_that_the_ranking_rests_on_are_in_it(contest, alices_team, graded, as_olga, as_alice):
    for worse in ("1", "1.5", "2"):
        graded(alices_team, f"id,rating\n1,{worse}\n2,1\n3,4\n4,4\n5,2\n")
    reveal()
    publish(as_olga)
    with zipfile.ZipFile(BytesIO(as_alice.get(FILE).getvalue())) as archive:
        sent = [name for name in archive.namelist() if name.startswith("sent/")]
    # Two of alice's four, as many as a final selection has, and bob's one.
    assert len(sent) == 3


def test_a_disqualified_file_and_a_rescore_are_replayed_too(
    contest, alices_team, bobs_team, graded, olga, new_version, rescored, as_olga, as_alice, tmp_path
):
    disqualify_submission(graded(bobs_team, PERFECT), "Made from the labels.", olga)
    rescored(new_version(SOLUTION.replace("5,2,Private", "5,4,Private")))
    reveal()
    publish(as_olga)
    said = verify(tmp_path, as_alice.get(FILE).getvalue())
    assert said.returncode == 0, said.stdout + said.stderr
    assert "solution version 2" in said.stdout
    assert "2 of 2 commitments opened" in said.stdout


def test_a_ladder_is_replayed_from_what_was_told(
    competition, alices_team, bobs_team, graded, as_olga, as_alice, tmp_path
):
    Competition.objects.update(disclosure="ladder")
    for team in (alices_team, bobs_team):
        reload(team)
    enter_baseline(alices_team.competition)
    for content in (FIRST_RUNG, NOT_CLEARLY_BETTER, SECOND_RUNG):
        graded(alices_team, content)
    untold = graded(bobs_team, NOT_CLEARLY_ABOVE)
    sweep()
    words = [json.loads(receipt)["told"] for receipt in Receipt.objects.values_list("text", flat=True)]
    assert words == ["score", "score", "no_improvement", "score", "below_baseline"]
    scores = [json.loads(receipt)["public_score"] for receipt in Receipt.objects.values_list("text", flat=True)]
    assert scores == ["2.000", "0.500", None, "0.125", None]
    # Bob's was 1.625: no digit of it is in his receipt.
    assert not re.search(r"(?<![0-9])1\.6", text(as_olga, f"/submissions/{untold.pk}/receipt/"))
    reveal()
    publish(as_olga)
    said = verify(tmp_path, as_alice.get(FILE).getvalue())
    assert said.returncode == 0, said.stdout + said.stderr
    assert "Note: a ladder board" in said.stdout


def test_a_merged_team_is_replayed_as_one(contest, alice, bob, alices_team, bobs_team, as_olga, as_alice, tmp_path):
    accept_proposal(MergeProposal.objects.create(from_team=alices_team, to_team=bobs_team, proposed_by=alice), bob)
    reveal()
    publish(as_olga)
    said = verify(tmp_path, as_alice.get(FILE).getvalue())
    assert said.returncode == 0, said.stdout + said.stderr
    assert "1 teams ranked again from 2 submissions" in said.stdout


def test_a_model_is_replayed_from_its_answers(
    takes_models, alices_team, run_and_graded, settings, as_olga, as_alice, tmp_path
):
    alices_team.refresh_from_db()
    sent = run_and_graded(alices_team, "good")
    settings.LABELS_DIR.mkdir()
    sweep()
    reveal()
    publish(as_olga)
    content = as_alice.get(FILE).getvalue()
    with zipfile.ZipFile(BytesIO(content)) as archive:
        assert f"answers/{sent.pk}.npy" in archive.namelist()
    said = verify(tmp_path, content)
    assert said.returncode == 0, said.stdout + said.stderr
    assert "1 files scored again" in said.stdout


def test_what_does_not_replay_is_never_published(contest, as_olga, as_alice):
    reveal()
    sent = contest.submissions.first()
    Path(sent.file.path).write_text(PERFECT.replace("5,2", "5,3"))
    publish(as_olga)
    assert "does not replay" in Archive.objects.get().failure
    assert as_alice.get(FILE).status_code == 404
