"""Labels and rescores by program: what is sent is checked and never read back; another version counts by a word."""

from pathlib import Path

import pytest
from cast_of_stories import GOOD, SOLUTION
from organizers_program import STARS, Program, sent_csv

from competitions.models import Solution, label_storage
from grading.tasks import check_solutions, rescore

MENDED = SOLUTION.replace("1,5,Public", "1,4,Public")
SECRET = "4.7310859"


@pytest.fixture
def olgas(olga) -> Program:
    return Program(olga)


def stored_labels():
    return {path.read_text() for path in Path(label_storage().path("")).rglob("*.csv")}


def test_labels_go_into_their_store_and_nowhere_else(olgas, competition, mailbox, caplog, capfd):
    marked = SOLUTION.replace("1,5,Public", f"1,{SECRET},Public")
    answer = olgas.send(f"{STARS}solutions/", file=sent_csv(marked, f"{SECRET}.csv"))
    assert answer.status_code == 201, answer.content.decode()
    assert marked in stored_labels()
    check_solutions()
    said = answer.content.decode()
    for address in ("solutions/", "solutions/2/", "moderation/", "integrity/leaks/"):
        said += olgas.get(STARS + address).content.decode()
    said += "".join(record.getMessage() for record in caplog.records) + "".join(capfd.readouterr())
    assert SECRET not in said


def test_the_worker_is_rung_for_what_was_sent(olgas, competition, mailbox, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        olgas.send(f"{STARS}solutions/", file=sent_csv(MENDED))
    assert mailbox() == ["grading.check_solutions"]


def test_what_is_wrong_with_labels_is_named_by_line(olgas, competition):
    olgas.send(f"{STARS}solutions/", file=sent_csv(SOLUTION.replace("3,4,Private", "3,4,private")), note="Typed.")
    check_solutions()
    version = olgas.told(f"{STARS}solutions/2/")
    assert (version["verdict"], version["note"], version["is_active"]) == ("refused", "Typed.", False)
    assert version["problems"][0]["line"] == 4
    assert version["problems"][0]["message"].startswith("Usage 'private' is neither Public")
    assert [one["version"] for one in olgas.told(f"{STARS}solutions/")["results"]] == [2, 1]
    refused = olgas.post(f"{STARS}rescores/", version=2)
    assert (refused.status_code, refused.json()["code"]) == (409, "rescore_refused")
    assert "only an accepted version can be used" in refused.json()["detail"]


def test_a_solution_larger_than_the_site_takes_is_refused_with_its_size(olgas, competition, settings):
    settings.MAX_UNPACKED_BYTES = 50
    answer = olgas.send(f"{STARS}solutions/", file=sent_csv(SOLUTION))
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert f"file: The file has {len(SOLUTION)} bytes; the most is 50." in answer.json()["detail"]
    assert competition.solutions.count() == 1


def test_rows_are_excluded_by_a_further_version(olgas, competition):
    unknown = olgas.post(f"{STARS}solutions/1/exclude-rows/", ids=[4, 17], reason="Printed twice.")
    assert (unknown.status_code, unknown.json()["code"]) == (409, "exclusion_refused")
    assert "1 of the 2 ids has no row in test.csv: 17." in unknown.json()["detail"].replace("have", "has")
    made = olgas.done(f"{STARS}solutions/1/exclude-rows/", 201, ids=[4, 4], reason="Printed twice.")
    assert (made["version"], made["based_on"], made["excluded_ids"]) == (2, 1, [4])
    check_solutions()
    version = olgas.told(f"{STARS}solutions/2/")
    assert (version["verdict"], version["private_count"], version["ignored_count"]) == ("accepted", 2, 1)
    assert olgas.post(f"{STARS}solutions/1/exclude-rows/", ids=[], reason="None.").status_code == 400


def test_a_rescore_that_is_given_up_changes_nothing(olgas, competition, alices_team, graded, new_version):
    submission = graded(alices_team, GOOD)
    new_version(MENDED)
    first = olgas.done(f"{STARS}rescores/", 201, version=2)
    second = olgas.post(f"{STARS}rescores/", version=2)
    assert second.status_code == 409
    assert "A rescore by version 2 is under way" in second.json()["detail"]
    rescore()
    there = f"{STARS}rescores/{first['id']}/"
    assert olgas.told(there)["preview"]["at"].endswith("Z")
    given_up = olgas.done(f"{there}cancel/")
    assert (given_up["state"], given_up["scored"]) == ("cancelled", None)
    for act in ("cancel/", "activate/"):
        answer = olgas.post(there + act, confirmed=True)
        assert (answer.status_code, answer.json()["code"]) == (409, "rescore_moved_on")
        assert "the rescore is cancelled." in answer.json()["detail"]
    assert olgas.told(f"{STARS}submissions/{submission.pk}/")["public_score"] == 0.5
    assert Solution.objects.get(is_active=True).version == 1
    (listed,) = olgas.told(f"{STARS}rescores/")["results"]
    assert (listed["state"], listed["version"], listed["from_version"]) == ("cancelled", 2, 1)
