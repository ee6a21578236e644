"""The audit as a job: asked for on a page, done by a child of the scoring worker, read again by its organizer."""

from datetime import timedelta
from pathlib import Path

import pytest
from cast_of_stories import GOOD
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from competitions.models import Competition, DataAudit, DataFile, JobState, Solution
from grading.solutions import check
from grading.sweeper import sweep
from grading.tasks import audits, launch_checks
from submissions.launch_jobs import ask_for_audit, ask_for_launch_check
from submissions.models import Status

ADDRESS = "/competitions/stars/launch/audit/"


@pytest.fixture
def leaking(competition) -> Competition:
    """The small competition; a column of its test.csv is the label."""
    DataFile.objects.filter(name="test.csv").delete()
    rows = [(1, 5), (2, 3), (3, 4), (4, 1), (5, 2)]
    test = "id,user_id,hint\n" + "".join(f"{row_id},u{row_id},{target}\n" for row_id, target in rows)
    DataFile.objects.create(competition=competition, name="test.csv", file=ContentFile(test, "t.csv"))
    return competition


def text(response):
    return response.content.decode()


def test_olga_asks_for_it_and_reads_what_it_found(as_olga, competition, mailbox, django_capture_on_commit_callbacks):
    assert "It has not been run yet." in text(as_olga.get(ADDRESS))
    with django_capture_on_commit_callbacks(execute=True):
        assert as_olga.post(ADDRESS).status_code == 302
    assert "grading.audits" in mailbox()
    assert "waiting for the scoring worker" in text(as_olga.get(f"{ADDRESS}progress/"))
    audits()
    audit = DataAudit.objects.get()
    assert (audit.state, audit.failure) == (JobState.DONE, "")
    page = text(as_olga.get(ADDRESS))
    for finding in audit.report["findings"]:
        assert finding["check"]
        assert f'data-level="{finding["level"]}"' in page
    assert "Out of date" not in page
    Competition.objects.update(metric="mae")
    assert "Out of date" in text(as_olga.get(ADDRESS))


def test_the_launch_check_says_how_the_audit_ended(competition):
    ask_for_audit(competition, None)
    audits()
    worst = DataAudit.objects.get().worst
    ask_for_launch_check(competition, None)
    launch_checks()
    (line,) = [line for line in competition.launch_checks.get().lines if line["name"] == "Data was audited"]
    assert line["level"] == worst
    Competition.objects.update(metric="mae")
    ask_for_launch_check(competition, None)
    launch_checks()
    (line,) = [line for line in competition.launch_checks.first().lines if line["name"] == "Data was audited"]
    assert (line["level"], line["finding"]) == ("yellow", "The data have changed since the audit.")


def test_what_waits_is_scored_while_the_data_are_read(competition, alices_team, send):
    submission = send(alices_team, GOOD)
    ask_for_audit(competition, None)
    # Only the audit's bell is answered.
    audits()
    submission.refresh_from_db()
    assert submission.status == Status.SCORED
    assert DataAudit.objects.get().state == JobState.DONE


def test_an_audit_without_a_test_file_or_a_solution_says_so(as_olga, competition):
    DataFile.objects.all().delete()
    as_olga.post(ADDRESS)
    audits()
    assert "There is no test.csv among the data files: add it first." in text(as_olga.get(ADDRESS))
    Solution.objects.update(is_active=False)
    DataFile.objects.create(competition=competition, name="test.csv", file=ContentFile("id\n1\n", "t.csv"))
    as_olga.post(ADDRESS)
    audits()
    assert "There is no accepted solution: upload one first." in text(as_olga.get(ADDRESS))


def test_no_label_is_told_by_an_audit_that_cannot_be_made_or_can(as_olga, competition, caplog, capfd):
    marked = "id,rating,Usage\n1,4.7310859,Public\n2,3,Public\n3,3.7310859,Private\n4,1,Private\n5,2,Private\n"
    Solution.objects.all().delete()
    solution = Solution.objects.create(competition=competition, version=1, file=ContentFile(marked, name="s.csv"))
    assert check(solution)
    for settings_now in ({}, {"metric": "auc"}, {"metric": "mse", "highest": 4}):
        Competition.objects.update(**settings_now)
        as_olga.post(ADDRESS)
        audits()
        assert "7310859" not in text(as_olga.get(ADDRESS)) + caplog.text + "".join(capfd.readouterr())
    assert "does not fit the competition" in DataAudit.objects.first().failure


@pytest.mark.parametrize("name", ["answer", "said"])
def test_a_data_file_of_any_name_stays_as_it_is(competition, name):
    kept = DataFile.objects.create(competition=competition, name=name, file=ContentFile("to be read", name=name))
    ask_for_audit(competition, None)
    audits()
    assert DataAudit.objects.get().state == JobState.DONE
    assert Path(kept.file.path).read_text() == "to be read"


def test_an_audit_that_takes_too_long_is_ended(as_olga, competition, settings):
    settings.AUDIT_SECONDS = 0
    as_olga.post(ADDRESS)
    audits()
    assert "The audit took longer than 0 s (HOLDOUT_AUDIT_SECONDS) and was ended." in text(as_olga.get(ADDRESS))


def test_the_audit_of_a_killed_worker_is_taken_up_again(competition, mailbox, settings):
    ask_for_audit(competition, None)
    DataAudit.objects.update(
        state=JobState.RUNNING, attempt=1, started_at=timezone.now(), held_until=timezone.now() + timedelta(minutes=1)
    )
    mailbox()
    sweep()
    audits()
    assert "grading.audits" not in mailbox()
    assert DataAudit.objects.get().state == JobState.RUNNING
    DataAudit.objects.update(held_until=timezone.now() - timedelta(seconds=1))
    sweep()
    assert "grading.audits" in mailbox()
    audits()
    assert DataAudit.objects.get().state == JobState.DONE


def test_an_audit_that_never_ends_is_given_up(competition, settings):
    ask_for_audit(competition, None)
    at_most = settings.AUDIT_SECONDS + settings.GRADING_SECONDS
    DataAudit.objects.update(started_at=timezone.now() - timedelta(seconds=at_most + 1))
    audits()
    assert f"not done within {at_most} s" in DataAudit.objects.get().failure


def test_the_command_prints_the_report_and_exits_with_1_on_red(leaking, capsys):
    with pytest.raises(SystemExit) as end:
        call_command("audit", "stars")
    assert end.value.code == 1
    printed = capsys.readouterr().out
    assert "RED" in printed
    assert DataAudit.objects.get().worst == "red"
    with pytest.raises(CommandError, match="no competition 'moons'"):
        call_command("audit", "moons")
    Solution.objects.update(is_active=False)
    with pytest.raises(CommandError, match="There is no accepted solution"):
        call_command("audit", "stars")


def test_others_cannot_ask_for_it(competition, alice, as_olga):
    client = Client()
    client.force_login(alice)
    assert client.post(ADDRESS).status_code == 404
    competition.organizers.clear()
    assert as_olga.get(ADDRESS).status_code == 404
    assert as_olga.get(f"{ADDRESS}progress/").status_code == 404
    assert as_olga.post(ADDRESS).status_code == 404
    assert not DataAudit.objects.exists()
