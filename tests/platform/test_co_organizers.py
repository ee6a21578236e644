"""An organizer of one competition walks every address of the admin, and finds nothing of another's."""

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from cast_of_stories import GOOD
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import URLPattern, URLResolver

from accounts.models import Letter, User
from accounts.organizers import make_organizer
from competitions.models import Announcement, Competition, DataAudit, DataFile, LaunchCheck, Page, Rescore, Solution
from leaderboard.models import ModerationAct
from leaderboard.moderation import disqualify_team, reinstate_team
from pages import urls
from submissions.models import Submission
from teams.models import EntryInvitation, EntryRequest, Membership, Team

REASON = "Two accounts of one person"
# Whatever of these stands on a page comes from the other competition.
SECRETS = ("Five stars", "alice", "predictions.csv", "Secret rows", "Secret news", REASON, "stars")
OF_NO_COMPETITION = (Letter, EmailAddress, Authenticator, UserSession)


@pytest.fixture
def whole(competition, alice, olga, alices_team, graded):
    """Olga's competition, not published, with something of everything in it."""
    graded(alices_team, GOOD)
    Announcement.objects.create(competition=competition, title="Secret news", text="Soon.", by=olga)
    disqualify_team(alices_team, REASON, olga)
    reinstate_team(alices_team, "A mistake", olga)
    first = competition.solutions.get()
    second = Solution.objects.create(competition=competition, version=2, verdict="accepted", file="stars/two.csv")
    Rescore.objects.create(competition=competition, before=first, solution=second, state="previewed")
    LaunchCheck.objects.create(competition=competition)
    DataAudit.objects.create(competition=competition)
    EntryInvitation.objects.create(competition=competition, token="t" * 43, email="guest-of-stars@example.org")
    EntryRequest.objects.create(competition=competition, user=alice, message="Let me into Five stars.")
    DataFile.objects.update(description="Secret rows")
    Competition.objects.update(is_published=False)
    return competition


@pytest.fixture
def as_vera(whole) -> Client:
    """Vera organizes a competition of her own."""
    vera = User.objects.create_user("vera", "vera@example.org", "x")
    make_organizer(vera)
    hers = Competition.objects.create(slug="hers", title="Vera's own", tagline="x")
    hers.organizers.add(vera)
    client = Client()
    client.force_login(vera)
    return client


def registered():
    return [(model, site) for model, site in admin.site._registry.items() if model._meta.app_label != "auth"]


def one_of(model, competition):
    """The key of a row of that model which belongs to the competition."""
    rows = model._default_manager.all()
    names = {field.name for field in model._meta.get_fields()}
    if model is Competition:
        return competition.pk
    if "competition" in names:
        rows = rows.filter(competition=competition)
    return getattr(rows.first(), "pk", None)


def addresses_of(model, model_admin, pk):
    """Every address of a model's admin, with that row's key in each place for one."""
    base = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
    for pattern in model_admin.get_urls():
        if not isinstance(pattern, URLPattern) or pattern.name is None:
            continue
        route = str(pattern.pattern)
        if pattern.name.endswith("_simple_history"):
            yield f"{base}{pk}/history/{model.history.filter(**{model._meta.pk.name: pk}).first().pk}/"
        elif route.endswith("<id>/password/"):
            yield f"{base}{pk}/password/"
        else:
            assert set(pattern.pattern.converters) <= {"object_id", "pk"}, f"Teach this walk the address {route}."
            yield base + route.replace("<path:object_id>", str(pk)).replace("<int:pk>", str(pk))


def routes(patterns, before=""):
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        else:
            yield route


def admin_pages_of_ours(competition):
    """The addresses of one competition below /admin/ that pages.urls has itself."""
    places = {"<int:pk>": str(competition.pk), "<str:form>": "csv"}
    for route in routes(urls.urlpatterns):
        if route.startswith("admin/competitions/") and "<int:pk>" in route:
            for name in ("participants", "submissions", "leaderboard") if "<slug:name>" in route else ("",):
                filled = route.replace("<slug:name>", name)
                for place, value in places.items():
                    filled = filled.replace(place, value)
                assert "<" not in filled, f"Teach this walk the address {route}."
                yield f"/{filled}"


