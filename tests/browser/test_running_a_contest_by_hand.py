"""What an organizer does by hand while a competition runs: announce, disqualify, look at the dashboard."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from running_site import eventually
from test_organizer import sign_in

WIDTHS = (1280, 375)


def problems_of(page, where):
    """What does not fit or cannot be used by everyone, at both widths, in the page's own part."""
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        overflow = page.evaluate("document.documentElement.scrollWidth")
        if overflow > width:
            found.append(f"{where} at {width} px is {overflow} px wide")
        # Preloading would put the admin's imported styles inline, which the policy forbids.
        for violation in Axe().run(page, context="#content", options={"preload": False}).response["violations"]:
            targets = [node["target"] for node in violation["nodes"]]
            found.append(f"{where} at {width} px: {violation['id']}: {violation['help']} {targets}")
    page.set_viewport_size({"width": 1280, "height": 900})
    return found


@pytest.fixture
def at_the_desk(site, visit):
    page = visit()
    sign_in(page, site)
    return page


def test_an_announcement_is_looked_at_published_and_sent(site, at_the_desk, visit):
    page = at_the_desk
    (nora,) = site.participants("nora")
    pk = site.value("SELECT id FROM competitions_competition WHERE slug = 'goodreads'")
    page.goto(f"/admin/competitions/announcement/add/?competition={pk}")
    page.get_by_label("Title").fill("One day more")
    page.get_by_label("Text").fill("The competition closes **a day later**.")
    page.get_by_label("Also by e-mail").check()
    found = problems_of(page, "the form")
    page.get_by_role("button", name="See how it will look").click()
    expect(page.locator(".preview strong")).to_have_text("a day later")
    expect(page.locator("[data-recipients]")).to_contain_text("By e-mail to")
    found += problems_of(page, "the preview")
    page.get_by_role("button", name="Publish").click()
    expect(page.locator(".messagelist")).to_contain_text("Published: One day more.")

    def letters():
        return [path.read_text() for path in (site.var / "mail").glob("*.log")]

    letter = eventually(lambda: next((text for text in letters() if "nora@example.org" in text), None), "a letter")
    assert "One day more" in letter
    assert "List-Unsubscribe-Post" in letter

    reader = visit(nora.http.cookies["sessionid"])
    reader.goto("/competitions/goodreads/announcements/")
    expect(reader.locator("[data-announcement] strong")).to_have_text("a day later")
    reader.get_by_role("link", name="Change that").click()
    reader.get_by_role("button", name="Send me none").click()
    expect(reader.locator("main")).to_contain_text("no announcements by e-mail")
    assert found + problems_of(reader, "the choice") == []


def test_a_team_is_disqualified_and_the_dashboard_knows(site, at_the_desk, visit):
    page = at_the_desk
    (paul,) = site.participants("paul")
    paul.wait_for(paul.submit(site.sample()), "scored")
    page.goto("/admin/teams/team/?q=paul")
    page.locator("input.action-select").check()
    page.locator("select[name=action]").select_option("disqualify_team")
    page.get_by_role("button", name="Go", exact=True).click()
    found = problems_of(page, "the question why")
    page.get_by_label("Reason").fill("Two accounts of one person")
    page.get_by_role("button", name="Disqualify").click()
    expect(page.locator(".messagelist")).to_contain_text("done for 1")

    theirs = visit(paul.http.cookies["sessionid"])
    theirs.goto("/competitions/goodreads/")
    expect(theirs.locator("[data-disqualified]")).to_contain_text("Two accounts of one person.")

    page.goto("/admin/competitions/competition/?q=goodreads")
    page.get_by_role("link", name="open", exact=True).click()
    expect(page.locator('[data-number="disqualified teams"]')).to_have_text("1")
    for summary in page.locator("summary").all():
        summary.click()
    found += problems_of(page, "the dashboard")

    page.get_by_role("link", name="Integrity").click()
    expect(page.locator("#leaks")).to_contain_text("Plain (as it is set)", timeout=30_000)
    expect(page.locator("#signs")).to_contain_text("No file carries a sign.")
    assert found + problems_of(page, "the integrity page") == []
