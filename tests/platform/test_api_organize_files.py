"""Competitions as files, by program: plans that write nothing, applying what was looked at, tables, copies."""

import csv
import io

import pytest
from cast_of_stories import GOOD
from codabench_bundles import bundle
from django.core.files.uploadedfile import SimpleUploadedFile
from organizers_program import STARS, Program, packed

from accounts.models import User
from accounts.organizers import make_organizer
from competitions.models import Competition, Solution


@pytest.fixture
def olgas(olga) -> Program:
    return Program(olga)


@pytest.fixture
def ottos(db) -> Program:
    """Another organizer, of nothing yet."""
    user = User.objects.create_user("otto", "otto@example.org", "a fine password")
    make_organizer(user)
    return Program(User.objects.get(pk=user.pk))


def edited(files, old, new):
    assert old in files["competition.yaml"]
    return files | {"competition.yaml": files["competition.yaml"].replace(old, new)}


def test_a_plan_says_what_would_change_and_for_whom(olgas, competition, alices_team):
    files = edited(olgas.files_of("stars"), b"daily_limit: 5", b"daily_limit: 2") | {"pages/rules.md": b"Be kind"}
    answer = olgas.send("plan/", file=packed(files))
    assert answer.status_code == 200, answer.content.decode()
    plan = answer.json()
    assert (plan["slug"], plan["is_new"], plan["is_empty"], plan["publishes"]) == ("stars", False, False, False)
    changes = {change["place"]: change for change in plan["changes"]}
    assert changes.keys() == {"daily_limit", "pages/rules.md"}
    assert (changes["daily_limit"]["before"], changes["daily_limit"]["after"]) == ("5", "2")
    assert "+Be kind" in changes["pages/rules.md"]["diff"]
    assert plan["consequences"] == ["The rules change; 1 person accepted the text as it was, and are not asked again."]
    competition.refresh_from_db()
    assert competition.daily_limit == 5


def test_an_unchanged_export_is_an_empty_plan(olgas, competition):
    plan = olgas.send("plan/", file=packed(olgas.files_of("stars"))).json()
    assert (plan["is_empty"], plan["changes"], plan["refusals"]) == (True, [], [])


def test_what_changed_after_the_plan_is_not_overwritten(olgas, competition):
    files = edited(olgas.files_of("stars"), b"daily_limit: 5", b"daily_limit: 2")
    plan = olgas.send("plan/", file=packed(files)).json()
    Competition.objects.update(tagline="Changed meanwhile.")
    answer = olgas.send("apply/", file=packed(files), fingerprint=plan["fingerprint"])
    assert (answer.status_code, answer.json()["code"]) == (409, "plan_out_of_date")
    competition.refresh_from_db()
    assert (competition.daily_limit, competition.tagline) == (5, "Changed meanwhile.")


def test_other_files_than_the_planned_ones_are_not_applied(olgas, competition):
    files = edited(olgas.files_of("stars"), b"daily_limit: 5", b"daily_limit: 2")
    plan = olgas.send("plan/", file=packed(files)).json()
    others = edited(files, b"daily_limit: 2", b"daily_limit: 1")
    answer = olgas.send("apply/", file=packed(others), fingerprint=plan["fingerprint"])
    assert (answer.status_code, answer.json()["code"]) == (409, "plan_out_of_date")
    competition.refresh_from_db()
    assert competition.daily_limit == 5


def test_all_that_is_wrong_with_the_files_is_told_at_once(olgas, competition):
    files = edited(olgas.files_of("stars"), b"daily_limit: 5", b"dayly_limit: 5")
    files = edited(files, b"decimals: 3", b"decimals: some") | {"data/more.csv": b"id"}
    answer = olgas.send("plan/", file=packed(files))
    assert (answer.status_code, answer.json()["code"]) == (400, "files_refused")
    told = [problem["message"] for problem in answer.json()["problems"]]
    assert "the key 'dayly_limit' is not known. Did you mean 'daily_limit'?" in told[0]
    assert "decimals: found 'some'" in told[1]
    assert "'data/more.csv' is not named under data:" in told[2]
    assert "it is no zip, or damaged" in olgas.send("plan/", file=io.BytesIO(b"no zip at all")).json()["detail"]


def test_a_frozen_setting_is_refused_with_its_reason(olgas, competition, alices_team, graded):
    graded(alices_team, GOOD)
    files = edited(olgas.files_of("stars"), b"metric: mse", b"metric: mae")
    plan = olgas.send("plan/", file=packed(files)).json()
    (refusal,) = plan["refusals"]
    assert refusal.startswith("metric stays 'mse': submissions were sent by it.")
    answer = olgas.send("apply/", file=packed(files), fingerprint=plan["fingerprint"])
    assert (answer.status_code, answer.json()["code"]) == (409, "not_applied")
    assert "metric stays 'mse'" in answer.json()["detail"]


