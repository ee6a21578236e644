"""How sure the order is, as people read it: on the board, on its own page, in the files."""

import csv
import io
import json
import re
from datetime import timedelta

import pytest
from cast_of_stories import GOOD
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone

from accounts.models import User
from competitions.models import Competition, DataFile
from grading.solutions import check
from grading.tasks import board_certainty, score_waiting
from submissions import lifecycle
from submissions.uploads import store_upload
from teams.joining import join
from teams.models import Team

BOARD = "/competitions/stars/leaderboard/"
PAGE = f"{BOARD}certainty/"
# The public rows are 1 to 60, the private ones 61 to 100; every label is 3.
ROWS, PUBLIC = 100, 60


@pytest.fixture(autouse=True)
def _at_any_time(settings) -> None:
    # Due a moment ago: the database's clock has milliseconds.
    settings.CERTAINTY_SECONDS = -1
    settings.CERTAINTY_SHARE_PERCENT = 200


@pytest.fixture
def threes(competition) -> Competition:
    """A hundred ratings, ten of each of ten users, all of them 3."""
    solution = "id,rating,Usage\n" + "".join(
        f"{i},3,{'Public' if i <= PUBLIC else 'Private'}\n" for i in range(1, ROWS + 1)
    )
    test = "id,user_id\n" + "".join(f"{i},u{i % 10}\n" for i in range(1, ROWS + 1))
    DataFile.objects.filter(name="test.csv").delete()
    DataFile.objects.create(competition=competition, name="test.csv", file=ContentFile(test, "t.csv"))
    competition.solutions.all().delete()
    assert check(competition.solutions.create(version=1, file=ContentFile(solution, name="solution.csv")))
    return competition


@pytest.fixture
def team_with(threes, send):
    """team_with(name, errors) makes a team whose prediction of row i is 3 + errors[i % 10], and has it scored."""

    def make(name, errors, **marks):
        team = join(User.objects.create_user(name, f"{name}@example.org", "a fine password"), threes)
        Team.objects.filter(pk=team.pk).update(**marks)
        team.refresh_from_db()
        send(team, "id,rating\n" + "".join(f"{i},{3 + errors[i % 10]}\n" for i in range(1, ROWS + 1)))
        score_waiting()
        return team

    return make


@pytest.fixture
def four_teams(team_with):
    """Ann and bea err on other rows by about as much, cat on each row by more; dan, a baseline, by more still."""
    team_with("ann", [1, 0, 0, 0, 0, 0, 0, 0, 0, 0])
    team_with("bea", [0, 1.1, 0, 0, 0, 0, 0, 0, 0, 0])
    team_with("cat", [1] * 10)
    team_with("dan", [1.5] * 10, is_baseline=True)
    board_certainty()


def text(response):
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def cells(page):
    """The texts of each line of the page's table."""
    lines = re.findall(r"<tr[^>]*>(\s*<td.*?)</tr>", page, re.DOTALL)
    return [
        [
            " ".join(re.sub(r"<[^>]+>", " ", cell).split())
            for cell in re.findall(r"<td[^>]*>(.*?)</td>", line, re.DOTALL)
        ]
        for line in lines
    ]


def test_the_board_shows_places_and_who_cannot_be_told_apart(four_teams):
    page = text(Client().get(BOARD))
    assert (
        "The first 2 teams cannot be told apart: on another test set of the same kind any of them could be first."
        in page
    )
    assert [(line[0], line[1].split()[0], line[3]) for line in cells(page)] == [
        ("1", "ann", "1–2"),
        ("2", "bea", "1–2"),
        ("3", "cat", "3"),
        # A baseline: the place that it would have.
        ("–", "dan", "4"),
    ]
    # One rule, above cat.
    assert page.count('class="group-begins"') == 1
    assert f'href="{PAGE}"' in page


def test_a_baseline_stands_below_the_line_only_where_it_surely_is_worse_than_all_above(four_teams, team_with):
    # At 0.123 and 0.951, between bea and cat: the one may be as good as bea, the other surely is not.
    team_with("near", [0, 0, 1.11, 0, 0, 0, 0, 0, 0, 0], is_baseline=True)
    team_with("far", [0.975] * 10, is_baseline=True)
    board_certainty()
    page = text(Client().get(BOARD))
    assert [line[1].split()[0] for line in cells(page)] == ["ann", "bea", "near", "far", "cat", "dan"]
    (line,) = re.findall(r'<tr class="[^"]*group-begins">.*?</tr>', page, re.DOTALL)
    assert ">far<" in line


def test_the_page_of_certainty_says_it_in_numbers(four_teams):
    page = text(Client().get(PAGE))
    ann, bea, cat, dan = cells(page)
    # Scores 0.1, 0.121, 1 and 2.25.
    assert ann[:4] + ann[4:6] == ["1", "ann", "0.100", "1–2", "–", "1"]
    assert bea[1] == "bea tied with the first"
    assert re.fullmatch(r"\+0\.021 ± 0\.\d{3}", bea[4])
    assert re.fullmatch(r"\+0\.900 ± 0\.\d{3}", cat[4])
    assert (cat[3], cat[5], cat[6], cat[7]) == ("3", "2", "under 5 %", "over 95 %")
    assert (dan[0], dan[1], dan[5], dan[6]) == ("–", "dan baseline", "–", "–")
    chances = [int(line[6].split()[0]) for line in (ann, bea)]
    assert sum(chances) == 100
    assert not any(chance % 5 for chance in chances)
    assert "of the 60 rows of the public part as many are drawn at random, 1,000 times" in page


