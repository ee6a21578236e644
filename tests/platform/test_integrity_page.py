"""The page of a competition's integrity: who may read it, what the leak meter says, and that nobody else sees it."""

import re
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone
from many_stars import TASTE, as_file, give_many_stars, with_rows

from competitions.models import Competition, Solution
from grading.solutions import check
from grading.tasks import look_at_integrity
from leaderboard.leakage import files_per_account
from leaderboard.models import IntegrityState, ProbingSign, SimilarPair
from leaderboard.moderation import mark_baseline


@pytest.fixture
def competition(competition) -> Competition:
    """Five stars with 400 ratings."""
    return give_many_stars(competition)


def address(competition):
    return f"/admin/competitions/competition/{competition.pk}/integrity/"


def text(response):
    assert response.status_code == 200, response.status_code
    return response.getvalue().decode()


def section(page, name):
    return page[page.index(f'id="{name}"') :].split("</section>")[0]


def test_the_page_is_linked_and_for_its_own_organizers_only(as_olga, as_alice, competition):
    dashboard = f"/admin/competitions/competition/{competition.pk}/dashboard/"
    assert address(competition) in text(as_olga.get(dashboard))
    assert address(competition) in text(as_olga.get(f"/admin/competitions/competition/{competition.pk}/change/"))
    other = Competition.objects.create(slug="other", title="Somebody else's", tagline="x", is_published=True)
    assert as_olga.get(address(other)).status_code == 404
    assert as_alice.get(address(competition)).status_code == 302
    assert Client().get(address(competition)).status_code == 302


def test_nothing_of_it_reaches_participants(as_alice, competition, alices_team, bobs_team, graded):
    graded(alices_team, as_file(TASTE))
    probe = graded(alices_team, as_file(with_rows(TASTE, {17: 5.0})))
    graded(bobs_team, as_file(TASTE))
    before = [text(as_alice.get(page)) for page in pages_of(competition, probe)]
    look_at_integrity()
    assert ProbingSign.objects.exists()
    assert SimilarPair.objects.exists()
    after = [text(as_alice.get(page)) for page in pages_of(competition, probe)]
    assert [without_tokens(page) for page in after] == [without_tokens(page) for page in before]


def pages_of(competition, submission):
    own = f"/competitions/{competition.slug}/"
    return [own, f"{own}leaderboard/", f"{own}leaderboard.json", f"{own}submissions/", submission.get_absolute_url()]


def without_tokens(page):
    return re.sub(r'(csrfmiddlewaretoken" value=|X-CSRFToken": ?|nonce=)"[^"]+"', "", page)


def test_the_page_has_no_inline_style_or_script(as_olga, competition, alices_team, graded):
    graded(alices_team, as_file(TASTE))
    look_at_integrity()
    page = text(as_olga.get(address(competition)))
    drawn = page[page.index('id="leaks"') : page.rindex("</section>")]
    assert "style=" not in drawn
    assert "<script" not in drawn


def test_an_empty_competition_says_what_is_missing(as_olga, competition):
    page = text(as_olga.get(address(competition)))
    assert "The scoring worker has not looked at the labels yet." in section(page, "leaks")
    assert "No file carries a sign." in page
    Solution.objects.all().delete()
    assert "There is no accepted solution: upload one first." in text(as_olga.get(address(competition)))


@pytest.fixture
def thirty_days(competition) -> Competition:
    """One file a day of thirty UTC days, of which it is the fourth."""
    midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    opens = midnight - timedelta(days=3)
    Competition.objects.update(daily_limit=1, opens_at=opens, closes_at=opens + timedelta(days=30))
    competition.refresh_from_db()
    return competition


def leaks(client, competition, **changed):
    """What the leak meter says, the worker having looked, as text without tags."""
    Competition.objects.update(**changed)
    look_at_integrity()
    return " ".join(re.sub(r"<[^>]+>", " ", section(text(client.get(address(competition))), "leaks")).split())


def test_the_meter_of_a_plain_board_by_hand(as_olga, thirty_days):
    said = leaks(as_olga, thirty_days)
    assert "200 public rows, 3 decimals, 5 different labels 1.0 or more apart" in said
    assert "30 files of each account" in said
    # 2 · 4 / 200 = 40 units of 3 decimals: 5² ≤ 40 < 5³, so 3 labels. 30 files of 3 labels of 200; ten times that.
    assert "Plain (as it is set) 3 45.00% 100.00% 3,001" in said
    assert "One file spells out 3 hidden labels" in said
    assert "With 3,001 public rows one account would stay below 1%" in said
    # Without a baseline each file of a ladder can be made to be told.
    assert "Ladder 3 45.00% 100.00% 3,001" in said
    assert "No baseline is on the board" in said
    # log₅ of 16,001 scores from 0 to 16: 6.01 labels a file, 30 files, 200 labels.
    assert "cannot tell more than 6.0 labels" in said
    assert "no more than 90.2% of the public labels" in said
    assert "3 decimals show chance and more of the labels: 2 would do" in said
    assert "A team may ask 30 times where a file errs. Nobody has yet" in said


