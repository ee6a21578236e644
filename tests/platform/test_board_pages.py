"""The leaderboard's pages: where everyone stands, found by page, by name and by one's own team."""

import re
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from cast_of_stories import GOOD, PERFECT
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from hypothesis.extra.django import TestCase

from accounts.models import User
from competitions.models import Competition
from grader.scoring.ranking import Entry, rank
from leaderboard.board import board_page, rank_of, standings
from leaderboard.models import Standing
from leaderboard.moderation import disqualify_team, mark_baseline
from leaderboard.places import as_key
from leaderboard.ranks import ranks_of
from submissions.models import Evaluation, Kind, Submission
from teams.models import Team

BOARD = "/competitions/stars/leaderboard/"
START = datetime(2026, 1, 1, tzinfo=UTC)


def text(response):
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def shown(page):
    """(rank or –, team) of each line."""
    return re.findall(r'<td class="rank number">(?:<span[^>]*>)?([^<]+).*?/leaderboard/\d+/">([^<]+)', page, re.DOTALL)


def seated(competition, name, order, *, private=None, seconds=0, is_ranked=True):
    """A team with that place on the boards, and one submission behind it."""
    at = START + timedelta(seconds=seconds)
    team = Team.objects.create(competition=competition, name=name, is_baseline=not is_ranked)
    submission = Submission.objects.create(
        competition=competition, team=team, kind=Kind.PREDICTIONS, file="x.csv", original_name="x.csv", size_bytes=1,
        submitted_at=at, waiting_since=at,
    )  # fmt: skip
    one = Evaluation.objects.create(
        submission=submission, solution=competition.solutions.get(), public_score=abs(order), private_score=1.0
    )
    Standing.objects.create(
        competition=competition, team=team, best=one, final=one, scored_count=1, is_ranked=is_ranked,
        public_order=order, public_at=at, private_order=order if private is None else private, private_at=at,
    )  # fmt: skip
    return team


@pytest.fixture
def thirty(competition, settings):
    """Team n has the score n; every tenth is a baseline. Ten on a page."""
    settings.LEADERBOARD_PAGE_SIZE = 10
    return [seated(competition, f"team {n}", n, private=-n, is_ranked=n % 10 != 0) for n in range(1, 31)]


def test_ranks_go_on_from_page_to_page_past_the_baselines(thirty):
    page = text(Client().get(BOARD, {"page": 2}))
    assert "Page 2 of 3" in page
    # Of the teams 1 to 10 the last is a baseline, so that team 11 is number 10.
    assert shown(page)[0] == ("10", "team 11")
    assert shown(page)[-2:] == [("18", "team 19"), ("–", "team 20")]
    assert shown(text(Client().get(BOARD, {"page": "none"})))[0] == ("1", "team 1")
    assert shown(text(Client().get(BOARD, {"page": 99})))[-2:] == [("27", "team 29"), ("–", "team 30")]


def test_alice_sees_where_she_stands_and_goes_there(thirty, alice, alices_team, as_alice, graded):
    assert "Your team has no score yet. 27 ranked teams." in text(as_alice.get(BOARD))
    graded(alices_team, GOOD)  # 0.5: before team 1
    page = text(as_alice.get(BOARD, {"page": 3}))
    assert "number 1 of 28" in page
    assert '?page=1#my-team"' in page
    assert 'id="my-team"' not in page
    assert 'id="my-team"' in text(as_alice.get(BOARD, {"page": 1}))
    assert rank_of(alices_team) == (1, 28)
    Standing.objects.filter(team=alices_team).update(public_order=24.5)
    page = text(as_alice.get(BOARD))
    # 22 ranked teams and two baselines stand above.
    assert "number 23 of 28" in page
    assert '?page=3#my-team"' in page