def test_the_plot_is_a_picture_with_words(four_teams):
    page = text(Client().get(PAGE))
    (plot,) = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    assert 'role="img" aria-label="MSE of the first 4 entries' in plot
    assert plot.count("<circle") + plot.count("▸") == 4
    assert "bea: 0.121" in plot
    assert "cannot be told from ann" in plot
    assert "surely differs from ann" in plot
    assert "style=" not in plot
    first_line = float(re.search(r'class="first-line" x1="([\d.]+)"', plot)[1])
    (whisker,) = re.findall(r'class="tied"><title>bea.*?class="whisker" x1="([\d.]+)" x2="([\d.]+)"', plot)
    assert float(whisker[0]) <= first_line <= float(whisker[1])


def test_the_plot_measures_by_the_first_team_though_a_baseline_leads(team_with):
    team_with("ann", [1] * 10)
    team_with("bea", [2] * 10)
    team_with("dan", [0.5] * 10, is_baseline=True)
    board_certainty()
    page = text(Client().get(PAGE))
    assert [line[1] for line in cells(page)] == ["dan baseline", "ann", "bea"]
    assert "surely differs from ann" in re.search(r"<svg.*?</svg>", page, re.DOTALL)[0]


def test_whole_users_stand_beside_the_rows(threes, team_with):
    threes.cluster_column = "user_id"
    threes.save()
    # Of 60 rows, two with losses of 2.5² make 0.21: by more than that ann is ahead of cat.
    Competition.objects.update(lowest=2.5)
    # Each errs on one user alone: other rows of these tell ann from cat, other users do not.
    team_with("ann", [0.1, 0, 0, 0, 0, 0, 0, 0, 0, 0])
    team_with("cat", [0, 2, 0, 0, 0, 0, 0, 0, 0, 0])
    board_certainty()
    page = text(Client().get(PAGE))
    assert "By whole user_id" in page
    assert "the 10 user_ids are drawn, each with all its rows" in page
    ann, cat = cells(page)
    assert (ann[3], ann[4], cat[3], cat[4]) == ("1", "1–2", "2", "1–2")


def test_a_new_score_is_marked_as_being_computed(four_teams, team_with):
    team_with("eve", [0] * 10)
    page = text(Client().get(BOARD))
    # What contradicts no rank stands: ann, second now, may be first or second.
    assert [line[3] for line in cells(page)] == ["…", "1–2", "…", "…", "…"]
    assert "The order has changed since it was compared" in page
    assert "cannot be told apart:" not in page
    table = text(Client().get(PAGE))
    assert [line[3] for line in cells(table)] == ["…", "1–2", "…", "…", "…"]
    assert "<svg" not in table
    assert Client().get("/competitions/stars/leaderboard.csv").getvalue().decode().count(",1,2,1") == 1
    board_certainty()
    # 0.1 ahead of ann, which a single row may weigh: 16 / 60.
    assert cells(text(Client().get(BOARD)))[0][3] == "1–3"
    assert "The first 3 teams cannot be told apart" in text(Client().get(BOARD))


def test_nothing_is_said_before_anything_was_compared(threes, team_with):
    team_with("ann", [0] * 10)
    assert "Places" not in text(Client().get(BOARD))
    assert "It has not been computed yet." in text(Client().get(PAGE))


def test_equal_files_are_tied(threes, team_with):
    team_with("ann", [1] * 10)
    team_with("bea", [1] * 10)
    board_certainty()
    ann, bea = cells(text(Client().get(PAGE)))
    # One step at least, 2 · 16 / 60: that no row at all differs is nobody's business.
    assert (ann[3], bea[3], bea[4]) == ("1–2", "1–2", "+0.000 ± 0.534")
    assert ann[6:] == bea[6:] == ["50 %", "over 95 %"]
    assert (ann[6], bea[6]) == ("50 %", "50 %")


def test_a_team_that_was_told_no_score_has_no_places_and_takes_none(threes, team_with):
    threes.disclosure = "ladder"
    threes.save()
    team_with("dan", [1.5] * 10, is_baseline=True)
    team_with("ann", [1, 1, 1, 1, 1, 1, 1, 1, 1, 0])
    team_with("eve", [2] * 10)
    board_certainty()
    lines = [(line[0], line[1].split()[0], line[2], line[3]) for line in cells(text(Client().get(BOARD)))]
    assert lines == [("1", "ann", "0.900", "1"), ("–", "dan", "2.250", "2"), ("–", "eve", "below baseline", "–")]
    assert [line[1].split()[0] for line in cells(text(Client().get(PAGE)))] == ["ann", "dan"]


