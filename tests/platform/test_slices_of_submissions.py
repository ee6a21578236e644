"""Where a submission errs: asked for on its page, made by the scoring worker, read by its owner; numbers by hand."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone
from test_languages import english_on
from test_languages import pseudo as pseudo

from competitions.models import Competition, DataFile, JobState
from grading import jobs
from grading.sweeper import sweep
from grading.tasks import score_waiting, slices
from submissions.models import SliceReport, Status, Submission, Told
from submissions.slice_leak import slice_leak_in_words
from teams.joining import join
from teams.models import Team

IDS = range(1, 805)


def file_of(old: float, new: float, hidden: float = 3) -> str:
    """Predictions for anna's rows, for zoe's, and for the private ones."""
    values = [old] * 400 + [new] * 400 + [hidden] * 4
    return "id,rating\n" + "".join(f"{row_id},{value}\n" for row_id, value in zip(IDS, values, strict=True))


# Anna's labels are 3 and zoe's 5: errors of 1 and 2, squares 1 and 4.
ONE_AND_TWO = file_of(4, 3)


@pytest.fixture
def sliced(competition: Competition, new_version, settings) -> Competition:
    """800 public rows: 400 of anna, who has 7 ratings in train.csv, and 400 of zoe, who has none; one book."""
    settings.LEAST_SLICE_ROWS = 400
    Competition.objects.update(cluster_column="user_id", item_column="book_name")
    competition.data_files.all().delete()
    users = ["anna"] * 400 + ["zoe"] * 400 + ["zoe"] * 4
    test = "".join(f"{row_id},{user},Known\n" for row_id, user in zip(IDS, users, strict=True))
    for name, text in (
        ("test.csv", f"id,user_id,book_name\n{test}"),
        ("train.csv", "user_id,book_name,rating\n" + "anna,Known,4\n" * 7),
    ):
        DataFile.objects.create(competition=competition, name=name, file=ContentFile(text, name))
    labels = [(3, "Public")] * 400 + [(5, "Public")] * 400 + [(1, "Private")] * 4
    solution = new_version(
        "id,rating,Usage\n"
        + "".join(f"{row_id},{label},{usage}\n" for row_id, (label, usage) in zip(IDS, labels, strict=True))
    )
    competition.solutions.update(is_active=False)
    competition.solutions.filter(pk=solution.pk).update(is_active=True)
    competition.refresh_from_db()
    return competition


@pytest.fixture
def alices_team(alice, sliced) -> Team:
    return join(alice, sliced)


@pytest.fixture
def scored(alices_team, graded) -> Submission:
    return graded(alices_team, ONE_AND_TWO)


def address_of(submission: Submission) -> str:
    return f"/submissions/{submission.pk}/slices/"


def text(response) -> str:
    return response.content.decode()


def asked(client: Client, submission: Submission) -> str:
    """Press the button, let the worker answer, and read the page."""
    client.post(address_of(submission))
    slices()
    return text(client.get(f"/submissions/{submission.pk}/"))


def told(submission: Submission) -> list[tuple[str, int, float]]:
    report = SliceReport.objects.get(evaluation=submission.evaluation)
    assert report.failure == ""
    return [(one["name"], one["row_count"], one["score"]) for one in report.slices]


def test_alice_asks_where_her_file_errs(as_alice, scored, mailbox, django_capture_on_commit_callbacks):
    assert "Your team may look 3 times a day, and 3 more now" in text(as_alice.get(f"/submissions/{scored.pk}/"))
    with django_capture_on_commit_callbacks(execute=True):
        assert as_alice.post(address_of(scored)).url == f"/submissions/{scored.pk}/#slices"
    assert "grading.slices" in mailbox()
    assert "waiting for the scoring worker" in text(as_alice.get(address_of(scored)))
    slices()
    # Three things have two slices each, the book has one: steps of 3 · 16 / 400 = 0.12, so of 0.2.
    assert told(scored) == [
        ("0 to 5", 400, 4.0), ("6 or more", 400, 1.0),
        ("user known", 400, 1.0), ("user new", 400, 4.0),
        ("1 to 4", 400, 1.0), ("5", 400, 4.0),
    ]  # fmt: skip
    page = text(as_alice.get(f"/submissions/{scored.pk}/"))
    assert page.count("<tr data-slice>") == 6
    assert 'aria-label="How often the user_id stands in train.csv: 0 to 5 4.0, 6 or more 1.0"' in page
    assert "book_name stands" not in page


def test_a_slice_is_told_in_steps_and_not_to_the_boards_third_decimal(as_alice, alices_team, graded):
    # Errors of 1.3 and 0.5: squares 1.69 and 0.25, told as 1.6 and 0.2; the board says 0.97.
    submission = graded(alices_team, file_of(4.3, 4.5))
    page = asked(as_alice, submission)
    assert [score for _, _, score in told(submission)] == [0.2, 1.6, 1.6, 0.2, 1.6, 0.2]
    assert "1.69" not in page
    assert "0.970" in page


def test_the_same_file_costs_nothing_and_is_told_the_same(as_alice, scored, alices_team, graded, settings):
    settings.SLICES_PER_DAY = 1
    asked(as_alice, scored)
    again = graded(alices_team, ONE_AND_TWO)
    assert "<tr data-slice>" in text(as_alice.get(f"/submissions/{again.pk}/"))
    as_alice.post(address_of(again))
    as_alice.post(address_of(scored))
    assert SliceReport.objects.count() == 1


def test_a_day_has_so_many_looks_and_a_competition_too(as_alice, scored, alices_team, graded, settings):
    settings.SLICES_PER_DAY = 1
    asked(as_alice, scored)
    other = graded(alices_team, file_of(4, 4))
    page = text(as_alice.get(f"/submissions/{other.pk}/"))
    assert "1 time a day, and 0 more now" in page
    assert "disabled" in page
    page = asked(as_alice, other)
    assert "Your team has asked once today where a file errs, as often as it may; the next time is possible at" in page
    SliceReport.objects.update(asked_at=timezone.now() - timedelta(days=1))
    settings.SLICES_IN_ALL = 1
    assert "Your team has asked once where a file errs, as often as it may in this competition." in asked(
        as_alice, other
    )
    settings.SLICES_IN_ALL = 2
    assert "<tr data-slice>" in asked(as_alice, other)


def test_nobody_else_sees_or_asks(scored, bob, as_alice):
    asked(as_alice, scored)
    stranger = Client()
    assert stranger.get(address_of(scored)).url.startswith("/accounts/login/")
    stranger.force_login(bob)
    assert stranger.get(address_of(scored)).status_code == 404
    assert stranger.post(address_of(scored)).status_code == 404


def test_olga_asks_at_no_cost_to_the_team(as_olga, as_alice, scored, settings):
    settings.SLICES_PER_DAY = 1
    assert "<tr data-slice>" in asked(as_olga, scored)
    assert SliceReport.objects.get().is_charged is False
    assert "<tr data-slice>" in text(as_alice.get(f"/submissions/{scored.pk}/"))


def test_after_the_reveal_it_is_still_public_rows_alone(as_alice, alices_team, graded):
    first, second = (graded(alices_team, file_of(4, 3, hidden)) for hidden in (1, 5))
    Competition.objects.update(
        opens_at=timezone.now() - timedelta(hours=3),
        closes_at=timezone.now() - timedelta(hours=2),
        reveals_at=timezone.now() - timedelta(hours=1),
    )
    for submission in (first, second):
        assert "<tr data-slice>" in asked(as_alice, submission)
    assert told(first) == told(second)


def test_a_disqualified_team_is_told_no_more(as_alice, scored, alices_team):
    Team.objects.filter(pk=alices_team.pk).update(disqualified_at=timezone.now(), disqualification="Two accounts.")
    assert "was disqualified: Two accounts." in asked(as_alice, scored)
    assert not SliceReport.objects.exists()


def test_a_worker_that_was_killed_leaves_the_report_to_the_next_one(as_alice, scored, mailbox):
    as_alice.post(address_of(scored))
    assert jobs.take_in_hand(SliceReport) is not None
    slices()
    assert SliceReport.objects.get().state == JobState.RUNNING
    SliceReport.objects.update(held_until=timezone.now() - timedelta(seconds=1))
    mailbox()
    sweep()
    assert "grading.slices" in mailbox()
    slices()
    assert "<tr data-slice>" in text(as_alice.get(f"/submissions/{scored.pk}/"))


def test_what_waits_is_scored_while_the_training_data_are_read(as_alice, scored, alices_team, send):
    as_alice.post(address_of(scored))
    waiting = send(alices_team, file_of(4, 4))
    # Only the report's bell is answered.
    slices()
    waiting.refresh_from_db()
    assert waiting.status == Status.SCORED
    assert SliceReport.objects.get().state == JobState.DONE


def test_a_data_file_that_is_gone_is_said_without_its_place(as_alice, scored, sliced):
    as_alice.post(address_of(scored))
    lost = Path(sliced.data_files.get(name="train.csv").file.path)
    lost.unlink()
    slices()
    failure = SliceReport.objects.get().failure
    assert failure.startswith("test.csv and train.csv cannot be read as slices need them; its organizers have that")
    assert lost.name not in failure


def test_many_reports_are_made_turn_by_turn(as_alice, scored, alices_team, graded, settings, mailbox):
    for submission in (scored, graded(alices_team, file_of(4, 4))):
        as_alice.post(address_of(submission))
    mailbox()
    settings.TURN_SECONDS = 0
    slices()
    assert SliceReport.objects.filter(state=JobState.DONE).count() == 1
    assert mailbox() == ["grading.slices"]
    slices()
    assert SliceReport.objects.filter(state=JobState.DONE).count() == 2


def test_a_report_that_kills_its_workers_is_given_up_and_costs_nothing(as_alice, scored, settings):
    settings.SLICES_PER_DAY = 1
    as_alice.post(address_of(scored))
    SliceReport.objects.update(attempt=settings.MAX_TRIES)
    slices()
    page = text(as_alice.get(f"/submissions/{scored.pk}/"))
    assert "It was begun 3 times, and its worker ended each time. It did not count." in page
    assert "<tr data-slice>" in asked(as_alice, scored)


def test_what_cannot_be_answered_is_free_and_not_without_end(as_alice, alices_team, graded, settings):
    # Nothing parts into two: one thing alone is left, and it has one part.
    Competition.objects.update(item_column="", cluster_column="book_name")
    settings.SLICES_PER_DAY, settings.UPLOADS_PER_SLOT, settings.LEAST_SLICE_ROWS = 1, 2, 399
    Competition.objects.update(metric="accuracy", lowest=None, highest=None)
    alices_team.refresh_from_db()
    submission = graded(alices_team, file_of(3, 3))
    for _ in range(2):
        assert "Nothing here parts into two slices of at least 399 public rows, so none is told. It did not" in asked(
            as_alice, submission
        )
    assert "Your team has asked 2 times today where a file errs, and most could not be answered" in asked(
        as_alice, submission
    )
    assert SliceReport.objects.count() == 2


def test_labels_that_were_mended_are_a_new_question(as_alice, scored, sliced, new_version, rescored):
    asked(as_alice, scored)
    mended = sliced.solutions.get(is_active=True).file.read().decode().replace(",5,Public", ",4,Public")
    rescored(new_version(mended))
    scored.refresh_from_db()
    assert "<tr data-slice>" not in text(as_alice.get(f"/submissions/{scored.pk}/"))
    asked(as_alice, scored)
    # Zoe's labels are 4 now: an error of 1 on both.
    assert {score for _, _, score in told(scored)} == {1.0}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"metric": "auc"}, "AUC is no mean over rows, so it does not come apart into slices."),
        ({"metric": "mse", "highest": None}, "Predictions have no bounds here"),
        ({"item_column": "isbn"}, "test.csv has no column &#x27;isbn&#x27;"),
    ],
)
def test_where_there_are_no_slices_the_page_says_why(as_alice, scored, changed, said):
    Competition.objects.update(**changed)
    page = text(as_alice.get(f"/submissions/{scored.pk}/"))
    assert said in page
    assert address_of(scored) not in page
    as_alice.post(address_of(scored))
    assert not SliceReport.objects.exists()


def test_too_few_public_rows_are_said_before_anything_is_counted(as_alice, scored, settings):
    settings.LEAST_SLICE_ROWS = 401
    assert "A slice has 401 public rows at least, and this competition has 800 in all" in asked(as_alice, scored)
    assert not SliceReport.objects.exists()


def test_a_site_may_do_without(as_alice, scored, settings):
    settings.SLICES_PER_DAY = 0
    assert "Where it errs" not in text(as_alice.get(f"/submissions/{scored.pk}/"))
    assert "HOLDOUT_SLICES_PER_DAY is 0" in asked(as_alice, scored)


def test_what_has_no_score_yet_has_no_slices(as_alice, alices_team, send):
    waiting = send(alices_team, ONE_AND_TWO)
    assert "Where it errs" not in text(as_alice.get(f"/submissions/{waiting.pk}/"))
    as_alice.post(address_of(waiting))
    assert "this one has no score" in text(as_alice.get(f"/submissions/{waiting.pk}/"))
    score_waiting()
    assert "Where it errs" in text(as_alice.get(f"/submissions/{waiting.pk}/status/"))


def test_lists_are_parted_by_how_much_their_reader_has_rated(as_alice, alice, sliced, new_version, graded, settings):
    # 400 lists of anna's kind and 400 of zoe's: two books each, of which the first is relevant.
    rows = [(row, f"r{row // 2}" if row < 800 else f"n{row // 2}") for row in range(1600)]
    Competition.objects.update(
        metric="precision_at_k", metric_k=1, target_column="score", lowest=None, highest=None, decimals=3
    )
    sliced.refresh_from_db()
    sliced.data_files.all().delete()
    for name, body in (
        ("test.csv", "id,user_id,book_name\n" + "".join(f"{row + 1},{user},Known\n" for row, user in rows)),
        ("train.csv", "user_id,book_name\n" + "".join(f"r{number},Known\n" * 6 for number in range(400))),
    ):
        DataFile.objects.create(competition=sliced, name=name, file=ContentFile(body, name))
    version = new_version(
        "id,relevance,group,Usage\n"
        + "".join(f"{row + 1},{1 - row % 2},{row // 2},{'Public' if row < 1598 else 'Private'}\n" for row, _ in rows)
    )
    sliced.solutions.update(is_active=False)
    sliced.solutions.filter(pk=version.pk).update(is_active=True)
    Competition.objects.update(item_column="")
    # Right for those who have rated, wrong for the others.
    scores = "".join(f"{row + 1},{(1 - row % 2) if row < 800 else row % 2}\n" for row, _ in rows)
    submission = graded(join(alice, sliced), f"id,score\n{scores}")
    settings.LEAST_SLICE_ROWS = 399
    page = asked(as_alice, submission)
    assert told(submission) == [("0 to 5", 400, 0.0), ("6 or more", 400, 1.0)]
    assert "Lists, about" in page


def test_the_meter_says_what_reports_add(as_alice, scored, sliced):
    assert "Nobody has yet" in slice_leak_in_words(sliced, 5)
    asked(as_alice, scored)
    # Six numbers in steps of 0.2: 6 · log of 81 to the base 5 = 16.4. 30 · 6 / 800 = 22.5 %; of ten accounts all.
    said = slice_leak_in_words(sliced, 5)
    assert "A report has 6 numbers, too coarse to spell out a label; by whatever attack it tells 16.4 labels" in said
    assert "by up to 22.5%, those of 10 accounts by up to 100.0%" in said
    Competition.objects.update(metric="auc")
    sliced.refresh_from_db()
    assert slice_leak_in_words(sliced, 5) == ""


def test_a_file_that_the_ladder_told_no_score_has_no_slices(as_alice, as_olga, alices_team, graded):
    Competition.objects.update(disclosure="ladder")
    alices_team.refresh_from_db()
    told_of = graded(alices_team, ONE_AND_TWO)
    assert "<tr data-slice>" in asked(as_alice, told_of)
    # It is no better.
    silent = graded(alices_team, file_of(4, 2.9))
    assert silent.evaluation.told == Told.NO_IMPROVEMENT
    for client in (as_alice, as_olga):
        page = text(client.get(f"/submissions/{silent.pk}/"))
        assert "This file was told no score of its own, so where it errs is not told either." in page
        assert address_of(silent) not in page
        assert "This file has no score of its own on the board, so where it errs is not told either." in asked(
            client, silent
        )
    assert SliceReport.objects.count() == 1


def test_where_a_file_errs_is_said_in_the_readers_language(pseudo, as_alice, scored):
    address = address_of(scored)
    assert english_on(as_alice, [address]) == {}
    as_alice.post(address)
    assert english_on(as_alice, [address]) == {}
    assert text(as_alice.get(address)).count('data-slices="asked"') == 1
