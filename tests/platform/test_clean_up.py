"""What nobody needs any more goes by itself; what a rescore, an archive or a download needs stays."""

import os
import time
from datetime import timedelta
from pathlib import Path

import pytest
from archived_contest import BEST_IN_PUBLIC
from cast_of_stories import BAD, GOOD, PERFECT, SOLUTION
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import call_command
from django.db.models import FileField
from django.test import Client
from django.utils import timezone

from accounts.models import Letter, Token
from competitions.models import Archive, Competition
from grading.keeping import cleaning
from grading.keeping.named_files import NAMINGS, STORES, named_files
from grading.keeping.orphans import stored_names
from grading.sweeper import sweep
from grading.tasks import archives, clean_up
from leaderboard.archives import ask_for_archive
from submissions import rescores
from submissions.chunked_uploads import begin
from submissions.models import ChunkedUpload, Submission
from submissions.rescores import RescoreRefused

A_WEEK_AGO = time.time() - 7 * 86_400


def old(path):
    os.utime(path, (A_WEEK_AGO, A_WEEK_AGO))
    return path


def stored(store, name, content=b"left"):
    """Put a file into a store a week ago, as a process did that was killed before it wrote its row."""
    name = storages[store].save(name, ContentFile(content))
    old(storages[store].path(name))
    return name


@pytest.fixture
def said(capsys):
    def run(*arguments):
        capsys.readouterr()
        call_command("clean_up", *arguments)
        return capsys.readouterr().out

    return run


@pytest.fixture
def ended(competition, alices_team, bobs_team, graded):
    """A contest that was archived ten days ago: each team's best is what the ranking rests on, the others are not."""
    Competition.objects.update(final_selection_count=1, daily_limit=20)
    for team in (alices_team, bobs_team):
        team.refresh_from_db()
    sent = [graded(alices_team, PERFECT), graded(alices_team, GOOD), graded(bobs_team, BEST_IN_PUBLIC)]
    sent += [graded(bobs_team, BAD)]
    sweep()
    now = timezone.now()
    Competition.objects.update(
        opens_at=now - timedelta(days=30), closes_at=now - timedelta(days=20), archived_at=now - timedelta(days=10)
    )
    competition.refresh_from_db()
    return sent


def has_file(submission):
    return submission.file.storage.exists(submission.file.name)


def has_predictions(submission):
    return submission.evaluation is not None and storages["predictions"].exists(submission.evaluation.predictions.name)


pytestmark = pytest.mark.django_db


def test_every_column_that_names_a_file_is_known_to_backups_and_clean_ups():

    columns = {
        (model._meta.label, field.name)
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, FileField)
    }
    known = {(naming.model._meta.label, naming.column) for naming in NAMINGS}
    # A history keeps names as text; an upload in chunks says its own.
    more = {("competitions.HistoricalDataFile", "file"), ("submissions.ChunkedUpload", "stored_name")}
    assert known - more == columns - more


def test_what_killed_processes_left_goes_after_a_day(
    empty_stores, said, settings, competition, alices_team, graded, alice
):
    graded(alices_team, GOOD)
    begin(alices_team, alice, "large.csv", 10)
    upload = ChunkedUpload.objects.get()
    storages["submissions"].save(upload.stored_name, ContentFile(b"12345"))
    kept = {(one.store, one.name) for one in named_files()}
    for store in STORES:
        for name in stored_names(storages[store]):
            old(storages[store].path(name))
    left = [(store, stored(store, f"stars/left-in-{store}")) for store in STORES]
    secret = stored("labels", "stars.secret")
    new = storages["predictions"].save("stars/of-today", ContentFile(b"under way"))
    folder = settings.UPLOAD_TEMP_DIR / "tmpabc"
    folder.mkdir()
    (folder / "half").write_bytes(b"1234567")
    old(folder)
    lines = said("--dry-run")
    assert "files in labels that nothing names: 1, 4 bytes would go" in lines
    assert "    stars/left-in-labels" in lines
    assert "temporary files: 1, 7 bytes would go" in lines
    assert all(storages[store].exists(name) for store, name in left)
    assert "In all" in said()
    there = {(store, name) for store in STORES for name in stored_names(storages[store])}
    assert there == kept | {("labels", secret), ("predictions", new)}
    assert not folder.exists()
    assert said() == "In all 0 bytes removed.\n"
    storages["labels"].delete(secret)


def test_nothing_of_a_competition_goes_until_its_organizers_say_so(empty_stores, ended):
    clean_up()
    assert all(has_file(one) for one in ended)
    Competition.objects.update(uploads_kept_days=11)
    clean_up()
    assert all(has_file(one) for one in ended)


