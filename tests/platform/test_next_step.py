"""What comes next for somebody in a competition, from the door to the results; and the landing page that says it."""

import re
from datetime import timedelta

import pytest
from cast_of_stories import BAD, GOOD, PERFECT
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from competitions.models import Competition
from leaderboard.final_selection import select
from leaderboard.moderation import disqualify_team, mark_baseline
from submissions.lifecycle import cancel
from submissions.quota import allowance
from submissions.tallies import tallies
from teams import invitations
from teams.joining import join
from teams.models import Team

PLACE = "/competitions/stars/"


def set_dates(**ahead: timedelta) -> None:
    """The dates of the competition, from now."""
    now = timezone.now()
    Competition.objects.update(**{name: now + by for name, by in ahead.items()})


def step(client: Client, address: str = PLACE) -> str | None:
    """The step that a page of the competition names; None: it names none."""
    response = client.get(address)
    assert response.status_code == 200
    found = re.search(r'data-next-step="(\w+)"', response.content.decode())
    return found and found[1]


def everywhere(client: Client) -> str | None:
    """The same from the landing page, which must agree with the competition's own."""
    there, here = step(client), step(client, "/")
    assert here == there
    return here


def test_a_stranger_is_asked_to_sign_up_and_the_landing_page_leaves_them_in_peace(competition):
    assert step(Client()) == "sign_up"
    assert step(Client(), "/") is None


def test_from_the_door_to_the_final_ranking(competition, as_alice, alice, graded):
    Competition.objects.update(final_selection_count=1)
    set_dates(opens_at=timedelta(days=1), closes_at=timedelta(days=30))
    assert everywhere(as_alice) == "join"
    team = join(alice, competition)
    assert everywhere(as_alice) == "prepare"
    set_dates(opens_at=timedelta(days=-1))
    assert everywhere(as_alice) == "submit_first"
    # What is rejected costs nothing, and is no first file either.
    graded(team, BAD)
    assert everywhere(as_alice) == "submit_first"
    graded(team, GOOD)
    assert everywhere(as_alice) == "submit"
    best = graded(team, PERFECT)
    assert everywhere(as_alice) == "submit"
    set_dates(closes_at=timedelta(days=2))
    assert everywhere(as_alice) == "choose"
    select(best)
    assert everywhere(as_alice) == "submit"
    set_dates(opens_at=timedelta(days=-2), closes_at=timedelta(minutes=-1))
    assert everywhere(as_alice) == "wait_for_results"
    set_dates(closes_at=timedelta(days=-1))
    assert everywhere(as_alice) == "see_results"


def test_who_has_no_slot_left_chooses_then_waits(competition, as_alice, alices_team, graded):
    Competition.objects.update(daily_limit=2, final_selection_count=1)
    files = [graded(alices_team, content) for content in (GOOD, PERFECT)]
    assert everywhere(as_alice) == "choose"
    select(files[0])
    assert everywhere(as_alice) == "wait_for_slot"
    assert "The next slot opens" in as_alice.get("/").content.decode()
    Competition.objects.update(total_limit=2)
    assert everywhere(as_alice) == "wait_for_results"


def test_there_is_no_choice_among_as_many_files_as_may_be_chosen(competition, as_alice, alices_team, graded):
    set_dates(closes_at=timedelta(days=1))
    graded(alices_team, GOOD)
    assert competition.final_selection_count == 2
    assert everywhere(as_alice) == "submit"


@pytest.mark.parametrize("entry", ["public", "list"])
def test_who_has_no_confirmed_address_confirms_it_first(competition, as_alice, entry):
    Competition.objects.update(entry=entry, allowed_emails="@example.org", needs_verified_email=True)
    assert everywhere(as_alice) == "confirm"
    assert as_alice.get("/").content.decode().count("Your e-mail addresses</a>") == 1


def test_where_organizers_decide_one_asks_and_waits(competition, as_alice, alice):
    Competition.objects.update(entry="approval")
    assert everywhere(as_alice) == "ask"
    as_alice.post("/competitions/stars/join/ask/", {"message": "Please."})
    assert everywhere(as_alice) == "wait_for_decision"
    Competition.objects.update(entry="invitation")
    assert everywhere(as_alice) == "be_invited"


def test_an_invitation_is_answered_before_anything_is_sent(competition, as_alice, alice, alices_team, bobs_team, bob):
    invitations.invite(bobs_team, bob, "alice", "http://testserver")
    assert everywhere(as_alice) == "answer"


def test_an_organizer_organizes_and_is_not_asked_to_join(competition, as_olga, olga):
    assert everywhere(as_olga) == "organize"
    page = as_olga.get(f"{PLACE}launch/").content.decode()
    assert f'href="/admin/competitions/competition/{competition.pk}/dashboard/">Its dashboard</a>' in page
    assert "Join the competition" not in page
    # Who takes part in their own contest all the same is told what everybody is.
    join(olga, competition)
    assert everywhere(as_olga) == "submit_first"


def test_a_team_that_was_disqualified_has_nothing_to_do(competition, as_alice, alices_team, olga):
    disqualify_team(alices_team, "Two accounts.", olga)
    assert everywhere(as_alice) is None