def test_the_final_board_says_whether_its_changes_were_to_be_expected(threes, team_with):
    # In public, rows 1 to 60, ann is ahead by little; in private bea is.
    team_with("ann", [1, 0, 0, 0, 0, 0, 0, 0, 0, 0])
    team_with("bea", [0, 1.1, 0, 0, 0, 0, 0, 0, 0, 0])
    team_with("cat", [1] * 10)
    ahead = "id,rating\n" + "".join(f"{i},{3 + (i % 10 == 1 and 1.1 * (i <= PUBLIC))}\n" for i in range(1, ROWS + 1))
    bea = Team.objects.get(name="bea")
    lifecycle.submit(bea, bea.memberships.get().user, store_upload(threes, ContentFile(ahead.encode(), name="p.csv")))
    score_waiting()
    board_certainty()
    now = timezone.now()
    Competition.objects.update(
        opens_at=now - timedelta(days=3), closes_at=now - timedelta(days=2), reveals_at=now - timedelta(days=1)
    )
    board_certainty()
    page = text(Client().get(f"{BOARD}?board=private"))
    assert "3 of 3 teams ended within the places that the public board had given them." in page
    lines = [(line[0], line[2].split()[0], line[1]) for line in cells(page)]
    assert [line[:2] for line in lines] == [("1", "bea"), ("2", "ann"), ("3", "cat")]
    assert "expected" in lines[0][2]
    assert "expected" not in lines[2][2]
    assert text(Client().get(f"{PAGE}?board=private")).count("private part") == 1


def test_the_final_places_stay_hidden_until_they_are_revealed(threes, four_teams):
    Competition.objects.update(
        opens_at=timezone.now() - timedelta(days=3), closes_at=timezone.now() - timedelta(hours=1),
        reveals_at=timezone.now() + timedelta(days=1),
    )  # fmt: skip
    board_certainty()
    assert "private part" not in text(Client().get(f"{PAGE}?board=private"))
    assert "ended within" not in text(Client().get(f"{BOARD}?board=private"))


def test_the_files_have_the_places(as_olga, threes, four_teams):
    def content(answer):
        return b"".join(answer.streaming_content).decode()

    rows = list(csv.DictReader(io.StringIO(content(Client().get("/competitions/stars/leaderboard.csv")))))
    assert [(row["team"], row["places_from"], row["places_to"], row["group"]) for row in rows] == [
        ("ann", "1", "2", "1"),
        ("bea", "1", "2", "1"),
        ("cat", "3", "3", "2"),
        ("dan", "4", "4", ""),
    ]
    board = json.loads(content(Client().get("/competitions/stars/leaderboard.json")))
    assert (board[3]["places_from"], board[3]["group"]) == (4, None)
    theirs = as_olga.get(f"/admin/competitions/competition/{threes.pk}/export/leaderboard.json")
    first = json.loads(content(theirs))[0]
    assert (first["public_places_from"], first["public_places_to"], first["private_places_from"]) == (1, 2, None)


def test_organizers_read_what_went_wrong_and_nobody_else(as_olga, as_alice, threes, four_teams):
    threes.cluster_column = "reader"
    threes.save()
    board_certainty()
    sentence = "test.csv has no column &#x27;reader&#x27;."
    assert sentence in text(as_olga.get(PAGE))
    assert sentence not in text(as_alice.get(PAGE))


def test_an_unpublished_competition_has_no_such_page(competition, alices_team, graded):
    graded(alices_team, GOOD)
    Competition.objects.update(is_published=False)
    assert Client().get(PAGE).status_code == 404


def test_no_digit_beyond_the_boards_is_shown(threes, team_with):
    # 0.3 on six of sixty rows: the exact score is 0.009.
    threes.decimals = 1
    threes.save()
    team_with("ann", [0.3, 0, 0, 0, 0, 0, 0, 0, 0, 0])
    team_with("bea", [1, 0, 0, 0, 0, 0, 0, 0, 0, 0])
    board_certainty()
    page = text(Client().get(PAGE))
    ann, bea = cells(page)
    assert (ann[2], bea[2]) == ("0.0", "0.1")
    assert re.fullmatch(r"\+0\.1 ± \d\.\d", bea[4])
    assert "0.09" not in page


def test_programs_read_how_sure_the_order_is(four_teams, client):
    board = client.get("/api/v1/competitions/stars/leaderboard/").json()
    first, second, third = board["results"][:3]
    assert (first["places"], second["places"], third["places"]) == ([1, 2], [1, 2], [3, 3])
    assert [row["tied_with_first"] for row in (first, second, third)] == [True, True, False]
    assert board["certainty_sentence"] in client.get(BOARD).content.decode()
    assert "cannot be told apart" in board["certainty_sentence"]
    sure = client.get("/api/v1/competitions/stars/leaderboard/certainty/").json()
    ann, bea, cat, dan = sure["results"]
    assert (ann["is_first"], ann["difference"], bea["tied_with_first"]) == (True, None, True)
    assert cat["half_width"] > 0
    assert cat["chance_first"] == 0
    assert (dan["is_baseline"], dan["group"]) == (True, None)
