"""Every page, wide and narrow, light and dark: it fits, everyone can use it (axe finds nothing), and it is light."""

import json
from collections.abc import Iterator
from uuid import UUID

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route
from running_site import RunningSite, eventually

SIZES = (1280, 375)
# What is dark differs in its colours alone.
SCHEMES = {"light": {}, "dark": {"runOnly": ["color-contrast", "link-in-text-block"]}}
MOST_BYTES = 200_000
AXE = Axe()

ENTRANCE = ["/accounts/login/", "/accounts/signup/", "/accounts/password/reset/", "/accounts/password/reset/done/"]
PUBLIC = ["/", "/status/", "/privacy/", "/terms/", "/nowhere/", *ENTRANCE]
PUBLIC += [
    f"/competitions/goodreads/{tab}"
    for tab in (
        "", "data/", "evaluation/", "rules/", "timeline/", "announcements/", "leaderboard/", "leaderboard/certainty/"
    )
]  # fmt: skip
PUBLIC += [f"/competitions/secret-shelves/{tab}" for tab in ("", "evaluation/", "leaderboard/")]
PUBLIC += ["/competitions/top-books/evaluation/", "/competitions/finished/evaluation/"]
OWN = ["/", "/accounts/email/", "/accounts/password/change/", "/competitions/finished/join/"]
OWN += [f"/competitions/goodreads/{tab}" for tab in ("", "submit/", "submissions/", "team/", "leaderboard/")]
OWN += ["/accounts/2fa/", "/accounts/sessions/", "/account/", "/account/letters/", "/account/data/", "/account/tokens/"]
ORGANIZERS = [f"/competitions/goodreads/launch/{part}" for part in ("", "audit/", "publish/", "archive/")]
ERRORS = ("400", "403", "403_csrf", "404", "413", "429", "500", "503")


@pytest.fixture
def look(chromium: Browser, site: RunningSite) -> Iterator[Page]:
    """A window in which nothing moves: a colour on its way from light to dark would be neither."""
    context = chromium.new_context(base_url=site.url, reduced_motion="reduce")
    yield context.new_page()
    context.close()


def sign_in(page: Page, site: RunningSite, session_key: str) -> None:
    page.context.add_cookies([{"name": "sessionid", "value": session_key, "url": site.url}])


def problems_of(page: Page, address: str) -> list[str]:
    """What is wrong with a page in any of the four ways to look at it; it is fetched once."""
    page.set_viewport_size({"width": SIZES[0], "height": 800})
    page.goto(address)
    page.evaluate(AXE.axe_script)
    found = []
    for width in SIZES:
        page.set_viewport_size({"width": width, "height": 800})
        overflow = page.evaluate("document.documentElement.scrollWidth")
        if overflow > width:
            found.append(f"{address} at {width} px is {overflow} px wide")
        for scheme, options in SCHEMES.items():
            page.emulate_media(color_scheme=scheme)
            violations = page.evaluate("options => axe.run(document, options).then(said => said.violations)", options)
            for one in violations:
                nodes = [node["html"] for node in one["nodes"]]
                found.append(f"{address} at {width} px, {scheme}: {one['id']}: {one['help']} {nodes}")
    return found


@pytest.mark.parametrize("address", PUBLIC)
def test_a_page_for_everyone(site, look, address):
    if address.endswith("certainty/"):
        eventually(lambda: site.value("SELECT count(*) FROM leaderboard_placecertainty"), "the boards are compared")
    assert problems_of(look, address) == []


@pytest.fixture(scope="module")
def taking_part(site, sent_models) -> tuple[str, list[str]]:
    """The session of somebody who has sent what went well and what did not, and the addresses of these."""
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
    return erin.http.cookies["sessionid"], [f"/submissions/{UUID(sent)}/" for sent in (scored, rejected, failing)]


def test_the_pages_of_somebody_who_takes_part(site, look, taking_part):
    session_key, sent = taking_part
    sign_in(look, site, session_key)
    assert [problem for address in [*OWN, *sent] for problem in problems_of(look, address)] == []