def test_nobody_is_asked_to_join_after_the_entry_deadline(competition, as_alice):
    set_dates(opens_at=timedelta(days=-1), entry_deadline_at=timedelta(minutes=-1), closes_at=timedelta(days=9))
    assert everywhere(as_alice) is None


def test_organizers_are_led_to_publishing(competition, as_olga):
    Competition.objects.update(is_published=False)
    assert everywhere(as_olga) == "publish"


@pytest.mark.parametrize("window", ["utc_day", "rolling_24h"])
def test_a_tally_leaves_what_the_allowance_leaves(competition, alices_team, bobs_team, graded, send, window):
    Competition.objects.update(daily_limit=4, total_limit=6, pending_limit=2, limit_window=window)
    for team in Team.objects.select_related("competition").order_by("pk"):
        for content in (GOOD, BAD, PERFECT):
            graded(team, content)
        cancel(send(team, GOOD.replace("1,4", "1,3")))
        send(team, GOOD.replace("1,4", "1,2"))
        now = timezone.now()
        (tally,) = tallies([team], now).values()
        assert tally.left(team.competition) == allowance(team, now).left == 1
        assert (tally.sent, tally.counted, tally.waiting, tally.choosable, tally.chosen) == (5, 3, 1, 3, 0)
    assert len(tallies(Team.objects.all(), timezone.now())) == 2


def test_the_page_does_not_lead_to_where_one_is(competition, as_alice, alices_team):
    assert "Submit predictions</a>" in as_alice.get(PLACE).content.decode()
    assert "Submit predictions</a>" not in as_alice.get(f"{PLACE}submit/").content.decode()


# --- the landing page ------------------------------------------------------------------------------------------


def card(client: Client, slug: str = "stars") -> str:
    """The card of a competition as text, each run of white space one space."""
    page = client.get("/").content.decode()
    found = re.search(rf'data-competition="{slug}">(.*?)</article>', page, re.DOTALL)
    assert found
    return " ".join(re.sub(r"<[^>]+>", " ", found[1]).split())


def test_a_site_without_competitions_says_so(db):
    assert "There is no competition yet." in Client().get("/").content.decode()


def test_a_card_says_who_leads_and_how_many_take_part(competition, alices_team, bobs_team, graded, olga):
    assert "Teams 2 Leader nobody yet Closes no closing date" in card(Client())
    baseline = Team.objects.create(competition=competition, name="Mean")
    mark_baseline(baseline, "The mean of all.", olga)
    set_dates(closes_at=timedelta(days=5, hours=2))
    graded(alices_team, GOOD)
    graded(bobs_team, "id,rating\n1,4\n2,3\n3,4\n4,4\n5,2\n")
    # GOOD is right on both public rows but for the first one, by one: (1 + 0) / 2.
    assert "Teams 2 Leader alice 0.500 MSE Closes in 5 days, 1" in card(Client())


def test_the_winner_is_named_when_private_results_are_out_and_not_before(
    competition, alices_team, bobs_team, graded, as_alice
):
    graded(alices_team, GOOD.replace("1,4", "1,5"))
    graded(bobs_team, PERFECT.replace("1,5", "1,4"))
    assert "Leader alice 0.000 MSE" in card(as_alice)
    set_dates(opens_at=timedelta(days=-2), closes_at=timedelta(minutes=-1))
    assert "Leader alice 0.000 MSE" in card(Client())
    set_dates(closes_at=timedelta(days=-1))
    assert "Winner bob 0.000 MSE" in card(Client())


def test_open_ones_come_first_by_their_end_and_closed_ones_last(competition):
    now = timezone.now()
    for slug, opens, closes in (("over", -9, -1), ("to-come", 1, 2), ("soon", -9, 1), ("later", -9, 3)):
        Competition.objects.create(
            slug=slug, title=slug, tagline="x", is_published=True, opens_at=now + timedelta(days=opens),
            closes_at=now + timedelta(days=closes),
        )  # fmt: skip
    page = Client().get("/").content.decode()
    assert re.findall(r'data-competition="([\w-]+)"', page) == ["soon", "later", "stars", "to-come", "over"]
    assert page.index("<h2", page.index("to-come")) < page.index('data-competition="over"')


def test_the_landing_page_asks_as_much_for_many_competitions_as_for_one(competition, as_alice, alices_team, graded):
    graded(alices_team, GOOD)
    counts = []
    for number in range(0, 20, 10):
        for slug in range(number):
            another = Competition.objects.create(slug=f"c{slug}", title="c", tagline="c", is_published=True)
            join(User.objects.get(username="alice"), another)
        with CaptureQueriesContext(connection) as asked:
            assert as_alice.get("/").status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 7


def test_the_pages_of_an_open_competition_take_few_queries(competition, as_alice, alices_team, graded):
    graded(alices_team, GOOD)
    for address, most in ((PLACE, 12), (f"{PLACE}leaderboard/", 6), (f"{PLACE}rules/", 8), (f"{PLACE}data/", 9)):
        as_alice.get(address)
        with CaptureQueriesContext(connection) as asked:
            assert as_alice.get(address).status_code == 200
        assert len(asked) <= most, [query["sql"] for query in asked]