def test_every_address_of_the_admin_hides_what_is_anothers(as_vera, whole, alice):
    walked = 0
    for model, model_admin in registered():
        pk = one_of(model, whole)
        if pk is None:
            assert model in OF_NO_COMPETITION, f"Teach the fixture `whole` to make a {model._meta.verbose_name}."
            pk = 1
        for address in addresses_of(model, model_admin, pk):
            answer = as_vera.get(address, follow=True)
            if answer.status_code == 405:
                answer = as_vera.post(address, {"confirmed": "yes"}, follow=True)
            shown = answer.content.decode()
            asked = [secret for secret in SECRETS if secret in shown.replace("Start typing to filter", "")]
            is_about_hers = str(pk) not in address.split("/")
            assert answer.status_code in (200, 403, 404), address
            # An unknown row is named by the key that was asked for, and by nothing else.
            assert asked == [], (address, asked)
            if not is_about_hers and answer.status_code == 200:
                assert answer.redirect_chain[-1][0] == "/admin/", address
            walked += 1
    for address in admin_pages_of_ours(whole):
        assert as_vera.get(address).status_code == 404, address
        walked += 1
    assert walked > 40


def test_the_walk_would_find_something_for_the_competitions_own_organizer(as_olga, whole):
    shown = ""
    for model, model_admin in registered():
        if pk := one_of(model, whole):
            shown += "".join(as_olga.get(address).content.decode() for address in addresses_of(model, model_admin, pk))
    assert [secret for secret in SECRETS if secret not in shown] == []
    for address in admin_pages_of_ours(whole):
        assert as_olga.get(address).status_code == 200, address


def test_no_action_reaches_what_is_anothers(as_vera, whole):
    def everything():
        kept = (
            Team,
            Submission,
            Solution,
            Membership,
            Competition,
            Page,
            DataFile,
            Announcement,
            ModerationAct,
            Rescore,
        )
        return [list(model.objects.order_by("pk").values()) for model in kept]

    before = everything()
    tried = 0
    for model, model_admin in registered():
        pk = one_of(model, whole)
        if pk is None:
            continue
        names = {action if isinstance(action, str) else action.__name__ for action in model_admin.actions or ()}
        for name in sorted(names | {"delete_selected"}):
            form = {
                "action": name, "_selected_action": [str(pk)], "select_across": "1", "confirmed": "yes", "reason": "x",
                "post": "yes",
            }  # fmt: skip
            address = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
            answer = as_vera.post(address, form, follow=True)
            assert answer.status_code in (200, 403), (address, name)
            tried += 1
    assert tried > 15
    assert everything() == before


def test_forms_that_are_sent_anyway_change_nothing(as_vera, whole):
    rules = Page.objects.get(competition=whole, kind="rules")
    for model, pk in ((Competition, whole.pk), (Page, rules.pk), (Announcement, Announcement.objects.get().pk)):
        base = f"/admin/{model._meta.app_label}/{model._meta.model_name}/{pk}/"
        for ending in ("change/", "delete/"):
            answer = as_vera.post(f"{base}{ending}", {"title": "Mine now", "text": "Mine now", "post": "yes"})
            assert answer.status_code in (302, 403, 404)
    rules.refresh_from_db()
    whole.refresh_from_db()
    assert (rules.text, whole.title) == ("The rules of five stars.", "Five stars")
    assert Announcement.objects.count() == 1


def test_the_site_shows_another_organizer_no_more_than_anybody(as_vera, whole):
    submission = Submission.objects.get()
    closed = [f"/submissions/{submission.pk}/{ending}" for ending in ("", "status/", "file/")]
    for route in routes(urls.urlpatterns):
        if route.startswith("competitions/<slug:slug>/"):
            filled = (
                route.replace("<slug:slug>", "stars").replace("<str:name>", "test.csv").replace("<str:form>", "csv")
            )
            closed.append(f"/{filled}")
    assert len(closed) > 12
    for address in closed:
        if "<" not in address:
            assert as_vera.get(address).status_code in (404, 405), address


def test_the_admins_shortcut_to_the_site_names_no_unpublished_competition(as_vera, whole):
    kind = ContentType.objects.get_for_model(Competition)
    answer = as_vera.get(f"/admin/r/{kind.pk}/{whole.pk}/")
    assert answer.status_code == 404


def test_a_co_organizer_sees_the_competition_as_soon_as_it_names_them(as_vera, whole):
    whole.organizers.add(User.objects.get(username="vera"))
    assert "Five stars" in as_vera.get("/admin/competitions/competition/").content.decode()
    for address in admin_pages_of_ours(whole):
        assert as_vera.get(address).status_code == 200, address
