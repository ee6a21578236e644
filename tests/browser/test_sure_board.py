"""How sure the order is, in a browser: whose interval reaches the first one's line is shown as tied."""

import re

import pytest
from playwright.sync_api import expect
from running_site import eventually

PAGE = "/competitions/goodreads/leaderboard/certainty/"
COMPARED = """
SELECT count(*) FROM leaderboard_placecertainty p JOIN teams_team t ON t.id = p.team_id WHERE t.name IN ('gwen', 'hugo')
"""


def shifted(sample, by):
    """The sample submission, which predicts one number for every pair, with that number moved."""
    header, *rows = sample.decode().split()
    return "\n".join([header, *(f"{row.split(',')[0]},{float(row.split(',')[1]) + by}" for row in rows)]).encode()


@pytest.fixture
def site(run_site):
    """A site of its own: nobody else stands on its boards."""
    return run_site()


@pytest.fixture
def compared(site):
    """Gwen sends the sample; Hugo another number, nearly as good; the organizers' baselines stand there already."""
    for participant, by in zip(site.participants("gwen", "hugo"), (0.0, 0.002), strict=True):
        participant.wait_for(participant.submit(shifted(site.sample(), by)), "scored")
    eventually(lambda: site.value(COMPARED) == 2, "both are compared")


@pytest.mark.usefixtures("compared")
def test_close_teams_are_shown_as_tied_and_better_baselines_as_sure(visit):
    page = visit()
    for width in (1280, 375):
        look_at_certainty(page, width)


def look_at_certainty(page, width):
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(PAGE)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    expect(page.get_by_role("img", name=re.compile("^MSE of the first"))).to_be_visible()
    rows = [" ".join(row.split()) for row in page.locator("tbody tr").all_inner_texts()]
    (second,) = [row for row in rows if row.startswith("2 ")]
    assert "tied with the first" in second
    assert "1–2" in second
    (biases,) = [row for row in rows if "Damped biases" in row]
    assert "tied" not in biases
    page.get_by_role("link", name="Back to the leaderboard").click()
    expect(page.locator("[data-certainty]")).to_contain_text("The first 2 teams cannot be told apart")
