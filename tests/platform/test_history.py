"""What organizers have changed, line by line; and what they cannot delete."""

import re

import pytest
from cast_of_stories import GOOD
from django.test import Client

from accounts.models import User
from competitions.models import Competition, DataFile, Page, PageKind

COMPETITIONS = "/admin/competitions/competition/"
PAGES, FILES = "/admin/competitions/page/", "/admin/competitions/datafile/"


def text(response):
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def diff_of(page):
    """(class, line) of the first diff that the history shows."""
    drawn = re.search(r'<pre class="diff">(.*?)</pre>', page, re.DOTALL)[1]
    return re.findall(r'<span(?: class="(\w+)")?>([^<]*)</span>', drawn)


@pytest.fixture
def as_root(db) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("root", password="x"))
    return client


def test_a_changed_page_shows_the_lines_that_are_new_and_gone(as_olga, competition):
    rules = Page.objects.get(competition=competition, kind=PageKind.RULES)
    before = "# Rules\n\nOne account.\nBe kind.\nHave fun.\n"
    as_olga.post(f"{PAGES}{rules.pk}/change/", {"text": before})
    as_olga.post(f"{PAGES}{rules.pk}/change/", {"text": before.replace("One account.", "One account each.")})
    page = text(as_olga.get(f"{PAGES}{rules.pk}/history/"))
    assert diff_of(page) == [
        ("place", "@@ -2,3 +2,3 @@"), ("", " "), ("removed", "-One account."), ("added", "+One account each."),
        ("", " Be kind."),
    ]  # fmt: skip
    assert "olga" in page
    assert "revert" not in page.lower()


def test_a_changed_date_and_a_changed_file_show_old_and_new(as_olga, competition):
    competition.daily_limit = 7
    competition.save()
    page = text(as_olga.get(f"{COMPETITIONS}{competition.pk}/history/"))
    assert '<span class="removed">5</span> → <span class="added">7</span>' in page
    file = DataFile.objects.get(competition=competition)
    as_olga.post(f"{FILES}{file.pk}/change/", {"name": "test.csv", "description": "Ten rows.", "is_hidden": ""})
    page = text(as_olga.get(f"{FILES}{file.pk}/history/"))
    assert '<span class="removed">nothing</span> → <span class="added">Ten rows.</span>' in page


def test_the_history_carries_no_inline_style(as_olga, competition):
    page = text(as_olga.get(f"{COMPETITIONS}{competition.pk}/history/"))
    assert "style=" not in page


@pytest.mark.parametrize("where", ["nonsense", "999999", "99999999999999999999999"])
def test_the_history_of_what_is_not_there_is_not_found(as_olga, competition, where):
    for listed in (COMPETITIONS, PAGES, FILES):
        assert as_olga.get(f"{listed}{where}/history/").status_code == 404


def test_a_competitions_page_leads_to_the_history_of_its_parts(as_olga, competition):
    page = text(as_olga.get(f"{COMPETITIONS}{competition.pk}/change/"))
    rules = Page.objects.get(competition=competition, kind=PageKind.RULES)
    assert f"{PAGES}{rules.pk}/history/" in page
    assert f"{FILES}{DataFile.objects.get().pk}/history/" in page


def test_pages_and_files_are_searched_and_filtered(as_olga, competition):
    assert "1 page" in text(as_olga.get(f"{PAGES}?q=The+rules+of"))
    assert "1 page" in text(as_olga.get(f"{PAGES}?kind__exact=data"))
    assert "1 data file" in text(as_olga.get(f"{FILES}?q=test"))


def test_a_part_keeps_its_competition(as_olga, competition):
    other = Competition.objects.create(slug="other", title="Other", tagline="x")
    rules = Page.objects.get(competition=competition, kind=PageKind.RULES)
    as_olga.post(f"{PAGES}{rules.pk}/change/", {"text": "x", "competition": other.pk, "kind": "data"})
    rules.refresh_from_db()
    assert (rules.competition, rules.kind, rules.text) == (competition, "rules", "x")


def test_a_competition_with_scores_is_not_deleted_and_the_page_says_why(as_root, competition, alices_team, graded):
    graded(alices_team, GOOD)
    for method in (as_root.get, as_root.post):
        page = text(method(f"{COMPETITIONS}{competition.pk}/delete/", follow=True))
        assert "Five stars cannot be deleted: it has 1 graded submission, and scores are kept." in page
        assert "Take it off the site by “Unpublish”" in page
    assert Competition.objects.filter(pk=competition.pk).exists()
    assert "delete_selected" not in text(as_root.get(COMPETITIONS))


def test_a_competition_that_nobody_was_graded_in_can_be_deleted_by_a_superuser(as_root, as_olga, competition):
    address = f"{COMPETITIONS}{competition.pk}/delete/"
    assert as_olga.post(address, {"post": "yes"}).status_code == 403
    assert "Are you sure" in text(as_root.get(address))
    as_root.post(address, {"post": "yes"})
    assert not Competition.objects.exists()