def test_uploads_go_when_their_days_are_over_and_everybody_is_told(
    empty_stores, said, ended, competition, as_alice, as_olga, alice, rescored, new_version
):
    first, second, bobs, _ = ended
    address = f"/admin/competitions/competition/{competition.pk}/change/"
    assert "days that uploads are kept" in as_olga.get(address).content.decode().lower()
    Competition.objects.update(uploads_kept_days=10)
    assert "uploads of stars: 2, " in said("--dry-run")
    assert has_file(second)
    clean_up()
    # What the final ranking rests on, each team's best, stays.
    assert [has_file(one) for one in ended] == [True, False, True, False]
    assert all(has_predictions(one) for one in (first, second, bobs))
    page = as_alice.get(f"/submissions/{second.pk}/").content.decode()
    assert "data-upload-removed>The file was removed on" in page
    assert "Download the file" not in page
    assert as_alice.get(f"/submissions/{second.pk}/file/").status_code == 404
    program = as_alice.get(f"/api/v1/submissions/{second.pk}/file/")
    assert (program.status_code, program.json()["code"]) == (410, "file_removed")
    assert as_alice.get(f"/submissions/{first.pk}/file/").status_code == 200
    # Kept predictions are what a rescore reads.
    asked = rescored(new_version(SOLUTION.replace("1,5,Public", "1,4,Public")))
    assert (asked.state, asked.left_out, asked.read_again) == ("active", [], [])
    second.refresh_from_db()
    assert second.evaluation.public_score == 0


def test_without_predictions_and_uploads_a_rescore_is_refused_and_an_archive_is_made(
    empty_stores, ended, competition, olga, new_version
):
    Competition.objects.update(uploads_kept_days=0, predictions_kept_days=0)
    version = new_version(SOLUTION.replace("1,5,Public", "1,4,Public"))
    clean_up()
    assert [has_predictions(one) for one in ended] == [True, False, True, False]
    with pytest.raises(RescoreRefused, match="1 submission can be scored no more: its kept predictions"):
        rescores.ask(version, olga)
    board = Client().get("/competitions/stars/leaderboard/").content.decode()
    assert "alice" in board
    ask_for_archive(competition, None)
    archives()
    made = Archive.objects.get()
    assert (made.state, made.failure) == ("done", "")


def test_what_is_under_way_holds_a_clean_up_off(empty_stores, ended, competition, olga, new_version):
    Competition.objects.update(uploads_kept_days=0, predictions_kept_days=0)
    asked = rescores.ask(new_version(SOLUTION.replace("1,5,Public", "1,4,Public")), olga)
    clean_up()
    assert all(has_file(one) for one in ended)
    rescores.cancel(asked)
    clean_up()
    assert not has_file(ended[1])


def test_a_clean_up_that_was_killed_between_mark_and_file_is_finished_by_the_next(empty_stores, ended, said):
    second = ended[1]
    Submission.objects.filter(pk=second.pk).update(upload_removed_at=timezone.now())
    old(second.file.path)
    clean_up()
    assert not has_file(second)


def test_a_file_that_comes_in_mid_clean_up_is_scored_meanwhile(
    empty_stores, competition, alices_team, send, monkeypatch, settings
):
    monkeypatch.setattr(cleaning, "BREATHE_SECONDS", 0)
    waiting = send(alices_team, GOOD)
    stored("predictions", "stars/left")
    cleaning.clean_up(60)
    waiting.refresh_from_db()
    assert waiting.status == "scored"


def test_the_labels_that_count_stay_whatever_their_age(empty_stores, said, competition, new_version, rescored):
    rescored(new_version(SOLUTION))
    files = [Path(solution.file.path) for solution in competition.solutions.all()]
    salts = [Path(one.salt.path) for one in competition.commitments.all()]
    for path in (*files, *salts):
        old(path)
    assert said() == "In all 0 bytes removed.\n"
    assert all(path.exists() for path in (*files, *salts))


def test_what_has_ended_of_an_account_goes(empty_stores, said, alice, as_alice, settings):
    long_ago = timezone.now() - timedelta(days=100)
    ended = Client()
    ended.force_login(alice)
    Session.objects.filter(pk=ended.session.session_key).update(expire_date=long_ago)
    for name, expiry in (("old", long_ago), ("of yesterday", timezone.now() - timedelta(days=1)), ("new", None)):
        token, _ = Token.objects.create(alice, expiry=None, name=name)
        Token.objects.filter(pk=token.pk).update(expiry=expiry)
    for state in (Letter.State.FAILED, Letter.State.WAITING):
        letter = Letter.objects.create(to="a@example.org", subject=state, text="…", state=state, problem="No such user")
        Letter.objects.filter(pk=letter.pk).update(posted_at=long_ago)
    lines = said()
    assert "sessions that have ended: 1, 0 bytes removed" in lines
    assert "tokens that have expired: 1, 0 bytes removed" in lines
    assert "letters that could not be sent: 1, 0 bytes removed" in lines
    assert Session.objects.filter(pk=as_alice.session.session_key).exists()
    assert set(Token.objects.values_list("name", flat=True)) == {"of yesterday", "new"}
    assert Letter.objects.get().state == Letter.State.WAITING
