"""Before a file costs anything: the ids that a browser compares, what the door would say, and every shared case."""

import gzip
import json
from hashlib import sha256

import pytest
from cast_of_stories import GOOD
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from shared_cases.answers import PREDICTION_CASES
from shared_cases.case import MAX_BYTES, MAX_UNPACKED_BYTES, Case, frozen_answers

from competitions.models import Competition, DataFile
from grader.scoring.rejection import Rejected
from grading.kept_predictions import read_sent
from grading.labels import active_version, labels_of
from grading.tasks import score_waiting
from submissions.models import Status, Submission
from submissions.quota import allowance

PAGE = "/competitions/stars/submit/"
IDS, BEFORE = f"{PAGE}ids/", f"{PAGE}before/"
# Each goes through the whole door; all others only through the worker's reading, which the door leads to.
THROUGH_THE_DOOR = 12


def send(client, case_or_text, name="predictions.csv", **more):
    content = case_or_text.content if isinstance(case_or_text, Case) else case_or_text.encode()
    return client.post(PAGE, {"file": SimpleUploadedFile(name, content), "description": "", **more})


def as_program(client, text, **more):
    file = SimpleUploadedFile("predictions.csv", text.encode())
    return client.post(PAGE, {"file": file, "description": "", **more}, headers={"Accept": "application/json"})


def in_words(submission):
    """What its page shows, as one text."""
    places = [f"Line {found['line']}: " if found["line"] else "" for found in submission.problems]
    told = [
        f"{place}{found['finding']} {found['cure']}".rstrip()
        for place, found in zip(places, submission.problems, strict=True)
    ]
    if more := submission.problem_count - len(submission.problems):
        told.append(f"And {more:,} more {'problem' if more == 1 else 'problems'}.")
    return "\n".join(told)


@pytest.fixture
def narrow_bounds(competition, settings):
    """The limits that the shared cases count on."""
    settings.MAX_UNPACKED_BYTES = MAX_UNPACKED_BYTES
    settings.UPLOADS_PER_SLOT = 1_000
    Competition.objects.update(max_upload_bytes=MAX_BYTES)


