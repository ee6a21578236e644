"""Olga runs a whole contest by programs alone: from its files to its export, without opening a page."""

import pytest
from cast_of_stories import GOOD, SOLUTION
from organizers_program import Program, packed, sent_csv

from competitions.models import Competition, PageKind, Solution
from grading.tasks import check_solutions, launch_checks, rescore
from leaderboard.models import Standing
from teams.joining import join

SLUG = "contest"
HERE = f"competitions/{SLUG}/"
YAML = f"""holdout: 1
slug: {SLUG}
title: A contest by programs
tagline: Predict five ratings.
opens_at: 2026-01-01T00:00:00Z
data:
- name: test.csv
- name: train.csv
- name: sample_submission.csv
"""
FILES = {
    "competition.yaml": YAML.encode(),
    **{f"pages/{kind}.md": f"The {kind} of five ratings.".encode() for kind in PageKind.values},
    "data/test.csv": b"id,user_id,book_name\n" + b"".join(f"{i},u{i},B{i}\n".encode() for i in range(1, 6)),
    "data/train.csv": b"user_id,book_name,rating\nu1,Seen,3\nu2,Seen,4\n",
    "data/sample_submission.csv": b"id,rating\n1,3\n2,3\n3,3\n4,3\n5,3\n",
}
# The target of id 1 is 4 and not 5: then GOOD is right on both public rows.
MENDED = SOLUTION.replace("1,5,Public", "1,4,Public")


@pytest.fixture
def olgas(olga) -> Program:
    return Program(olga)


def test_a_contest_from_its_files_to_its_export(olgas, alice, bob, graded):
    made = olgas.send("competitions/", file=packed(FILES))
    assert made.status_code == 201, made.content.decode()
    assert made.json()["organizers"] == ["olga"]
    assert (made.json()["stage"], made.json()["solution_version"]) == ("draft", None)

    # Labels are sent, checked by the worker, and never given back.
    sent = olgas.send(f"{HERE}solutions/", file=sent_csv(SOLUTION), note="The first.")
    assert sent.status_code == 201, sent.content.decode()
    assert sent["Location"] == f"/api/v1/organize/{HERE}solutions/1/"
    assert sent.json()["verdict"] == "waiting"
    check_solutions()
    version = olgas.told(f"{HERE}solutions/1/")
    assert (version["verdict"], version["is_active"], version["problems"]) == ("accepted", True, [])
    assert (version["public_count"], version["private_count"]) == (2, 3)

    # A plan says what would change, and writes nothing; it is applied by its fingerprint.
    fewer = FILES | {"competition.yaml": FILES["competition.yaml"] + b"daily_limit: 2\n"}
    plan = olgas.send("plan/", file=packed(fewer)).json()
    assert plan["is_new"] is False
    assert {change["place"]: change["after"] for change in plan["changes"]}["daily_limit"] == "2"
    assert Competition.objects.get(slug=SLUG).daily_limit == 5
    applied = olgas.send("apply/", file=packed(fewer), fingerprint=plan["fingerprint"])
    assert applied.status_code == 200, applied.content.decode()
    assert Competition.objects.get(slug=SLUG).daily_limit == 2
    assert Competition.objects.get(slug=SLUG).history.first().history_user.username == "olga"

    # It cannot be published before it was tried.
    refused = olgas.post(f"{HERE}publish/")
    assert refused.status_code == 409
    assert refused.json()["code"] == "publishing_refused"
    assert "The launch check has not been run." in refused.json()["detail"]
    assert olgas.get(f"{HERE}launch-check/").status_code == 404
    assert olgas.done(f"{HERE}launch-check/", 202)["state"] == "asked"
    launch_checks()
    found = olgas.told(f"{HERE}launch-check/")
    assert (found["state"], found["is_out_of_date"]) == ("done", False)
    assert [line for line in found["lines"] if line["level"] == "red"] == []
    assert olgas.told(f"{HERE}publish/")["against"] == []
    assert olgas.done(f"{HERE}publish/")["is_published"] is True

    # Two teams send files; one label was wrong, and everything is scored again.
    contest = Competition.objects.get(slug=SLUG)
    alices = join(alice, contest)
    submission = graded(alices, GOOD)
    graded(join(bob, contest), "id,rating\n1,5\n2,3\n3,3\n4,3\n5,3\n")
    assert olgas.told(f"{HERE}submissions/{submission.pk}/")["public_score"] == 0.5
    olgas.send(f"{HERE}solutions/", file=sent_csv(MENDED), note="One label mended.")
    check_solutions()
    asked = olgas.done(f"{HERE}rescores/", 201, version=2)
    assert (asked["state"], asked["scored"], asked["to_score"], asked["preview"]) == ("scoring", 0, 2, None)
    rescore()
    shown = olgas.told(f"{HERE}rescores/{asked['id']}/")
    assert (shown["state"], shown["preview"]["changed_count"]) == ("previewed", 2)
    (public, _) = shown["preview"]["boards"]
    assert {move["team"]: (move["before"]["rank"], move["after"]["rank"]) for move in public["movers"]} == {
        "alice": (2, 1),
        "bob": (1, 2),
    }
    unsaid = olgas.post(f"{HERE}rescores/{asked['id']}/activate/")
    assert (unsaid.status_code, unsaid.json()["code"]) == (409, "not_confirmed")
    assert olgas.done(f"{HERE}rescores/{asked['id']}/activate/", 202, confirmed=True)["state"] == "activating"
    rescore()
    assert olgas.told(f"{HERE}rescores/{asked['id']}/")["state"] == "active"
    assert olgas.told(f"{HERE}submissions/{submission.pk}/")["public_score"] == 0.0
    assert olgas.told(HERE)["solution_version"] == 2

    # A team is disqualified, with its reason, and comes back.
    foreseen = olgas.told(f"{HERE}teams/{alices.pk}/disqualify/")
    assert (foreseen["public_rank"], foreseen["is_disqualified"]) == (1, False)
    assert foreseen["consequence"].startswith("The teams leave every leaderboard at once")
    assert Standing.objects.filter(team=alices).exists()
    assert olgas.done(f"{HERE}teams/{alices.pk}/disqualify/", reason="Two accounts of one person")["done"] is True
    assert not Standing.objects.filter(team=alices).exists()
    assert olgas.told(f"{HERE}teams/{alices.pk}/")["disqualification"] == "Two accounts of one person."
    assert olgas.done(f"{HERE}teams/{alices.pk}/disqualify/", reason="Again")["done"] is False
    assert olgas.done(f"{HERE}teams/{alices.pk}/reinstate/", reason="They are twins")["done"] is True
    acts = olgas.told(f"{HERE}moderation/")["results"]
    assert [(act["deed"], act["team"], act["by"]) for act in acts] == [
        ("team_reinstated", "alice", "olga"),
        ("team_disqualified", "alice", "olga"),
    ]

    # The tables, and the competition as files: no label is in any of them.
    board = olgas.told(f"{HERE}tables/leaderboard.json")
    assert [(row["public_rank"], row["team"]) for row in board] == [(1, "alice"), (2, "bob")]
    files = olgas.files_of(SLUG)
    assert files["data/train.csv"] == FILES["data/train.csv"]
    assert b"daily_limit: 2" in files["competition.yaml"]
    labels = {SOLUTION.encode(), MENDED.encode()}
    assert not labels & set(files.values())
    assert Solution.objects.get(version=2).sha256.encode() in files["competition.yaml"]