def test_a_search_finds_parts_of_names_with_their_ranks(thirty, competition):
    seated(competition, "Élan <b>", 12.5)
    assert shown(text(Client().get(BOARD, {"q": "TEAM 2"}))) == [
        ("2", "team 2"), ("–", "team 20"), ("20", "team 21"), ("21", "team 22"), ("22", "team 23"), ("23", "team 24"),
        ("24", "team 25"), ("25", "team 26"), ("26", "team 27"), ("27", "team 28"),
    ]  # fmt: skip
    page = text(Client().get(BOARD, {"q": " élan  <"}))
    assert shown(page) == [("12", "Élan &lt;b&gt;")]
    assert "1 team found for" in page
    assert "No team on the board has such a name." in text(Client().get(BOARD, {"q": "nobody"}))
    assert "the first 10 are shown" in text(Client().get(BOARD, {"q": "team"}))
    assert shown(text(Client().get(BOARD, {"q": "\0"}))) == []


def test_the_page_of_a_member_takes_six_queries_at_most(thirty, competition, alices_team, as_alice, graded):
    graded(alices_team, GOOD)
    now = timezone.now()
    Competition.objects.update(
        opens_at=now - timedelta(days=2), closes_at=now - timedelta(hours=2), reveals_at=now - timedelta(hours=1)
    )
    for board in ("public", "private"):
        with CaptureQueriesContext(connection) as asked:
            page = text(as_alice.get(BOARD, {"page": 2, "board": board}))
        assert "Your team is" in page
        assert len(shown(page)) == 10
        assert len(asked) <= 6, [query["sql"] for query in asked]


def test_a_search_folds_the_letters_of_every_script(competition):
    for number, name in enumerate(["Straße", "strasse", "100% sure", "ΣΊΣΥΦΟΣ", "a_b", "a\\b"]):
        seated(competition, name, number)

    def found(wanted):
        return [name for _, name in shown(text(Client().get(BOARD, {"q": wanted})))]

    assert found("STRASSE") == found("straße") == ["Straße", "strasse"]
    assert found("σίσυφος") == ["ΣΊΣΥΦΟΣ"]
    # What means something in SQL is only text here.
    assert found("%") == ["100% sure"]
    assert found("_") == ["a_b"]
    assert found("\\") == ["a\\b"]


def test_the_best_score_that_may_stand_is_number_one(competition):
    best = seated(competition, "best", -1e308, private=2.0)
    next_one = seated(competition, "next", 1e308, private=1.0)
    assert ranks_of(competition, [next_one.pk, best.pk], private=False) == {best.pk: 1, next_one.pk: 2}
    assert ranks_of(competition, [best.pk], private=True) == {best.pk: 2}
    assert ranks_of(competition, [], private=True) == {}


def test_the_final_board_says_who_rose_and_who_fell(competition, alices_team, bobs_team, graded):
    # Public: alice 0, bob 0.5. Private: alice 3, bob 0.
    graded(alices_team, GOOD.replace("1,4", "1,5"))
    graded(bobs_team, PERFECT.replace("1,5", "1,4"))
    seated(competition, "third", 9.0)
    seated(competition, "the mean", 0.1, is_ranked=False)
    now = timezone.now()
    Competition.objects.update(
        opens_at=now - timedelta(days=2), closes_at=now - timedelta(hours=2), reveals_at=now - timedelta(hours=1)
    )
    page = text(Client().get(BOARD, {"board": "private"}))
    assert [name for _, name in shown(page)] == ["bob", "the mean", "alice", "third"]
    changes = re.findall(r'aria-hidden="true">([▲▼=]\d*)</span><span class="visually-hidden">([^<]+)', page)
    assert changes == [("▲1", "1 place higher"), ("▼1", "1 place lower"), ("=", "the same place")]
    assert "▲" not in text(Client().get(BOARD))