def test_a_sample_of_malformed_files_is_refused_in_the_same_words_and_costs_nothing(
    as_alice, alices_team, narrow_bounds
):
    frozen = frozen_answers()["predictions"]
    malformed = [case for case in PREDICTION_CASES if frozen[case.name] and not case.rests_on_bounds]
    sample = malformed[:: len(malformed) // THROUGH_THE_DOOR]
    assert len(sample) >= THROUGH_THE_DOOR
    for case in sample:
        assert send(as_alice, case, case.file_name).status_code == 302, case.name
        score_waiting()
    sent = Submission.objects.order_by("submitted_at")
    assert [in_words(submission) for submission in sent] == [frozen[case.name] for case in sample]
    assert {submission.status for submission in sent} == {Status.REJECTED}
    assert allowance(alices_team, timezone.now()).left_today == 5


def test_the_worker_reads_every_shared_case_as_it_is_frozen(alices_team, graded, narrow_bounds):
    frozen = frozen_answers()["predictions"]
    # One submission takes the place of all, so that no row of the database stands for each.
    submission = graded(alices_team, GOOD)
    told = {}
    for case in PREDICTION_CASES:
        told[case.name] = read_in_place_of(submission, case)
    assert told == frozen


def read_in_place_of(submission, case):
    """What the worker would say if this case were that submission's file."""
    submission.file.delete(save=False)
    submission.file.save("sent", ContentFile(case.content), save=False)
    submission.competition.refresh_from_db()
    try:
        read_sent(submission, labels_of(active_version(submission.competition)).row_ids)
    except Rejected as rejection:
        return str(rejection)
    return ""


def test_the_ids_of_test_csv_come_as_runs_and_only_once(as_alice, alices_team):
    first = as_alice.get(IDS)
    assert first.json() == {"runs": [1, 5]}
    assert first["Cache-Control"] == "private, no-cache"
    again = as_alice.get(IDS, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_many_scattered_ids_go_packed_and_are_known_again(as_alice, alices_team, competition):
    competition.data_files.all().delete()
    text = "id\n" + "".join(f"{number * number}\n" for number in range(1_000))
    DataFile.objects.create(competition=competition, name="test.csv", file=ContentFile(text, "t.csv"))
    first = as_alice.get(IDS, headers={"Accept-Encoding": "gzip"})
    assert first["Content-Encoding"] == "gzip"
    runs = json.loads(gzip.decompress(first.content))["runs"]
    # 0, 1 stand side by side; then each on its own.
    assert runs[:4] == [0, 2, 2, 1]
    assert len(runs) == 2 * 999
    again = as_alice.get(IDS, headers={"Accept-Encoding": "gzip", "If-None-Match": first["ETag"]})
    assert again.status_code == 304


def test_scattered_ids_are_said_by_gaps_and_lengths(as_alice, alices_team, competition):
    competition.data_files.all().delete()
    text = "user,id\na,12\nb,-3\nc,11\nd,10\ne,90\n"
    DataFile.objects.create(competition=competition, name="test.csv", file=ContentFile(text, "t.csv"))
    # -3 · 10, 11, 12 · 90: from 0 to -3, from -2 to 10, from 13 to 90.
    assert as_alice.get(IDS).json() == {"runs": [-3, 1, 12, 3, 77, 1]}


@pytest.mark.parametrize(
    "text", ["id\n1.5\n", "id\n", "", "number\n1\n", "id\n1\n1\n", f"id\n{2**53}\n", f"id\n{2**70}\n", "id,x\n1\n\n"]
)
def test_ids_that_a_browser_cannot_compare_are_left_to_the_server(as_alice, alices_team, competition, text):
    competition.data_files.all().delete()
    DataFile.objects.create(competition=competition, name="test.csv", file=ContentFile(text, "t.csv"))
    assert as_alice.get(IDS).json() == {"runs": None}


def test_more_ids_than_the_limit_are_not_sent(as_alice, alices_team, settings):
    settings.IDS_FOR_BROWSER = 4
    assert as_alice.get(IDS).json() == {"runs": None}


def test_hidden_rows_show_no_ids_and_data_for_members_are_for_members(as_alice, competition, alice):
    assert Client().get(IDS).status_code == 302
    Competition.objects.update(data_needs_joining=True)
    assert as_alice.get(IDS).status_code == 404
    Competition.objects.update(data_needs_joining=False)
    assert as_alice.get(IDS).status_code == 200
    competition.data_files.update(is_hidden=True)
    assert as_alice.get(IDS).status_code == 404


def test_the_page_hands_its_script_what_is_expected(as_alice, alices_team):
    page = as_alice.get(PAGE)
    about = json.loads(page.context["file_check_json"])
    assert about["expected"]["columns"] == ["id", "rating"]
    assert about["expected"]["cure"] == "Write a decimal between 1 and 5, such as 3.7."
    assert (about["ids"], about["before"]) == (IDS, BEFORE)
    assert "data-file-check" in page.content.decode()
    assert "worker-src 'self'" in page["Content-Security-Policy"]


def test_before_an_upload_the_door_says_what_it_would_refuse(as_alice, alices_team, graded):
    asked = {"name": "predictions.csv", "size": len(GOOD), "sha256": sha256(GOOD.encode()).hexdigest()}
    assert as_alice.get(BEFORE, asked).json() == {"problem": "", "earlier": ""}
    earlier = graded(alices_team, GOOD)
    said = as_alice.get(BEFORE, asked).json()
    assert "Your team has sent this very file before" in said["problem"]
    assert said["earlier"] == earlier.get_absolute_url()
    assert "is a model" in as_alice.get(BEFORE, {**asked, "name": "model.keras"}).json()["problem"]
    assert "takes predictions, not models" in as_alice.get(BEFORE, {**asked, "is_model": "1"}).json()["problem"]
    assert "takes at most 20,000,000" in as_alice.get(BEFORE, {**asked, "size": 20_000_001}).json()["problem"]
    assert Submission.objects.count() == 1


def test_another_teams_files_are_not_known_to_me(as_alice, alices_team, bobs_team, graded):
    graded(bobs_team, GOOD)
    asked = {"name": "predictions.csv", "size": len(GOOD), "sha256": sha256(GOOD.encode()).hexdigest()}
    assert as_alice.get(BEFORE, asked).json() == {"problem": "", "earlier": ""}


def test_who_has_not_joined_or_asks_nonsense_is_answered_nothing(as_alice, competition, alice):
    assert as_alice.get(BEFORE, {"name": "x.csv", "size": 1}).status_code == 404
    assert Client().get(BEFORE, {"name": "x.csv", "size": 1}).status_code == 302


def test_the_pages_script_is_answered_in_json_and_both_compare_the_digest(as_alice, alices_team):
    digest = sha256(GOOD.encode()).hexdigest()
    other = as_program(as_alice, GOOD, sha256=digest[::-1])
    assert other.status_code == 409
    assert "is not what was sent: its SHA-256 is" in other.json()["problem"]
    assert not Submission.objects.exists()
    taken = as_program(as_alice, GOOD, sha256=digest, ask_before_repeating="1")
    submission = Submission.objects.get()
    assert taken.json() == {"submission": submission.get_absolute_url(), "sha256": digest}
    again = as_program(as_alice, GOOD, sha256=digest, ask_before_repeating="1")
    assert again.status_code == 409
    assert again.json()["earlier"] == submission.get_absolute_url()


def test_the_pages_script_hears_every_other_refusal_in_json_too(as_alice, competition, alice):
    strangers = as_program(as_alice, GOOD)
    assert (strangers.status_code, strangers.json()["problem"]) == (403, "Join Five stars first; then you can submit.")
    nothing = as_alice.post(PAGE, {}, headers={"Accept": "application/json"})
    assert nothing.status_code == 403
