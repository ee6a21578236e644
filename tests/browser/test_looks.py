"""Every page fits a telephone, and can be used by everyone (axe finds nothing)."""

from uuid import UUID

import pytest
from axe_playwright_python.sync_playwright import Axe
from running_site import eventually

WIDTHS = (1280, 375)
PUBLIC = ["/", "/status/", "/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"]
PUBLIC += [
    f"/competitions/{slug}/{tab}"
    for slug in ("goodreads", "secret-shelves")
    for tab in ("", "data/", "evaluation/", "rules/", "timeline/", "leaderboard/", "leaderboard/certainty/")
]
PUBLIC += [f"/competitions/{slug}/{tab}" for slug in ("top-books", "finished") for tab in ("", "evaluation/")]
OWN = [f"/competitions/goodreads/{tab}" for tab in ("", "submit/", "submissions/", "join/", "team/", "leaderboard/")]
OWN += ["/accounts/email/", "/accounts/password/change/", "/accounts/2fa/", "/accounts/sessions/"]
OWN += ["/account/", "/account/letters/", "/account/data/"]


def problems_of(page, address, width):
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(address)
    found = []
    overflow = page.evaluate("document.documentElement.scrollWidth")
    if overflow > width:
        found.append(f"{address} at {width} px is {overflow} px wide")
    for violation in Axe().run(page).response["violations"]:
        targets = [node["target"] for node in violation["nodes"]]
        found.append(f"{address} at {width} px: {violation['id']}: {violation['help']} {targets}")
    return found


@pytest.mark.parametrize("width", WIDTHS)
def test_pages_for_everyone(site, visit, width):
    eventually(lambda: site.value("SELECT count(*) FROM leaderboard_placecertainty"), "the boards are compared")
    page = visit()
    assert [problem for address in PUBLIC for problem in problems_of(page, address, width)] == []


def test_pages_for_somebody_who_takes_part(site, visit, sent_models):
    erin, frank = site.participants("looking-erin", "looking-frank")
    # Something waits for her answer: the Team tab says so.
    invited = {"username": "looking-erin", "csrfmiddlewaretoken": frank.http.cookies["csrftoken"]}
    frank.http.post(f"{site.url}/competitions/goodreads/team/invitations/", data=invited, timeout=30).raise_for_status()
    scored = erin.submit(site.sample())
    rejected = erin.submit(b"id,rating\n1,x\n")
    failing = erin.submit(sent_models["telling"], "a model.zip")
    erin.wait_for(failing, "rejected")
    erin.wait_for(scored, "scored")
    erin.wait_for(rejected, "rejected")
    page = visit(erin.http.cookies["sessionid"])
    addresses = [*OWN, *(f"/submissions/{UUID(sent)}/" for sent in (scored, rejected, failing))]
    assert [problem for address in addresses for width in WIDTHS for problem in problems_of(page, address, width)] == []


def test_pages_of_a_ladder_for_a_team_that_is_told_words(site, visit):
    """The sample is the weakest baseline itself, so its team stands below it."""
    (dora,) = site.participants("looking-dora", slug="secret-shelves")
    below = dora.submit(site.sample("secret-shelves"))
    dora.wait_for(below, "scored")
    page = visit(dora.http.cookies["sessionid"])
    addresses = [
        f"/submissions/{UUID(below)}/",
        *(f"/competitions/secret-shelves/{tab}" for tab in ("leaderboard/", "submissions/", "evaluation/")),
    ]
    assert [problem for address in addresses for width in WIDTHS for problem in problems_of(page, address, width)] == []
    page.goto("/competitions/secret-shelves/leaderboard/")
    assert "below baseline" in page.locator("#my-team").inner_text()
    assert "Your team is below baseline" in page.locator("[data-where-am-i]").inner_text()


def test_pages_before_a_launch(site, visit):
    site.manage("audit", "goodreads")
    site.manage("launch_check", "goodreads")
    page = visit(site.organizer_session())
    addresses = [f"/competitions/goodreads/launch/{part}" for part in ("", "audit/", "publish/")]
    assert [problem for address in addresses for width in WIDTHS for problem in problems_of(page, address, width)] == []
