"""The launch check: a rehearsal on the real path, each line in order and not, and nothing left of it."""

import gzip
from datetime import timedelta
from pathlib import Path

import pytest
from cast_of_stories import SOLUTION
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from ladder_of_stories import FIRST_RUNG, enter_baseline

from competitions.models import Competition, DataFile, EntryPolicy, JobState, LaunchCheck, PageKind, Solution
from grading.solutions import check as check_solution
from grading.sweeper import sweep
from grading.tasks import launch_checks, score_waiting
from leaderboard.models import Standing
from submissions import rescores
from submissions.models import Evaluation, Event, Status, Submission, prediction_storage, submission_storage
from submissions.quota import SubmissionRefused
from teams.joining import join
from teams.models import Team

ADDRESS = "/competitions/stars/launch/"
SAMPLE = "id,rating\n1,3\n2,3\n3,3\n4,3\n5,3\n"
MARKED = (
    "id,rating,Usage\n1,4.7310859,Public\n2,2.7310859,Public\n3,3.7310859,Private\n4,1.7310859,Private\n5,2,Private\n"
)


@pytest.fixture
def draft(competition) -> Competition:
    competition.is_published = False
    competition.save()
    return competition


@pytest.fixture
def with_files(draft) -> Competition:
    """The draft with train.csv and sample_submission.csv too."""
    add_file(draft, "train.csv", "user_id,book_name,rating\nu1,Seen,3\nu2,Seen,4\n")
    add_file(draft, "sample_submission.csv", SAMPLE)
    return draft


def add_file(competition, name, text, **values):
    file = ContentFile(text, name=name)
    return DataFile.objects.create(competition=competition, name=name, file=file, **values)


def set_solution(competition, text):
    Solution.objects.filter(competition=competition).update(is_active=False)
    version = competition.solutions.count() + 1
    solution = Solution.objects.create(
        competition=competition, version=version, file=ContentFile(text, name="solution.csv")
    )
    assert check_solution(solution)


def text(response):
    return response.content.decode()


def run(as_olga) -> LaunchCheck:
    """Olga presses the button, the worker answers its bell."""
    assert as_olga.post(ADDRESS).status_code == 302
    launch_checks()
    return LaunchCheck.objects.first()


def line(found, name):
    """(level, finding) of the line whose name contains `name`."""
    (one,) = [line for line in found.lines if name in line["name"]]
    return one["level"], one["finding"]


def stored_files():
    roots = [storage.location for storage in (submission_storage(), prediction_storage())]
    return sorted(str(path) for root in roots for path in Path(root).rglob("*"))


def test_all_in_order(as_olga, with_files):
    found = run(as_olga)
    assert found.state == JobState.DONE
    # The audit was not run, and that is all.
    assert {line["name"]: line["finding"] for line in found.lines if line["level"] != "green"} == {
        "Data was audited": "The audit of the data was not run."
    }
    # Threes: errors 2, 0 on the public rows; 1, 2, 1 on the private ones.
    assert line(found, "Sample submission") == ("green", "MSE: public 2.000, private 2.000.")
    assert line(found, "Perfect answer") == ("green", "MSE: public 0.000, private 0.000.")
    assert line(found, "A constant") == ("green", "MSE: public 2.000, private 2.000.")
    assert line(found, "NaN") == ("green", "Rejected. Line 2: rating 'nan' is not a finite number.")
    assert line(found, "missing id") == ("green", "Rejected. 1 of 5 ids is missing; it is 5.")
    assert "the one sent first ranks first" in line(found, "equal scores")[1]
    assert line(found, "One over")[1].startswith("5 are taken, then: Your team has used its 5 submissions for today")
    page = text(as_olga.get(ADDRESS))
    assert "Rejected. 1 of 5 ids is missing; it is 5." in page
    assert "look at it" in page
    assert "Out of date" not in page


def test_nothing_is_left_of_it(as_olga, with_files, alice, graded):
    Competition.objects.update(is_published=True)
    with_files.refresh_from_db()
    graded(join(alice, with_files))
    models = (Team, Submission, Event, Evaluation, Standing)
    rows, files = [model.objects.count() for model in models], stored_files()
    run(as_olga)
    assert [model.objects.count() for model in models] == rows
    assert stored_files() == files