def test_a_ladder_that_begins_at_a_baseline_gives_less_away(as_olga, olga, thirty_days, alices_team, graded):
    graded(alices_team, as_file(TASTE))
    mark_baseline(alices_team, "Ours.", olga)
    said = leaks(as_olga, thirty_days)
    assert "the errors of the best baseline" in said
    assert "No baseline" not in said
    # A direction is told from more than one standard deviation on, where it is worth 0.47 at most: 30 · 0.47 / 200.
    assert 0 < float(re.search(r"Ladder 3 ([\d.]+)%", said).group(1)) < 7.05
    assert "held back" not in said


def test_whoever_holds_a_good_model_back_gains_by_a_weak_baseline(
    as_olga, olga, thirty_days, alices_team, bobs_team, graded
):
    graded(alices_team, as_file(TASTE))
    graded(bobs_team, as_file(np.full(400, 1.0)))
    mark_baseline(bobs_team, "Ours.", olga)
    said = leaks(as_olga, thirty_days)
    # Ones everywhere lie squared errors below the mean and the model: thousands of steps, so that each file is told.
    assert "Ladder 3 45.00% 100.00% 3,001 Ladder, a good model held back 3 45.00% 100.00% 3,001" in said
    assert "mark strong ones only" in said


def test_the_root_and_r_squared_are_measured_as_squared_errors(as_olga, thirty_days):
    for metric in ("rmse", "r2"):
        assert re.search(r"Plain \(as it is set\) \d [\d.]+%", leaks(as_olga, thirty_days, metric=metric))


def test_of_another_metric_the_page_says_what_is_known(as_olga, thirty_days):
    said = leaks(as_olga, thirty_days, metric="accuracy")
    assert "known in closed form for squared errors (MSE, RMSE, R²) alone, not for accuracy" in said
    # log₅ of 1,001 scores: 4.29 labels a file.
    assert "cannot tell more than 4.3 labels" in said
    assert "no more than 64.4% of the public labels" in said
    said = leaks(as_olga, thirty_days, metric="mae", lowest=None, highest=None)
    assert "Nothing bounds a score of MAE here. Give predictions a range" in said


def test_a_board_without_a_range_is_told_to_have_one(as_olga, thirty_days):
    said = leaks(as_olga, thirty_days, lowest=None, highest=None)
    assert "Predictions have no range here" in said
    assert "Plain (as it is set)" in said


@pytest.mark.parametrize(
    ("closes", "window", "total", "files"),
    [
        # From the 1st at noon to the 3rd at noon: three UTC days, or two times 24 hours.
        (datetime(2026, 3, 3, 12, tzinfo=UTC), "utc_day", None, 15),
        (datetime(2026, 3, 3, 12, tzinfo=UTC), "rolling_24h", None, 10),
        # To midnight, which no longer counts.
        (datetime(2026, 3, 3, 0, tzinfo=UTC), "utc_day", None, 10),
        (datetime(2026, 3, 3, 12, tzinfo=UTC), "utc_day", 7, 7),
        (None, "rolling_24h", None, 150),
    ],
)
def test_the_files_of_an_account_are_those_of_all_days(closes, window, total, files):
    competition = Competition(
        opens_at=datetime(2026, 3, 1, 12, tzinfo=UTC), closes_at=closes, daily_limit=5, limit_window=window,
        total_limit=total,
    )  # fmt: skip
    assert files_per_account(competition) == (files, closes is None)


def test_public_labels_that_are_all_the_same_are_named(as_olga, competition):
    rows = "".join(
        f"{number},{3 + (number + 1) % 2},{'Public' if number % 2 else 'Private'}\n" for number in range(1, 401)
    )
    Solution.objects.all().delete()
    file = ContentFile(f"id,rating,Usage\n{rows}", name="solution.csv")
    assert check(Solution.objects.create(competition=competition, version=2, file=file))
    assert "All public labels are the same" in leaks(as_olga, competition)


def test_a_ladder_stands_first_where_it_is_set(as_olga, olga, thirty_days, alices_team, bobs_team, graded):
    graded(alices_team, as_file(TASTE))
    mark_baseline(alices_team, "Ours.", olga)
    Competition.objects.update(disclosure="ladder")
    # Worse than the baseline: its team is told nothing, and stands on the board by what it has.
    bobs_team.competition.refresh_from_db()
    graded(bobs_team, as_file(np.full(400, 1.0)))
    said = leaks(as_olga, thirty_days)
    assert "Ladder (as it is set) 3" in said
    assert "Plain 3 45.00%" in said
    assert IntegrityState.objects.get().compared_count == 2
