"""A page in another language: no English is left on it, and the browser's wish is heard."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

import pytest
from cast_of_stories import BAD, SOLUTION
from django.contrib import admin
from django.contrib.auth.hashers import make_password
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import translation
from django.utils.translation import trans_real
from pseudo_language import CODE, PseudoLanguage, stored_texts, untranslated

from accounts.models import Letter, User
from accounts.tokens import make_token
from config.by_locale import day, day_and_time, decimal, percent, whole
from grader.scoring.metrics import METRICS
from grading.sweeper import sweep
from grading.tasks import rescore
from leaderboard.moderation import disqualify_team
from submissions.quota import SubmissionRefused
from submissions.rescores import ask
from submissions.uploads import refuse_other_names
from teams.entry_invitations import invite_addresses

# Brand and abbreviations; and what Django's own templates say in English alone, as descriptions of pictures.
KNOWN = {"Holdout", "UTC", "CSV", "JSON", "SHA-256", "Search", "True", "False", "None"}
# The grader knows no Django: metrics have their English names. A problem's shape is what a worker stored, and what
# stands in the story's data is its own.
KNOWN |= {text for metric in METRICS.values() for text in (metric.label, metric.short, metric.explanation)}
KNOWN |= {"… is not a number.", "book_name", "Book"}


@pytest.fixture
def pseudo(settings, monkeypatch) -> None:
    """Offers the pseudo language beside English; a client asks for it by its header."""
    settings.LANGUAGES = [("en", "English"), (CODE, "⟦⟧")]
    monkeypatch.setitem(trans_real._translations, CODE, PseudoLanguage())


@pytest.fixture
def story(competition, alices_team, bobs_team, graded, new_version, olga) -> None:
    """Something of everything: scores, a rejection, a disqualification, an invitation, a rescore, a superuser."""
    graded(alices_team)
    graded(alices_team, BAD)
    graded(bobs_team)
    disqualify_team(bobs_team, "Made by hand.", olga)
    invite_addresses(competition, ["carol@example.org"], olga, "https://holdout.test")
    ask(new_version(SOLUTION.replace("1,5", "1,4")), olga)
    rescore()
    # The admin shows some letters of a password's hash.
    User.objects.update(password=make_password(None))
    User.objects.filter(pk=olga.pk).update(is_superuser=True)


def english_on(client: Client, addresses: Iterable[str]) -> dict[str, list[str]]:
    """Address → what is not translated there."""
    known = KNOWN | stored_texts()
    found = {}
    for address in addresses:
        answer = client.get(address, headers={"accept-language": CODE})
        assert answer.status_code == 200, f"{address}: {answer.status_code}"
        found[address] = untranslated(answer.content.decode(), known)
    return {address: texts for address, texts in found.items() if texts}


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=user.pk))
    return client


def pages_of_the_admin(olga: User) -> Iterator[str]:
    """Of each model the list, the empty form, and the last row with its history."""
    request = RequestFactory().get("/admin/")
    request.user = User.objects.get(pk=olga.pk)
    yield reverse("admin:index")
    for model, model_admin in admin.site._registry.items():
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield reverse(f"{name}_changelist")
        if model_admin.has_add_permission(request):
            yield reverse(f"{name}_add")
        if row := model_admin.get_queryset(request).last():
            yield reverse(f"{name}_change", args=[row.pk])
            yield reverse(f"{name}_history", args=[row.pk])


def test_the_admin_leaves_no_text_in_english(pseudo, story, olga):
    assert english_on(signed_in(olga), pages_of_the_admin(olga)) == {}


def test_the_organizers_own_pages_leave_no_text_in_english(pseudo, story, competition, olga):
    of_competition = ("dashboard", "integrity", "clone_competition")
    solution = competition.solutions.get(version=1)
    pages = [
        *(reverse(name, args=[competition.pk]) for name in of_competition),
        reverse("from_files"),
        reverse("from_codabench"),
        reverse("admin:exclude_rows", args=[solution.pk]),
        reverse("admin:competitions_announcement_add") + f"?competition={competition.pk}",
        *(reverse(name, args=[competition.slug]) for name in ("launch_check", "audit", "publishing", "archive")),
    ]
    assert english_on(signed_in(olga), pages) == {}


def test_participants_pages_leave_no_text_in_english(pseudo, story, competition, alice):
    tabs = (
        "competition", "data", "evaluation", "rules", "timeline", "announcements", "leaderboard", "certainty", "join",
        "team", "submit", "my_submissions",
    )  # fmt: skip
    of_the_account = (
        "account", "account_email", "account_change_password", "mfa_index", "usersessions_list", "tokens",
        "own_letters", "own_data",
    )  # fmt: skip
    make_token(alice, "laptop")
    # The page of those who have a password.
    User.objects.filter(pk=alice.pk).update(password=make_password("a fine password"))
    # Receipts are written beside the scores.
    sweep()
    scored = competition.submissions.filter(submitted_by=alice, status="scored").get()
    pages = [
        *(reverse(name) for name in ("home", "status", "privacy", "terms", *of_the_account)),
        reverse("progress", args=[competition.slug, scored.team_id]),
        *(reverse(name, args=[scored.pk]) for name in ("receipt", "submission_comparison")),
        *(reverse(name, args=[competition.slug]) for name in tabs),
        *(reverse("submission", args=[each.pk]) for each in competition.submissions.filter(submitted_by=alice)),
    ]
    assert english_on(signed_in(alice), pages) == {}
    assert english_on(Client(), [reverse("account_login"), reverse("account_signup")]) == {}


def test_a_page_says_its_language_and_that_it_depends_on_the_browsers_wish(pseudo, competition):
    wished, other = (Client().get("/", headers={"accept-language": code}) for code in (CODE, "tlh"))
    assert f'<html lang="{CODE}">' in wished.content.decode()
    assert '<html lang="en">' in other.content.decode()
    assert (wished["Content-Language"], other["Content-Language"]) == (CODE, "en")
    assert "Accept-Language" in wished["Vary"]


def test_scripts_get_their_words_from_the_site_itself(pseudo, db):
    """No inline script is needed, which the content security policy forbids."""
    page = Client().get("/").content.decode()
    assert '<script src="/words.js" defer></script>' in page
    words = Client().get("/words.js")
    assert words["Content-Type"].startswith("text/javascript")
    assert "max-age=3600" in words["Cache-Control"]
    assert "ngettext" in words.content.decode()


def test_a_refusal_is_told_in_the_readers_language(pseudo, competition):
    with translation.override(CODE), pytest.raises(SubmissionRefused, match=r"^⟦.*⟧$"):
        refuse_other_names(competition, "predictions.txt")


def test_what_a_letter_says_is_in_the_sites_language_and_not_in_its_senders(pseudo, competition, olga):
    with translation.override(CODE):
        invite_addresses(competition, ["carol@example.org"], olga, "https://holdout.test")
    letter = Letter.objects.get()
    assert letter.subject == "You are invited to Five stars"
    assert "⟦" not in letter.text


def test_in_english_numbers_and_times_are_written_as_ever():
    moment = datetime(2026, 3, 1, 18, 5, tzinfo=UTC)
    assert (whole(20827), decimal(0.91449, 3), percent(0.045, 1)) == ("20,827", "0.914", "4.5%")
    assert (day(moment), day_and_time(moment)) == ("01 March 2026", "01 March 2026 at 18:05")
    assert day_and_time(None) == ""


def test_in_german_they_are_written_as_there():
    with translation.override("de"):
        assert (whole(20827), decimal(0.91449, 3)) == ("20.827", "0,914")
        assert day(datetime(2026, 3, 1, tzinfo=UTC)) == "01 März 2026"
