"""A submission followed in a browser: its page and the list change in place, and nothing on them moves."""

import signal
from uuid import UUID

import pytest
from playwright.sync_api import expect
from running_site import eventually

LIST = "/competitions/goodreads/submissions/"
WATCH = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const shift of list.getEntries()) {
    if (shift.hadRecentInput) continue;
    const moved = shift.sources.map((source) => source.node?.textContent?.trim().slice(0, 40));
    window.shifts.push(`${shift.value}: ${moved.join(" | ")}`);
  }
}).observe({ type: "layout-shift" });
"""
DISTURB = """
() => {
  const block = document.createElement("div");
  block.className = "p-5";
  block.textContent = "in the way";
  document.querySelector("main").prepend(block);
}
"""


@pytest.mark.parametrize("width", [1280, 375])
def test_what_waits_gets_its_answer_in_place_and_nothing_moves(site, visit, width):
    (lena,) = site.participants(f"lena-{width}")
    lena.wait_for(lena.submit(site.sample(), "before.csv"), "scored")
    site.hold("worker")
    try:
        good, bad = lena.submit(site.sample(), "good.csv"), lena.submit(b"id,rating\n1,x\n" * 30, "bad.csv")
        pages = []
        for address in (f"/submissions/{UUID(good)}/", f"/submissions/{UUID(bad)}/", LIST):
            page = visit(lena.http.cookies["sessionid"])
            page.set_viewport_size({"width": width, "height": 800})
            page.add_init_script(WATCH)
            page.goto(address)
            expect(page.locator("[data-status=queued]").first).to_be_visible()
            if address == LIST:
                # The pictures below it have their place.
                expect(page.locator("svg").last).to_be_visible()
            pages.append(page)
        good_page, bad_page, list_page = pages
        expect(good_page.locator("[data-step=queued]")).to_contain_text("in the queue")
        for page in pages:
            page.evaluate("window.shifts = []; window.isTheSamePage = true")
    finally:
        site.signal_all("worker", signal.SIGCONT)
    expect(good_page.locator("[data-score]")).to_be_visible(timeout=60_000)
    expect(good_page.locator("#status-said")).to_contain_text("Scored:")
    expect(bad_page.locator("[data-problem]", has_text="Line 2:")).to_be_visible(timeout=60_000)
    expect(list_page.locator("tr[data-status=queued]")).to_have_count(0, timeout=60_000)
    expect(list_page.locator("tr[data-status=scored]")).to_have_count(2)
    expect(list_page.locator("tr[data-status=rejected]")).to_have_count(1)
    for page in pages:
        assert page.evaluate("window.isTheSamePage")
        assert page.evaluate("window.shifts") == []
    # That it would have been noticed.
    good_page.evaluate(DISTURB)
    eventually(lambda: good_page.evaluate("window.shifts.length"), "the browser noticed what was put in the way")


def test_a_description_is_edited_in_place(site, visit):
    (mira,) = site.participants("mira-describes")
    sent = mira.submit(site.sample())
    mira.wait_for(sent, "scored")
    page = visit(mira.http.cookies["sessionid"])
    page.goto(f"/submissions/{UUID(sent)}/")
    page.evaluate("window.isTheSamePage = true")
    page.get_by_text("Edit the description").click()
    page.get_by_label("Description").fill("only the mean")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("[data-description]")).to_have_text("only the mean")
    assert page.evaluate("window.isTheSamePage")
