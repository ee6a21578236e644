"""What an operator says: the site is closed for a while, and the two pages that nobody else can write."""

from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone

from config import environment

CLOSED = "We move to a larger machine."


@pytest.fixture
def closed(settings) -> None:
    settings.MAINTENANCE = CLOSED
    settings.MAINTENANCE_UNTIL = None


def test_under_maintenance_everybody_reads_why_and_when_to_come_back(closed, settings, competition, as_alice):
    for visitor in (Client(), as_alice):
        for address in ("/", "/competitions/stars/submit/", "/accounts/signup/", "/nowhere/"):
            answer = visitor.get(address)
            assert answer.status_code == 503
            assert answer["Retry-After"] == "600"
            assert CLOSED in answer.content.decode()
    settings.MAINTENANCE_UNTIL = timezone.now() + timedelta(hours=2)
    answer = Client().get("/")
    assert 7100 < int(answer["Retry-After"]) <= 7200
    assert "Expected back" in answer.content.decode()


def test_a_time_that_has_passed_is_no_reason_to_ask_at_once(closed, settings, db):
    settings.MAINTENANCE_UNTIL = timezone.now() - timedelta(hours=2)
    assert Client().get("/")["Retry-After"] == "600"


def test_under_maintenance_nothing_is_taken(closed, competition, as_alice):
    assert as_alice.post("/competitions/stars/join/", {"accept_rules": "on"}).status_code == 503
    assert not competition.memberships.exists()


def test_under_maintenance_watchers_and_organizers_get_in(closed, competition, as_olga):
    for address in ("/healthz", "/status/", "/status.json", "/accounts/login/"):
        assert Client().get(address).status_code == 200
    page = as_olga.get("/competitions/stars/")
    assert page.status_code == 200
    assert "only organizers get in" in page.content.decode()
    assert CLOSED in page.content.decode()


def test_under_maintenance_a_program_is_answered_in_its_own_way(closed, db):
    answer = Client().get("/api/v1/competitions/")
    assert answer.status_code == 503
    assert answer["Content-Type"] == "application/problem+json"
    said = {"type": "about:blank", "title": "Under maintenance", "status": 503, "detail": CLOSED, "code": "maintenance"}
    assert answer.json() == said
    assert answer["Retry-After"] == "600"


def test_the_page_of_maintenance_is_as_guarded_as_any_other(closed, settings, competition, as_olga):
    def guards(answer):
        named = ("X-Frame-Options", "X-Content-Type-Options", "Referrer-Policy", "Cross-Origin-Opener-Policy")
        return {name: answer[name] for name in (*named, "Content-Security-Policy")}

    ordinary = guards(as_olga.get("/"))
    assert ordinary["X-Frame-Options"] == "DENY"
    for address in ("/", "/api/v1/competitions/"):
        answer = Client().get(address)
        assert answer.status_code == 503
        assert guards(answer) == ordinary


def test_the_page_of_maintenance_needs_no_database(closed, as_olga, monkeypatch):
    def away(*_: object) -> None:
        raise DatabaseError("the database is away")

    monkeypatch.setattr("django.contrib.auth.middleware.get_user", away)
    answer = as_olga.get("/")
    assert answer.status_code == 503
    assert CLOSED in answer.content.decode()


@pytest.mark.parametrize(
    ("address", "setting", "name"),
    [("/privacy/", "PRIVACY_PAGE", "HOLDOUT_PRIVACY_FILE"), ("/terms/", "TERMS_PAGE", "HOLDOUT_TERMS_FILE")],
)
def test_an_operators_page_says_so_when_nobody_has_written_it(settings, db, as_olga, address, setting, name):
    assert "has not written this page yet" in Client().get(address).content.decode()
    assert name not in Client().get(address).content.decode()
    assert name in as_olga.get(address).content.decode()
    setattr(settings, setting, "We keep **nothing** <script>x</script>.")
    page = Client().get(address).content.decode()
    assert "We keep <strong>nothing</strong> &lt;script&gt;" in page
    assert "has not written this page yet" not in page


def test_every_page_leads_to_the_operators_pages(competition):
    page = Client().get("/competitions/stars/").content.decode()
    assert 'href="/privacy/"' in page
    assert 'href="/terms/"' in page


def test_a_document_is_read_from_the_file_that_the_setting_names(monkeypatch, tmp_path):
    monkeypatch.setenv("HOLDOUT_X", "  ")
    assert environment.document("HOLDOUT_X") == ""
    (tmp_path / "privacy.md").write_text("# Privé", encoding="utf-8")
    monkeypatch.setenv("HOLDOUT_X", str(tmp_path / "privacy.md"))
    assert environment.document("HOLDOUT_X") == "# Privé"
    monkeypatch.setenv("HOLDOUT_X", str(tmp_path / "nowhere.md"))
    with pytest.raises(SystemExit, match=r"Wrong setting HOLDOUT_X: found '.*nowhere.md'; expected the path of"):
        environment.document("HOLDOUT_X")


def test_a_time_needs_its_zone(monkeypatch):
    monkeypatch.setenv("HOLDOUT_X", "2026-05-03T14:00Z")
    at = environment.moment("HOLDOUT_X")
    assert at is not None
    assert at.isoformat() == "2026-05-03T14:00:00+00:00"
    for wrong in ("2026-05-03T14:00", "soon"):
        monkeypatch.setenv("HOLDOUT_X", wrong)
        with pytest.raises(SystemExit, match="expected a time with its zone"):
            environment.moment("HOLDOUT_X")
