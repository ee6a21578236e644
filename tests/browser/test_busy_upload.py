"""A file that meets a busy site goes on by itself, in a real browser."""

import json
import re

from playwright.sync_api import expect

ADDRESS = "/competitions/goodreads/submit/"
BUSY = {"problem": "Very many ask at once.", "code": "busy", "retry_after": 1}


def test_a_file_that_is_told_to_come_back_comes_back(chromium, site, tmp_path):
    (participant,) = site.participants("patient")
    context = chromium.new_context(base_url=site.url)
    context.add_cookies([{"name": "sessionid", "value": participant.http.cookies["sessionid"], "url": site.url}])
    page = context.new_page()
    refusals = []

    def be_busy_twice(route):
        if route.request.method != "POST" or len(refusals) == 2:
            route.continue_()
            return
        refusals.append(route.request.url)
        headers = {"Retry-After": "1"}
        route.fulfill(status=503, body=json.dumps(BUSY), content_type="application/json", headers=headers)

    page.route(f"**{ADDRESS}", be_busy_twice)
    page.goto(ADDRESS)
    (tmp_path / "predictions.csv").write_bytes(site.sample())
    page.get_by_label("Prediction file").set_input_files(tmp_path / "predictions.csv")
    page.get_by_role("button", name="Upload and score").click()
    expect(page.locator("[data-upload-state]")).to_have_text("Very many send at once; it goes on by itself in 1 s.")
    page.wait_for_url(re.compile(r"/submissions/[0-9a-f-]{36}/$"), timeout=60_000)
    assert len(refusals) == 2
    assert site.value("SELECT count(*) FROM teams_team t JOIN submissions_submission s ON s.team_id = t.id "
                      "WHERE t.name = 'patient'") == 1  # fmt: skip
    context.close()