def test_a_teams_page_shows_when_its_best_became_better(alices_team, bobs_team, competition, graded, as_alice):
    graded(alices_team, GOOD)
    graded(alices_team, GOOD)
    graded(alices_team, PERFECT)
    address = f"{BOARD}{alices_team.pk}/"
    assert f'href="{address}"' in text(Client().get(BOARD))
    assert f'href="{address}"' in text(as_alice.get("/competitions/stars/team/"))
    page = text(Client().get(address))
    assert re.findall(r'<td class="number">(0\.\d+)<', page) == ["0.000", "0.500"]
    assert page.count('<circle class="dot"') == 2
    # Who is not on the board has no such page.
    assert Client().get(f"{BOARD}{bobs_team.pk}/").status_code == 404
    disqualify_team(alices_team, "Two accounts.", by=competition.organizers.get())
    assert Client().get(address).status_code == 404


def test_a_marked_baseline_loses_its_rank_and_keeps_its_line(alices_team, bobs_team, graded, olga, competition):
    graded(alices_team, PERFECT)
    graded(bobs_team, GOOD)
    mark_baseline(alices_team, "Ours.", by=olga)
    assert shown(text(Client().get(BOARD))) == [("–", "alice"), ("1", "bob")]


def test_the_command_says_how_many_standings_were_wrong(alices_team, bobs_team, graded, competition):
    graded(alices_team, GOOD)
    graded(bobs_team, PERFECT)

    def said(*words):
        out = StringIO()
        call_command("rebuild_standings", *words, stdout=out)
        return out.getvalue()

    assert said() == "stars: 0 of 2 standings changed\n"
    Standing.objects.filter(team=bobs_team).delete()
    Standing.objects.filter(team=alices_team).update(public_order=0.1)
    assert said("stars") == "stars: 2 of 2 standings changed\n"
    assert said("stars") == "stars: 0 of 2 standings changed\n"
    with pytest.raises(CommandError, match="There is no competition 'moons'"):
        said("moons")


class TheOrderOfTheDatabase(TestCase):
    """Whatever stands on a board, its places are those of `grader.scoring.ranking`."""

    def setUp(self):
        self.competition = Competition.objects.create(slug="stars", title="Five stars", is_published=True)
        self.competition.organizers.add(User.objects.create_user("olga"))
        self.competition.solutions.create(version=1, file="s.csv")

    @settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        some.sampled_from(["mse", "r2"]),
        some.lists(some.tuples(some.integers(-2, 2), some.integers(0, 2), some.booleans()), max_size=14),
    )
    def test_is_that_of_the_ranking(self, metric, rows):
        Competition.objects.update(metric=metric)
        competition = Competition.objects.get()
        lower = metric == "mse"
        entries = []
        for number, (score, seconds, is_ranked) in enumerate(rows):
            # The names run against the keys, so that nothing can lean on them.
            team = seated(
                competition, f"team {99 - number}", float(score if lower else -score), seconds=seconds,
                is_ranked=is_ranked,
            )  # fmt: skip
            entries.append(Entry(as_key(team.pk), float(score), START + timedelta(seconds=seconds), is_ranked))
        places = [
            (place.rank, int(place.entry.key), place.entry.score, place.entry.at) for place in rank(entries, lower)
        ]

        def told(rows):
            return [(row.rank, row.team.pk, row.score, row.achieved_at) for row in rows]

        assert told(standings(competition)) == places
        assert told(standings(competition, private=True)) == places
        ranked_count = sum(row[2] for row in rows)
        for some_of_them in (places, places[::3]):
            teams = {pk: number for number, pk, *_ in some_of_them}
            ranks = {pk: number for pk, number in teams.items() if number is not None}
            assert ranks_of(competition, list(teams), private=True) == ranks
        for number in range(3):
            page = board_page(competition, number + 1, 5, private=True)
            assert told(page.rows) == places[5 * number : 5 * number + 5] or number >= page.pager.paginator.num_pages
            assert page.ranked_count == ranked_count
        for index, (number, pk, *_) in enumerate(places):
            team = Team.objects.get(pk=pk)
            assert rank_of(team) == (None if number is None else (number, ranked_count))
            mine = board_page(competition, 1, 5, private=False, team=team).mine
            assert (mine.rank, mine.page) == (number, index // 5 + 1)