def test_another_organizers_address_is_taken_and_another_one_is_free(olgas, ottos, competition):
    files = edited(olgas.files_of("stars"), b"is_published: true", b"is_published: false")
    taken = ottos.send("competitions/", file=packed(files))
    assert (taken.status_code, taken.json()["code"]) == (409, "not_applied")
    assert "There is a competition 'stars' already. Choose another slug." in taken.json()["detail"]
    made = ottos.send("competitions/", file=packed(files), slug="six")
    assert made.status_code == 201, made.content.decode()
    assert made.json()["organizers"] == ["olga", "otto"]
    again = ottos.send("competitions/", file=packed(files), slug="six")
    assert (again.status_code, again.json()["code"]) == (409, "there_already")


def test_files_publish_only_with_a_reason(olgas, competition):
    files = olgas.files_of("stars")
    plan = olgas.send("plan/", file=packed(files), slug="seven").json()
    assert (plan["is_new"], plan["publishes"]) == (True, True)
    form = {"slug": "seven", "fingerprint": plan["fingerprint"]}
    answer = olgas.send("apply/", file=packed(files), **form)
    assert (answer.status_code, answer.json()["code"]) == (409, "not_applied")
    assert not Competition.objects.filter(slug="seven").exists()
    answer = olgas.send("apply/", file=packed(files), reason="She shows it to her class at once.", **form)
    assert answer.status_code == 201, answer.content.decode()
    assert answer.json()["is_published"] is True
    assert olgas.told("competitions/seven/publish/")["overrides"][0]["reason"] == "She shows it to her class at once."


def test_a_copy_is_unpublished(olgas, competition):
    answer = olgas.post(f"{STARS}clone/", slug="stars", title="Again")
    assert (answer.status_code, answer.json()["code"]) == (409, "not_cloned")
    copy = olgas.done(f"{STARS}clone/", 201, slug="again", title="Again")
    assert (copy["slug"], copy["is_published"], copy["team_count"]) == ("again", False, 0)
    assert olgas.files_of("again")["data/test.csv"] == olgas.files_of("stars")["data/test.csv"]


def test_tables_are_those_of_the_dashboard(olgas, as_olga, competition, alices_team, graded):
    graded(alices_team, GOOD, "=1+2.csv")
    for name in ("participants", "submissions", "leaderboard"):
        for form in ("csv", "json"):
            mine = olgas.get(f"{STARS}tables/{name}.{form}")
            page = as_olga.get(f"/admin/competitions/competition/{competition.pk}/export/{name}.{form}")
            assert mine.getvalue() == page.getvalue()
            assert mine["Content-Type"] == page["Content-Type"]
    (row,) = csv.DictReader(io.StringIO(olgas.get(f"{STARS}tables/submissions.csv").getvalue().decode()))
    assert (row["file"], row["public_score"]) == ("'=1+2.csv", "0.5")
    assert olgas.get(f"{STARS}tables/labels.csv").status_code == 404
    assert olgas.get(f"{STARS}tables/submissions.xml").status_code == 404


def test_a_participants_session_may_not_send_a_large_body(as_alice, as_olga, competition, settings):
    settings.FORM_BYTES = 1000
    for client, status, code in ((as_alice, 413, "too_large"), (as_olga, 400, "files_refused")):
        answer = client.post("/api/v1/organize/plan/", {"file": io.BytesIO(b"x" * 5000)})
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    settings.MAX_UNPACKED_BYTES, settings.UPLOAD_FORM_BYTES = 1000, 1000
    answer = as_olga.post("/api/v1/organize/plan/", {"file": io.BytesIO(b"x" * 5000)})
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_a_codabench_bundle_is_reported_on_and_imported_as_its_page_does(olgas):
    def sent(**more):
        return {"file": SimpleUploadedFile("bundle.zip", bundle()), "metric": "mse", **more}

    looked_at = olgas.send("codabench/report/", **sent())
    assert looked_at.status_code == 200, looked_at.content.decode()
    report = looked_at.json()
    assert (report["title"], report["refusals"]) == ("Ratings: who likes what?", [])
    assert {"place": "docker_image", "fate": "not_mapped"}.items() <= next(
        line for line in report["lines"] if line["place"] == "docker_image"
    ).items()
    assert not Competition.objects.exists()

    made = olgas.send("codabench/import/", **sent(slug="dev", phase="Development"))
    assert made.status_code == 201, made.content.decode()
    assert (made.json()["slug"], made.json()["is_published"]) == ("dev", False)
    assert Competition.objects.get().organizers.get().username == "olga"
    assert Solution.objects.count() == 1
    again = olgas.send("codabench/import/", **sent(slug="dev"))
    assert (again.status_code, again.json()["code"]) == (400, "files_refused")
    nothing = olgas.send("codabench/report/", file=SimpleUploadedFile("x.zip", b"no zip"), metric="mse")
    assert (nothing.status_code, nothing.json()["code"]) == (400, "files_refused")