def test_it_runs_beside_an_open_competition_and_nobody_sees_it(as_olga, competition, alices_team, graded, settings):
    graded(alices_team)
    settings.TURN_SECONDS = 0
    as_olga.post(ADDRESS)
    for _ in range(4):
        launch_checks()
    assert Team.objects.filter(is_rehearsal=True).exists()
    rehearsed = Submission.objects.filter(team__is_rehearsal=True).first()
    for address in (
        "/", "/competitions/stars/", "/competitions/stars/leaderboard/", "/admin/teams/team/",
        "/admin/submissions/submission/", f"/admin/competitions/competition/{competition.pk}/dashboard/",
        f"/admin/submissions/submission/{Submission.objects.filter(team=alices_team).get().pk}/change/",
    ):  # fmt: skip
        assert f"Launch check {LaunchCheck.objects.get().pk}:" not in text(as_olga.get(address))
    assert "<dt>Teams</dt><dd>1</dd>" in text(as_olga.get("/"))
    for part in ("", "status/", "file/"):
        assert as_olga.get(f"/submissions/{rehearsed.pk}/{part}").status_code == 404
    settings.TURN_SECONDS = 30
    launch_checks()
    assert not Team.objects.filter(is_rehearsal=True).exists()


def test_a_worker_killed_after_any_step_is_followed_by_another(as_olga, with_files, settings, mailbox):
    files = stored_files()
    settings.TURN_SECONDS = 0
    as_olga.post(ADDRESS)
    turns = 0
    # Each turn is one step, and each next one begins with nothing but the rows.
    while not LaunchCheck.objects.get().is_finished:
        launch_checks()
        turns += 1
        assert turns < 50
    # Six files sent, six scored or rejected, and the judging.
    assert turns == 13
    assert len(LaunchCheck.objects.get().lines) == 16
    assert stored_files() == files


def test_what_a_rehearsal_has_sent_freezes_no_setting(as_olga, with_files, settings):
    settings.TURN_SECONDS = 0
    as_olga.post(ADDRESS)
    launch_checks()
    assert Submission.objects.count() == 1
    form = text(as_olga.get(f"/admin/competitions/competition/{with_files.pk}/change/"))
    assert '<select name="metric"' in form


def test_what_a_killed_worker_holds_is_taken_up_by_the_sweepers_bell(as_olga, with_files, settings, mailbox):
    settings.TURN_SECONDS = 0
    as_olga.post(ADDRESS)
    launch_checks()
    LaunchCheck.objects.update(held_until=timezone.now() + timedelta(minutes=1))
    mailbox()
    sweep()
    assert "grading.launch_checks" not in mailbox()
    LaunchCheck.objects.update(held_until=timezone.now() - timedelta(seconds=1))
    sweep()
    assert "grading.launch_checks" in mailbox()
    settings.TURN_SECONDS = 30
    launch_checks()
    assert LaunchCheck.objects.get().state == JobState.DONE


def test_a_file_that_a_killed_worker_had_begun_is_removed_too(as_olga, with_files, settings):
    files = stored_files()
    settings.TURN_SECONDS = 0
    as_olga.post(ADDRESS)
    launch_checks()
    submission_storage().save(f"launch.check.{LaunchCheck.objects.get().pk}/half", ContentFile(b"id,rating\n1,5\n"))
    settings.TURN_SECONDS = 30
    launch_checks()
    assert LaunchCheck.objects.get().state == JobState.DONE
    assert stored_files() == files


def test_another_worker_may_score_what_the_check_has_sent(as_olga, with_files, settings):
    settings.TURN_SECONDS = 0
    as_olga.post(ADDRESS)
    for _ in range(6):
        launch_checks()
    settings.TURN_SECONDS = 30
    score_waiting()
    launch_checks()
    assert line(LaunchCheck.objects.get(), "Perfect answer")[0] == "green"


def test_a_rescore_meanwhile_leaves_the_rehearsal_alone(as_olga, olga, competition, alices_team, graded, settings):
    graded(alices_team)
    settings.TURN_SECONDS = 0
    as_olga.post(ADDRESS)
    for _ in range(12):
        launch_checks()
    corrected = ContentFile(SOLUTION.replace("1,5,Public", "1,4,Public"), name="solution.csv")
    solution = Solution.objects.create(competition=competition, version=2, file=corrected)
    assert check_solution(solution)
    solution.refresh_from_db()
    asked = rescores.ask(solution, olga)
    assert rescores.progress(asked) == (0, 1)
    launch_checks()
    assert line(LaunchCheck.objects.get(), "Perfect answer")[0] == "green"


