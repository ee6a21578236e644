"""What the kit tells of a site that sends it away: each thing once, and when it is possible again."""

import pytest
import requests

from starter_kit.site.patience import Patience
from starter_kit.site.refusals import refusal
from starter_kit.trouble import SiteFault


def answered(detail: str, retry_after: str) -> requests.Response:
    """A busy site's answer."""
    answer = requests.Response()
    answer.status_code, answer.url = 503, "http://localhost/api/v1/competitions/"
    answer.headers.update({"Content-Type": "application/problem+json", "Retry-After": retry_after})
    answer._content = f'{{"detail": "{detail}", "code": "busy"}}'.encode()
    return answer


@pytest.mark.parametrize(
    ("detail", "retry_after", "told"),
    [
        ("Busy; try again in 7 s.", "7", "Busy; try again in 7 s."),
        ("Busy.", "7", "Busy. It is possible again in 7 s."),
        ("Busy; looked in 17 s.", "7", "Busy; looked in 17 s. It is possible again in 7 s."),
        ("Busy.", "Tue, 01 Dec 2026 04:00:00 GMT", "Busy."),
    ],
)
def test_when_it_is_possible_again_is_told_once(detail, retry_after, told):
    assert str(refusal(answered(detail, retry_after))) == told


def test_a_trouble_is_told_when_it_begins_and_when_it_changes(monkeypatch):
    monkeypatch.setattr("starter_kit.site.patience.time.sleep", lambda seconds: None)
    heard: list[str] = []
    patience = Patience(600, heard.append)
    for trouble in ("Busy for 7 s.", "Busy for 7 s.", "Busy for 5 s."):
        patience.wait_after(SiteFault(trouble), at_least=20)
    again = "Trying again in 20 s."
    assert heard == [f"Busy for 7 s. {again}", again, f"Busy for 5 s. {again}"]
