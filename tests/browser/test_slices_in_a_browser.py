"""Where a submission errs, as its owner sees it: asked for by a click, shown by itself, in pictures beside tables."""

from uuid import UUID

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect


@pytest.mark.parametrize("slug", ["goodreads", "finished"])
def test_it_is_told_by_itself_and_fits_a_telephone(site, visit, slug):
    (gina,) = site.participants(f"slices-{slug}", slug=slug)
    sent = gina.submit(site.sample(slug))
    gina.wait_for(sent, "scored")
    page = visit(gina.http.cookies["sessionid"])
    page.goto(f"/submissions/{UUID(sent)}/")
    page.get_by_role("button", name="Where it errs").click()
    expect(page.locator("[data-slice]").first).to_be_visible()
    for width in (1280, 375):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert Axe().run(page).response["violations"] == []


def test_lists_of_readers_that_are_not_named_have_no_slices_and_say_so(site, visit):
    (gina,) = site.participants("slices-top-books", slug="top-books")
    sent = gina.submit(site.sample("top-books"))
    gina.wait_for(sent, "scored")
    page = visit(gina.http.cookies["sessionid"])
    page.goto(f"/submissions/{UUID(sent)}/")
    expect(page.locator("[data-no-slices]")).to_contain_text("have not said whose lists these are")
    expect(page.get_by_role("button", name="Where it errs")).to_have_count(0)
