"""Who gets what: every address of the API, asked by people whom it is none of their business."""

import re
from typing import Any

import pytest
from cast_of_stories import GOOD
from django.test import Client
from django.urls import URLPattern, URLResolver
from programs import Program

from accounts.models import User
from accounts.tokens import make_token
from leaderboard.receipts import append_waiting
from pages import urls as pages_urls
from submissions import chunked_uploads
from teams import invitations, merging
from teams.joining import join

# What everybody may look at, as on the pages.
OPEN = {
    "/api/v1/schema/",
    "/api/v1/competitions/",
    "/api/v1/competitions/{slug}/",
    "/api/v1/competitions/{slug}/announcements/",
    "/api/v1/competitions/{slug}/archive/",
    "/api/v1/competitions/{slug}/data/",
    "/api/v1/competitions/{slug}/data/{name}",
    "/api/v1/competitions/{slug}/leaderboard/",
    "/api/v1/competitions/{slug}/leaderboard/certainty/",
    "/api/v1/competitions/{slug}/leaderboard/{id}/",
    "/api/v1/competitions/{slug}/receipts/",
}
# What belongs to who asks: others get their own, or are told that they have not joined.
BY_WHO_ASKS = {
    ("get", "/api/v1/me/"),
    ("get", "/api/v1/me/deletion/"),
    ("post", "/api/v1/me/deletion/"),
    ("get", "/api/v1/tokens/"),
    ("post", "/api/v1/tokens/"),
    ("delete", "/api/v1/tokens/current/"),
    ("post", "/api/v1/competitions/{slug}/join/"),
    ("post", "/api/v1/competitions/{slug}/join/ask/"),
    # Whoever has a team's link may see whose it is, and come: that is what it is for.
    ("get", "/api/v1/competitions/{slug}/team/link/{token}/"),
    ("post", "/api/v1/competitions/{slug}/team/link/{token}/"),
}
# A member of another team asks about their own here.
OF_ONES_TEAM = re.compile(r"/api/v1/competitions/\{slug\}/(team/(\w+/)?|quota/|submissions/|uploads/|leaderboard/me/)")


def operations() -> list[tuple[str, str]]:
    paths = Program().get("/api/v1/schema/").json()["paths"]
    return [(method, path) for path, methods in paths.items() for method in methods if "/organize/" not in path]


@pytest.fixture
def alices(alice, alices_team, bob, competition, graded) -> dict[str, str]:
    """What is alice's, by the parameters of the addresses."""
    sent = graded(alices_team, GOOD)
    append_waiting(float("inf"))
    carol = User.objects.create_user("carol", "carol@example.org", "a fine password")
    carols = join(carol, competition)
    invitation = invitations.invite(alices_team, alice, "carol", "http://localhost")
    merger = merging.propose(alices_team, alice, carols.name, "http://localhost")
    upload = chunked_uploads.begin(alices_team, alice, "big.csv", 5)
    link = invitations.renew_link(alices_team, alice).link_token
    return {
        "slug": "stars",
        "name": "test.csv",
        "token": link,
        "token_id": make_token(alice, "hers")[0].token_key,
        "submissions": str(sent.pk),
        "uploads": str(upload.pk),
        "leaderboard": str(alices_team.pk),
        "invitations": str(invitation.pk),
        "mergers": str(merger.pk),
    }


def address(path: str, theirs: dict[str, str], answer: str = "accept") -> str:
    of_id = next((theirs[kind] for kind in re.findall(r"/(\w+)/\{id\}", path)), "")
    filled = path.replace("{id}", of_id).replace("{answer}", answer)
    return re.sub(r"\{(\w+)\}", lambda found: theirs[found[1]], filled)


def ask(program: Program, method: str, path: str) -> Any:
    content = {"file": b""} if path.endswith("/submissions/") else {}
    said = {} if content else {"content_type": "application/json"}
    return getattr(program.client, method)(path, **({"data": content} if method != "get" else {}), **said)


def test_who_has_not_signed_in_gets_only_what_everybody_may_see(alices):
    nobody = Program()
    for method, path in operations():
        status = ask(nobody, method, address(path, alices)).status_code
        if path in OPEN:
            assert status in (200, 404), (method, path)
        elif (method, path) == ("post", "/api/v1/tokens/"):
            assert status == 400
        else:
            assert status == 401, (method, path, status)


@pytest.mark.parametrize("has_joined", [False, True])
def test_others_get_nothing_of_alices(alices, bob, competition, has_joined):
    if has_joined:
        join(bob, competition)
    program = Program(bob)
    for method, path in operations():
        if path in OPEN or (method, path) in BY_WHO_ASKS:
            continue
        for answer in ("accept", "decline", "withdraw") if "{answer}" in path else ("",):
            given = ask(program, method, address(path, alices, answer))
            if has_joined and OF_ONES_TEAM.fullmatch(path):
                assert "alice" not in given.content.decode(), (method, path)
            else:
                assert given.status_code in (403, 404), (method, path, given.status_code)