def test_asking_twice_is_asking_once_and_rings(as_olga, draft, mailbox, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        as_olga.post(ADDRESS)
        as_olga.post(ADDRESS)
    assert LaunchCheck.objects.count() == 1
    assert set(mailbox()) == {"grading.launch_checks"}
    assert "waiting for the scoring worker" in text(as_olga.get(f"{ADDRESS}progress/"))


def test_one_that_takes_too_long_is_given_up_and_leaves_nothing(as_olga, with_files, settings):
    files = stored_files()
    settings.TURN_SECONDS = 0
    as_olga.post(ADDRESS)
    launch_checks()
    LaunchCheck.objects.update(started_at=timezone.now() - timedelta(seconds=settings.LAUNCH_CHECK_SECONDS + 1))
    launch_checks()
    assert LaunchCheck.objects.get().state == JobState.FAILED
    assert f"not done within {settings.LAUNCH_CHECK_SECONDS} s" in text(as_olga.get(ADDRESS))
    assert not Team.objects.exists()
    assert stored_files() == files


def test_labels_stand_on_no_page_in_no_log_and_in_no_row(as_olga, with_files, capfd, caplog):
    set_solution(with_files, MARKED)
    for narrowed in ({}, {"max_upload_bytes": 60}, {"max_upload_bytes": 1000, "highest": 4}):
        Competition.objects.update(**narrowed)
        found = run(as_olga)
        seen = text(as_olga.get(ADDRESS)) + str(found.lines) + "".join(capfd.readouterr()) + caplog.text
        assert "7310859" not in seen
    assert line(found, "Solution fits") == (
        "red",
        "Version 2 of the solution does not fit the competition's columns, range and metric any more; "
        "the first is line 2.",
    )


def test_columns_by_which_a_submission_errs(as_olga, with_files):
    Competition.objects.update(cluster_column="user_id", item_column="isbn")
    level, finding = line(run(as_olga), "Where a submission errs")
    assert (level, finding[:37]) == ("yellow", "test.csv has no column 'isbn', by whi")
    Competition.objects.update(item_column="book_name")
    assert line(run(as_olga), "Where a submission errs") == ("green", "By 'user_id' and 'book_name' of train.csv.")


def test_labels_that_are_no_prediction_file(as_olga, with_files):
    set_solution(with_files, MARKED)
    Competition.objects.update(max_upload_bytes=60)
    assert line(run(as_olga), "Perfect answer") == (
        "red", "The labels themselves are rejected as a prediction file (as a whole)."
    )  # fmt: skip


@pytest.fixture
def judged(as_olga, with_files, settings):
    """judged(act, …) lets the check run up to the judging, writes something else into that act's rows, and goes on."""

    def interfere(act, scores=None, **values):
        settings.TURN_SECONDS = 0
        as_olga.post(ADDRESS)
        for _ in range(12):
            launch_checks()
        sent = Submission.objects.filter(team__name__endswith=f": {act}")
        if scores:
            Evaluation.objects.filter(submission__in=sent).update(**scores)
        if values:
            sent.update(**values)
        launch_checks()
        return LaunchCheck.objects.first()

    return interfere


def test_a_perfect_answer_with_less_than_the_best_score(judged):
    assert line(judged("perfect answer", {"public_score": 0.5}), "Perfect answer") == (
        "red", "The best possible is 0; the labels themselves reach MSE: public 0.500, private 0.000."
    )  # fmt: skip


def test_two_equal_files_with_different_scores(judged):
    assert line(judged("tie", {"public_score": 0.5}), "equal scores") == (
        "red", "Two equal files got different scores."
    )  # fmt: skip


def test_of_two_equal_files_the_later_one_first(judged):
    found = judged("constant", submitted_at=timezone.now() + timedelta(hours=1))
    assert line(found, "equal scores") == ("red", "Two equal files: the one sent later ranks first.")


FAILING = {
    "status": Status.FAILED,
    "evaluation": None,
    "failure": "the scoring stopped",
    "problems": [],
    "problem_count": 0,
}


@pytest.mark.parametrize(
    ("act", "name", "finding"),
    [
        ("NaN", "NaN is", "A file with NaN on line 2: It could not be scored: the scoring stopped."),
        ("missing id", "A missing", "A file without id 5: It could not be scored: the scoring stopped."),
        ("constant", "A constant", "It could not be scored: the scoring stopped."),
        ("sample submission", "Sample", "It could not be scored: the scoring stopped."),
        ("perfect answer", "Perfect", "It could not be scored: the scoring stopped."),
    ],
)
def test_an_act_that_our_own_fault_has_stopped(judged, act, name, finding):
    assert line(judged(act, **FAILING), name) == ("red", finding)


def test_a_sample_submission_that_would_be_refused(as_olga, with_files):
    DataFile.objects.filter(name="sample_submission.csv").delete()
    add_file(with_files, "sample_submission.csv", SAMPLE.replace("2,3", "2,three"))
    assert line(run(as_olga), "Sample submission") == (
        "red", "Rejected. Line 3: rating 'three' is not a number."
    )  # fmt: skip


def test_without_a_sample_submission_the_rest_is_tried(as_olga, draft):
    found = run(as_olga)
    assert line(found, "Sample submission")[0] == "yellow"
    assert line(found, "Perfect answer")[0] == "green"
    assert line(found, "Data files")[1] == "There is no train.csv and sample_submission.csv."


def test_decimals_that_hide_every_difference(as_olga, with_files):
    # One public error of 0.4: with no decimals the constant looks as good as the truth.
    set_solution(with_files, "id,rating,Usage\n1,3.4,Public\n2,3,Public\n3,4,Private\n4,1,Private\n5,2,Private\n")
    with_files.decimals = 0
    with_files.save()
    assert line(run(as_olga), "Decimals") == (
        "red", "With 0 decimals the perfect answer and a constant get the same score."
    )  # fmt: skip


def test_more_decimals_than_wanted(as_olga, with_files):
    with_files.decimals = 9
    with_files.save()
    assert line(run(as_olga), "Decimals")[0] == "yellow"


@pytest.mark.parametrize(
    ("metric", "solution", "perfect", "constant"),
    [
        ("r2", SOLUTION, "public 1.000, private 1.000", "public -1.000, private -0.286"),
        ("mae", SOLUTION, "public 0.000, private 0.000", "public 1.000, private 1.333"),
    ],
)
def test_the_best_score_is_the_metrics_own(as_olga, with_files, metric, solution, perfect, constant):
    with_files.metric = metric
    with_files.save()
    found = run(as_olga)
    assert line(found, "Perfect answer")[0] == "green"
    assert perfect in line(found, "Perfect answer")[1]
    assert constant in line(found, "A constant")[1]


def test_without_a_solution_nothing_is_sent(as_olga, draft):
    Solution.objects.all().delete()
    found = run(as_olga)
    assert line(found, "Solution")[:1] == ("red",)
    assert found.worst == "red"
    assert not Team.objects.exists()


def test_a_solution_that_was_refused(as_olga, draft):
    Solution.objects.update(is_active=False, verdict=Solution.Verdict.REFUSED)
    assert line(run(as_olga), "Solution") == ("red", "Version 1 was refused; its page says why.")


def test_pages_that_nobody_has_written(as_olga, draft):
    draft.pages.filter(kind=PageKind.TIMELINE).update(text=" ")
    assert line(run(as_olga), "Pages") == ("yellow", "Nothing is written on Timeline.")
    Competition.objects.update(closes_at=timezone.now() + timedelta(days=9))
    assert line(run(as_olga), "Pages") == ("green", "Timeline shows the dates alone; the others have a text.")
    Competition.objects.update(closes_at=None)
    draft.pages.filter(kind=PageKind.RULES).delete()
    assert line(run(as_olga), "Pages") == ("red", "Nothing is written on Rules and Timeline.")


def test_a_column_of_whose_rows_belong_together(as_olga, with_files):
    Competition.objects.update(cluster_column="user_id")
    assert line(run(as_olga), "Rows that belong") == ("green", "By 'user_id' of test.csv.")
    Competition.objects.update(cluster_column="reader")
    level, finding = line(run(as_olga), "Rows that belong")
    assert level == "red"
    assert finding.startswith("test.csv has no column 'reader'; it has id, user_id")


def test_a_file_that_is_gone_from_the_disk(as_olga, with_files):
    sample = DataFile.objects.get(name="sample_submission.csv")
    sample.file.storage.delete(sample.file.name)
    found = run(as_olga)
    assert line(found, "Data files") == ("red", "The stored file of sample_submission.csv is gone.")


def test_a_hidden_test_file_where_only_files_are_taken(as_olga, with_files):
    DataFile.objects.filter(name="test.csv").update(is_hidden=True)
    assert line(run(as_olga), "Data files")[0] == "red"


def test_dates_that_have_passed(as_olga, with_files):
    with_files.closes_at = timezone.now() - timedelta(days=1)
    with_files.opens_at = timezone.now() - timedelta(days=2)
    with_files.save()
    assert line(run(as_olga), "Dates") == (
        "red", "As soon as it is published its stage would be “private results revealed”."
    )  # fmt: skip


def test_one_second_late_is_refused(as_olga, with_files):
    with_files.closes_at = timezone.now() + timedelta(days=3)
    with_files.save()
    level, finding = line(run(as_olga), "One second late")
    assert level == "green"
    assert "one second after: Five stars closed on" in finding


def test_late_ones_are_taken_where_that_is_said(as_olga, with_files):
    with_files.closes_at = timezone.now() + timedelta(days=3)
    with_files.takes_late_submissions = True
    with_files.save()
    level, finding = line(run(as_olga), "One second late")
    assert level == "green"
    assert "taken as late: public score only, no rank" in finding


@pytest.mark.parametrize(
    ("limits", "finding"),
    [
        ({"daily_limit": 1}, "1 is taken, then: Your team has used its 1 submission for today"),
        ({"daily_limit": 300}, "300 are taken, then: Your team has used its 300 submissions for today"),
        ({"total_limit": 3}, "3 are taken, then: Your team has used all its 3 submissions of this competition."),
        ({"pending_limit": 2}, "2 are taken, then: 2 submissions of your team wait for their score"),
        ({"limit_window": "rolling_24h"}, "5 are taken, then: Your team has used its 5 submissions of 24 hours"),
    ],
)
def test_one_over_whichever_limit_comes_first(as_olga, with_files, limits, finding):
    Competition.objects.update(**limits)
    found = run(as_olga)
    assert line(found, "One over")[0] == "green"
    assert line(found, "One over")[1].startswith(finding)
    assert line(found, "Perfect answer")[0] == "green"


def test_a_limit_that_the_sites_own_comes_before(as_olga, with_files, settings):
    settings.TEAM_UPLOAD_BYTES_PER_DAY = 2
    level, finding = line(run(as_olga), "One over")
    assert level == "red"
    assert finding.startswith("Only 2 of 5 could be sent: Your team has uploaded 2 bytes today")


def test_a_limit_that_is_none(as_olga, with_files):
    Competition.objects.update(daily_limit=1_000_000)
    assert line(run(as_olga), "One over")[0] == "yellow"


def test_an_empty_list_of_those_who_may_join(as_olga, with_files):
    Competition.objects.update(entry=EntryPolicy.LIST)
    assert line(run(as_olga), "can join") == ("red", "The list decides who may join, and it is empty.")


def test_joining_by_letter_on_a_site_that_sends_none(as_olga, with_files, settings):
    Competition.objects.update(needs_verified_email=True)
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    assert line(run(as_olga), "can join")[0] == "yellow"
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    assert line(run(as_olga), "can join")[0] == "green"


def test_models_that_cannot_be_asked_and_models_that_wait(as_olga, takes_models):
    assert line(run(as_olga), "SavedModels") == ("yellow", "They wait: no models worker has been heard of.")
    DataFile.objects.filter(name="test.csv").delete()
    add_file(takes_models, "test.csv", "id\n1\n2\n3\n4\n5\n")
    assert line(run(as_olga), "SavedModels")[0] == "red"


@pytest.mark.parametrize(
    ("name", "content", "where"),
    [
        ("extra.csv", "id,hint\n1,5\n2,3\n3,4\n4,1\n5,2\n", "Column 'hint' of extra.csv holds the hidden labels."),
        ("solution.csv", SOLUTION, "solution.csv has the columns of a solution: id, target and Usage."),
        (
            "extra.csv.gz",
            gzip.compress(b"id,hint\n1,5\n2,3\n3,4\n4,1\n5,2\n", mtime=0),
            "Column 'hint' of extra.csv.gz holds the hidden labels.",
        ),
    ],
)
def test_labels_among_the_data_files(as_olga, with_files, name, content, where):
    # One that cannot be looked into comes first, and hides nothing.
    add_file(with_files, "broken.csv", 'id,pages\n1,"\n')
    add_file(with_files, name, content)
    assert line(run(as_olga), "Labels") == ("red", where)


def test_a_table_by_id_that_holds_no_labels(as_olga, with_files):
    add_file(with_files, "extra.csv", "id,pages\n1,50\n2,300\n3,40\n4,1\n5,2\n")
    assert line(run(as_olga), "Labels") == ("green", "Looked into 3 files with a column 'id'.")
    add_file(with_files, "broken.csv", 'id,pages\n1,"\n')
    assert line(run(as_olga), "Labels")[0] == "yellow"


def test_the_target_in_train_is_no_doubt_and_beside_ids_of_the_test_set_it_is(as_olga, with_files):
    add_file(with_files, "more.csv", "id,rating\n101,5\n102,3\n")
    assert line(run(as_olga), "Labels") == ("green", "Looked into 3 files with a column 'id'.")
    add_file(with_files, "older.csv", "id,rating\n1,1\n2,1\n")
    assert line(run(as_olga), "Labels")[0] == "yellow"


def test_others_cannot_run_or_read_it(competition, alice, as_olga):
    client = Client()
    client.force_login(alice)
    for address in (ADDRESS, f"{ADDRESS}progress/", f"{ADDRESS}audit/", f"{ADDRESS}publish/"):
        assert client.get(address).status_code == 404
    assert client.post(ADDRESS).status_code == 404
    competition.organizers.clear()
    assert as_olga.get(ADDRESS).status_code == 404


def test_the_command_prints_the_same_and_exits_with_1_on_red(with_files, capsys):
    call_command("launch_check", "stars")
    printed = capsys.readouterr().out
    assert "GREEN   Perfect answer gets the best score: MSE: public 0.000, private 0.000." in printed
    assert "YELLOW  Data was audited: The audit of the data was not run." in printed
    with_files.pages.all().delete()
    with pytest.raises(SystemExit) as end:
        call_command("launch_check", "stars")
    assert end.value.code == 1
    assert "RED     Pages are written" in capsys.readouterr().out
    with pytest.raises(CommandError, match="no competition 'moons'"):
        call_command("launch_check", "moons")


def test_the_dates_bind_everyone_but_a_rehearsal(alices_team, graded):
    Competition.objects.update(is_published=False)
    alices_team.refresh_from_db()
    with pytest.raises(SubmissionRefused, match="not published yet"):
        graded(alices_team)


def test_the_recommended_decimals_are_reckoned_from_the_public_rows_and_the_errors(as_olga, with_files):
    """σ² = 2: 1.96 · 2 · 2 · √(1 - 0.995²) / √2 = 0.554, which the first decimal tells. A baseline has σ² = 0.5."""
    sentence = "with errors like those of {}, a further digit would show chance alone."
    assert line(run(as_olga), "Decimals") == (
        "green",
        f"Scores are shown with 3 decimals. Recommended is 1: on 2 public rows, {sentence.format('a constant')}",
    )
    enter_baseline(with_files, FIRST_RUNG)
    assert sentence.format("the best baseline") in line(run(as_olga), "Decimals")[1]


def test_a_ladder_without_a_baseline_has_nowhere_to_begin(as_olga, with_files):
    with_files.disclosure = "ladder"
    with_files.save()
    assert line(run(as_olga), "ladder") == (
        "yellow", "No baseline has a score: each team's first file would be told its score, whatever it is."
    )  # fmt: skip
    enter_baseline(with_files)
    found = run(as_olga)
    assert line(found, "ladder") == (
        "green", "A team's first score must clearly beat Always three, the weakest baseline."
    )  # fmt: skip
    # The rehearsal's own files are told their scores.
    assert line(found, "Sample submission") == ("green", "MSE: public 2.000, private 2.000.")
    assert with_files.standings.count() == 1
