"""Each of the organizers' addresses, as its own organizer, another one, a participant and nobody find it."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern
from organizers_program import Program
from organizers_program import whole as whole

from accounts.models import User
from accounts.organizers import make_organizer
from api.organize import urls
from competitions.models import Announcement, Archive, Competition
from grading.tasks import launch_checks
from submissions.launch_jobs import ask_for_launch_check
from teams.joining import join

GENERAL = ("plan/", "apply/", "competitions/", "codabench/report/", "codabench/import/")
# By themselves they take nothing but a file.
OF_FILES = (*GENERAL, "competitions/stars/solutions/")


@pytest.fixture
def otto(db) -> User:
    user = User.objects.create_user("otto", "otto@example.org", "a fine password")
    make_organizer(user)
    return User.objects.get(pk=user.pk)


def addresses(whole):
    """Every address below /organize/, with what is there in its places."""
    for pattern in urls.urlpatterns:
        assert isinstance(pattern, URLPattern)
        route = str(pattern.pattern).replace("<slug:slug>", "stars").replace("<int:version>", str(whole["version"]))
        for name in ("rescores", "teams", "submissions", "entry-requests"):
            route = re.sub(rf"{name}/<(int|uuid):pk>", f"{name}/{whole[name]}", route)
        route = route.replace("<slug:deed>", "reinstate").replace("<slug:name>.<str:form>", "participants.csv")
        assert "<" not in route, f"Teach this walk the address {route}."
        yield route


def methods(address):
    """Of GET and POST, what an address takes."""
    pattern = next(one for one in urls.urlpatterns if one.resolve(address))
    return {name for name in ("get", "post") if hasattr(pattern.callback.cls, name)}


def refusals(program, whole):
    """(address, method) → (status, code) of everything that `program` asks for."""
    found = {}
    for address in addresses(whole):
        for method in sorted(methods(address)):
            answer = getattr(program, method)(address)
            problem = answer.json() if answer["Content-Type"] == "application/problem+json" else {}
            found[address, method] = (answer.status_code, problem.get("code"))
    assert len(found) > 40
    return found


def state():
    models = (Competition, Announcement, Archive)
    return [list(model.objects.order_by("pk").values()) for model in models]


def test_nobody_is_asked_to_sign_in(whole):
    assert set(refusals(Program(None), whole).values()) == {(401, "not_authenticated")}


def test_a_participant_is_told_that_this_is_for_organizers(alice, whole):
    assert set(refusals(Program(alice), whole).values()) == {(403, "permission_denied")}


def test_another_organizer_finds_nothing_of_what_is_not_theirs(otto, whole):
    before = state()
    found = refusals(Program(otto), whole)
    of_stars = {answer for (address, _), answer in found.items() if address not in GENERAL}
    assert of_stars == {(404, "not_found")}
    assert Program(otto).told("competitions/")["results"] == []
    assert state() == before


def test_their_own_organizer_finds_something_everywhere(olga, whole):
    found = refusals(Program(olga), whole)
    assert {key for key, (status, _) in found.items() if key[1] == "get" and status != 200} == set()
    posted = {key: answer for key, answer in found.items() if key[1] == "post"}
    # What is refused is refused for what was sent, or for how things stand.
    assert {status for status, _ in posted.values()} <= {200, 201, 202, 400, 409, 415}
    assert {address for (address, _), (status, _) in posted.items() if status == 415} == set(OF_FILES)


def test_a_co_organizer_may_do_the_same_as_soon_as_the_competition_names_them(otto, whole, competition):
    competition.organizers.add(otto)
    found = refusals(Program(otto), whole)
    assert {status for status, _ in found.values()} <= {200, 201, 202, 400, 409, 415}


def test_staff_without_the_role_may_not_change_what_the_admin_would_not_let_them(bob, whole, competition):
    User.objects.filter(pk=bob.pk).update(is_staff=True)
    competition.organizers.add(bob)
    bobs = Program(bob)
    for address in ("competitions/stars/rescores/", "competitions/stars/announcements/", "competitions/stars/clone/"):
        answer = bobs.post(address)
        assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied"), address
    assert bobs.get("competitions/stars/teams/").status_code == 403
    assert bobs.get("competitions/stars/submissions/").status_code == 403
    assert bobs.get("competitions/stars/entry-requests/").status_code == 403
    assert bobs.get("competitions/stars/").status_code == 200


def test_a_superuser_organizes_all(alice, whole):
    User.objects.filter(pk=alice.pk).update(is_staff=True, is_superuser=True)
    alice.refresh_from_db()
    (listed,) = Program(alice).told("competitions/")["results"]
    assert (listed["slug"], listed["solution_version"], listed["submission_count"]) == ("stars", 2, 1)


def test_long_lists_take_as_many_queries_as_short_ones(olga, whole, competition, send, django_assert_num_queries):
    olgas = Program(olga)
    # The first request notes that the token was used.
    olgas.told("competitions/")
    queries = {}
    for part in ("teams/", "submissions/", "solutions/"):
        with CaptureQueriesContext(connection) as asked:
            olgas.told(f"competitions/stars/{part}")
        queries[part] = len(asked)
    for name in ("bob", "carol"):
        person = User.objects.create_user(name, f"{name}@example.org", "a fine password")
        send(join(person, competition))
        competition.solutions.create(version=competition.solutions.count() + 1, uploaded_by=person, file="x.csv")
    for part, count in queries.items():
        with django_assert_num_queries(count):
            assert olgas.told(f"competitions/stars/{part}")["count"] >= 3


def test_a_rehearsal_is_nobodys_team(olga, competition, settings):
    settings.TURN_SECONDS = 0
    ask_for_launch_check(competition, olga)
    launch_checks()
    assert competition.submissions.filter(team__is_rehearsal=True).exists()
    assert Program(olga).told("competitions/stars/teams/")["results"] == []
    assert Program(olga).told("competitions/stars/submissions/")["results"] == []
    assert Program(olga).told("competitions/stars/")["submission_count"] == 0