def test_a_draft_is_there_for_its_organizer_alone(alice, olga, competition):
    competition.is_published = False
    competition.save()
    for path in (path for path in OPEN if "{slug}" in path):
        asked = address(path, {"slug": "stars", "name": "test.csv", "leaderboard": "1"})
        assert Program(alice).get(asked).status_code == 404, path
    assert Program(olga).get("/api/v1/competitions/stars/").json()["stage"] == "draft"


def test_an_organizer_looks_at_a_submission_and_changes_nothing(alices, olga):
    program = Program(olga)
    path = f"/api/v1/submissions/{alices['submissions']}/"
    assert program.get(path).status_code == 200
    assert program.patch(path, description="mine").status_code == 404
    for deed in ("cancel/", "select/"):
        assert program.post(f"{path}{deed}", selected=True).status_code == 404
    assert program.get(f"{path}file/").status_code == 404


def test_a_session_needs_its_csrf_token_to_change_anything(alice, alices_team):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(alice)
    assert browser.get("/api/v1/me/").status_code == 200
    refused = browser.patch("/api/v1/competitions/stars/team/", {"name": "Stolen"}, content_type="application/json")
    assert refused.status_code == 403
    assert "CSRF" in refused.json()["detail"]
    alices_team.refresh_from_db()
    assert alices_team.name == "alice"


# --- whatever a page does, a program can do ----------------------------------------------------------------------

# By the names of the pages' addresses: the operation that does the same.
AS_THE_PAGE = {
    "home": "competitions",
    "competition": "competition",
    "evaluation": "competition",
    "rules": "competition",
    "timeline": "competition",
    "data": "data_files",
    "download": "data_file",
    "receipt_chain": "receipt_chain",
    "announcements": "announcements",
    "archive_file": "archive",
    "leaderboard": "leaderboard",
    "leaderboard_file": "leaderboard",
    "certainty": "leaderboard_certainty",
    "progress": "team_progress",
    "join": "join",
    "ask_to_enter": "ask_to_enter",
    "team": "team",
    "rename_team": "rename_team",
    "hand_over_team": "hand_over_team",
    "leave_team": "leave_team",
    "renew_team_link": "renew_team_link",
    "team_link": "come_by_link",
    "invite_to_team": "invite",
    "answer_invitation": "answer_invitation",
    "propose_merger": "propose_merger",
    "answer_proposal": "answer_merger",
    "submit": "submit",
    "my_submissions": "submissions",
    "begin_upload": "begin_upload",
    "upload": "append_chunk",
    "finish_upload": "finish_upload",
    "cancel_upload": "cancel_upload",
    "submission": "submission",
    "submission_status": "submission",
    "submission_changes": "submissions",
    "submission_comparison": "leaderboard",
    "submission_description": "describe_submission",
    "submit_ids": "data_file",
    "before_upload": "quota",
    "receipt": "receipt",
    "receipt_file": "receipt",
    "cancel_submission": "cancel_submission",
    "submission_slices": "ask_for_slices",
    "choose_submission": "select_submission",
    "submission_file": "submission_file",
    "delete_account": "delete_account",
    "tokens": "tokens",
    "new_token": "make_token",
    "revoke_token": "revoke_token",
}
# What is no deed of a participant: about the site itself, behind a link in a letter, or of the account, for which the
# password is typed once more in a browser.
PAGES_ALONE = {
    *("status", "status_file", "privacy", "terms"),
    *("announcements_by_mail", "letters_by_mail"),
    *("account", "own_letters", "own_data", "own_data_file"),
}


def pages_of(patterns: list[Any], before: str = "") -> dict[str, str]:
    """The routes of the pages, by the names of their addresses."""
    found: dict[str, str] = {}
    for pattern in patterns:
        route = f"{before}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            found |= pages_of(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern) and pattern.name:
            found[pattern.name] = route
    return found


def test_whatever_a_page_does_a_program_can_do(db):
    described = Program().get("/api/v1/schema/").json()["paths"]
    operations_there = {one["operationId"] for methods in described.values() for one in methods.values()}
    assert set(AS_THE_PAGE.values()) <= operations_there
    # Organizers' pages have operations of their own.
    pages = {
        name
        for name, route in pages_of(pages_urls.urlpatterns).items()
        if not route.startswith("admin/") and "/launch/" not in route
    }
    assert len(pages) > 40
    assert pages - set(AS_THE_PAGE) <= PAGES_ALONE