def test_the_pages_of_a_ladder_for_a_team_that_is_told_words(site, look):
    """The sample is the weakest baseline itself, so its team stands below it."""
    (dora,) = site.participants("looking-dora", slug="secret-shelves")
    below = dora.submit(site.sample("secret-shelves"))
    dora.wait_for(below, "scored")
    sign_in(look, site, dora.http.cookies["sessionid"])
    addresses = [
        f"/submissions/{UUID(below)}/",
        *(f"/competitions/secret-shelves/{tab}" for tab in ("leaderboard/", "submissions/")),
    ]
    assert [problem for address in addresses for problem in problems_of(look, address)] == []
    look.goto("/competitions/secret-shelves/leaderboard/")
    assert "below baseline" in look.locator("#my-team").inner_text()
    assert "Your team is below baseline" in look.locator("[data-where-am-i]").inner_text()


def test_the_pages_of_an_organizer(site, look):
    site.manage("audit", "goodreads")
    site.manage("launch_check", "goodreads")
    sign_in(look, site, site.organizer_session())
    number = site.value("SELECT id FROM competitions_competition WHERE slug = 'goodreads'")
    boards = [f"/admin/competitions/competition/{number}/{page}/" for page in ("dashboard", "integrity")]
    assert [problem for address in [*ORGANIZERS, *boards] for problem in problems_of(look, address)] == []


def test_the_pages_of_errors(site, look):
    code = f"""
import json
from django.template.loader import render_to_string
said = {{"found": "12345678", "limit": 1000000, "text": "We move to a larger machine."}}
print("pages", json.dumps({{name: render_to_string(name + ".html", said) for name in {ERRORS!r}}}))
"""
    pages = json.loads(site.manage("shell", "-v", "0", "-c", code).split("pages ")[1])

    def show(route: Route) -> None:
        route.fulfill(body=pages[route.request.url.rsplit("/", 1)[1]], content_type="text/html")

    look.route("**/shown/*", show)
    assert [problem for name in ERRORS for problem in problems_of(look, f"/shown/{name}")] == []


@pytest.mark.parametrize("address", ["/", "/competitions/goodreads/data/", "/competitions/goodreads/leaderboard/"])
def test_a_first_visit_is_light(site, look, address):
    """Counted as it comes over the wire, packed."""
    wire = look.context.new_cdp_session(look)
    wire.send("Network.enable")
    asked: set[str] = set()
    came: dict[str, float] = {}
    wire.on("Network.requestWillBeSent", lambda event: asked.add(event["requestId"]))
    wire.on("Network.loadingFinished", lambda event: came.update({event["requestId"]: event["encodedDataLength"]}))
    look.goto(address)
    # Asking the page something lets what was heard meanwhile come through.
    eventually(lambda: look.title() and asked <= came.keys(), "all that the page asked for has come")
    assert len(came) >= 5
    assert sum(came.values()) <= MOST_BYTES


def test_the_main_pages_can_be_walked_through_by_keyboard(site, look, taking_part):
    session_key, _ = taking_part
    sign_in(look, site, session_key)
    for address in ("/", "/competitions/goodreads/data/", "/competitions/goodreads/submit/"):
        look.goto(address)
        look.keyboard.press("Tab")
        assert look.evaluate("document.activeElement.className") == "skip-link"
        names, unseen = [], []
        for _ in range(200):
            look.keyboard.press("Tab")
            here = look.evaluate("""() => {
                const one = document.activeElement, style = getComputedStyle(one), box = one.getBoundingClientRect();
                return one === document.body ? null : {
                    name: (one.innerText || one.getAttribute("aria-label") || one.name || one.id || "").trim(),
                    isSeen: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1 && box.width > 0,
                };
            }""")
            if here is None:
                break
            names.append(here["name"])
            if not here["isSeen"]:
                unseen.append(here["name"])
        assert unseen == []
        # Everything that can be clicked was passed, to the foot of the page.
        assert names[-1] == "Terms"
        assert "Competitions" in names
        assert len(names) >= look.locator("main a[href]:visible, main button:visible").count()


def test_the_menu_of_a_narrow_screen_opens_by_keyboard(site, look):
    look.set_viewport_size({"width": 375, "height": 800})
    look.goto("/competitions/goodreads/leaderboard/certainty/")
    menu = look.get_by_role("button", name="Menu")
    menu.focus()
    look.keyboard.press("Enter")
    look.get_by_role("link", name="Sign in", exact=True).wait_for()
    # The open tab of the many is in sight.
    tab = look.get_by_role("navigation", name="Competition").get_by_role("link", name="Leaderboard").bounding_box()
    assert tab
    assert tab["x"] >= 0
    assert tab["x"] + tab["width"] <= 375
