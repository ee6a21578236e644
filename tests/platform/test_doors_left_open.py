"""Ways in and out that nobody should find: to other sites by `next`, to stored files, to secrets on an error page."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.apps import apps
from django.conf import settings
from django.db.models import FileField
from django.test import Client, RequestFactory
from django.views.debug import get_exception_reporter_filter

from accounts.models import User
from config.error_reports import ReporterFilter

ELSEWHERE = (
    "https://evil.example/",
    "//evil.example/",
    "///evil.example/",
    "/\\evil.example/",
    "\\\\evil.example/",
    "https:evil.example",
    "javascript:alert(1)",
    "\thttps://evil.example/",
    "http://testserver@evil.example/",
    "https://testserver.evil.example/",
)
PASSWORD = "a fine password"


def leads_elsewhere(answer):
    return answer.status_code == 302 and bool(
        urlsplit(answer["Location"])[:2] != ("", "") or "evil" in answer["Location"]
    )


@pytest.mark.parametrize("place", ELSEWHERE)
def test_no_door_leads_to_another_site(as_alice, alice, olga, place):
    signing_in = {"login": "alice", "password": PASSWORD, "next": place}
    new = {"username": "new", "email": "new@example.org", "password1": PASSWORD, "password2": PASSWORD, "next": place}
    answers = [
        Client().post("/accounts/login/", signing_in),
        Client().post("/accounts/signup/", new),
        as_alice.get("/accounts/login/", {"next": place}),
        as_alice.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": place}),
        as_alice.post("/accounts/logout/", {"next": place}),
        Client().post("/admin/login/", {"login": "olga", "password": PASSWORD, "next": place}, follow=True),
    ]
    assert [answer.status_code for answer in answers[:5]] == [302] * 5
    assert [leads_elsewhere(answer) for answer in answers] == [False] * 6


def test_a_door_leads_on_within_the_site(alice):
    answer = Client().post("/accounts/login/", {"login": "alice", "password": PASSWORD, "next": "/account/?a=1"})
    assert answer["Location"] == "/account/?a=1"


def stored_files():
    return [
        (model, field)
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.get_fields()
        if isinstance(field, FileField)
    ]


def test_every_stored_file_lies_outside_of_what_is_served_and_has_no_address(competition, alices_team, send):
    send(alices_team)
    as_root = Client()
    as_root.force_login(User.objects.create_superuser("root", "root@example.org", PASSWORD))
    served = [Path(settings.STATIC_ROOT), *map(Path, settings.STATICFILES_DIRS)]
    looked_at = 0
    for model, field in stored_files():
        for row in model._default_manager.exclude(**{field.name: ""}):
            file = getattr(row, field.name)
            path = Path(file.path)
            assert not any(path.is_relative_to(folder) for folder in served), path
            assert path.stat().st_mode & 0o077 == 0, path
            for address in (urlsplit(file.url).path, f"/media/{file.name}", f"/static/{file.name}", f"/{field.name}"):
                assert as_root.get(address).status_code == 404, address
            looked_at += 1
    assert looked_at >= 3
    assert len(stored_files()) >= 6


def test_an_error_page_shows_no_secret_of_the_settings():
    shown = get_exception_reporter_filter(RequestFactory().get("/"))
    assert isinstance(shown, ReporterFilter)
    hidden = shown.cleansed_substitute
    for name, value in (
        ("SECRET_KEY", "x"),
        ("CELERY_BROKER_URL", "redis://:password@redis:6379/0"),
        ("EMAIL_HOST_PASSWORD", "x"),
        ("AWS_SECRET_ACCESS_KEY", "x"),
        ("ANYTHING", "postgres://holdout:password@postgres/holdout"),
    ):
        assert shown.cleanse_setting(name, value) == hidden, name
    assert (
        shown.cleanse_setting("DATABASES", {"default": {"NAME": "x", "PASSWORD": "y"}})["default"]["PASSWORD"] == hidden
    )
    assert shown.cleanse_setting("SITE_ADDRESS", "https://holdout.example.org") == "https://holdout.example.org"
    assert settings.SECRET_KEY not in repr(settings)
