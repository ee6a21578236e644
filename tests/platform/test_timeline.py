"""The time line: what may be done at which moment, to the microsecond."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from competitions.models import Competition
from competitions.timeline import Stage, Timeline
from submissions.models import Submission
from submissions.quota import SubmissionRefused, allowance, refuse_unless_open
from teams.joining import JoiningRefused, refuse_unless_enterable

INSTANT = timedelta(microseconds=1)


def day(number: int) -> datetime:
    return datetime(2026, 3, number, 12, tzinfo=UTC)


WHOLE = Timeline(
    is_published=True,
    opens_at=day(1),
    merger_deadline_at=day(5),
    entry_deadline_at=day(6),
    closes_at=day(8),
    reveals_at=day(10),
    archived_at=day(20),
)


@pytest.mark.parametrize(
    ("at", "stage"),
    [
        (day(1) - INSTANT, Stage.PUBLISHED),
        (day(1), Stage.OPEN),
        (day(8) - INSTANT, Stage.OPEN),
        (day(8), Stage.CLOSED),
        (day(10) - INSTANT, Stage.CLOSED),
        (day(10), Stage.REVEALED),
        (day(20) - INSTANT, Stage.REVEALED),
        (day(20), Stage.ARCHIVED),
    ],
)
def test_each_stage_begins_at_its_very_moment(at, stage):
    assert WHOLE.stage(at) == stage
    assert Timeline(is_published=False, opens_at=day(1)).stage(at) == Stage.DRAFT


def test_joining_ends_at_the_entry_deadline_and_merging_at_its_own():
    assert WHOLE.may_enter(day(6) - INSTANT)
    assert not WHOLE.may_enter(day(6))
    assert WHOLE.may_merge(day(5) - INSTANT)
    assert not WHOLE.may_merge(day(5))


def test_without_deadlines_of_their_own_both_end_when_it_closes():
    plain = Timeline(is_published=True, opens_at=day(1), closes_at=day(8))
    assert plain.may_enter(day(8) - INSTANT)
    assert plain.may_merge(day(8) - INSTANT)
    assert not plain.may_enter(day(8))
    assert not plain.may_merge(day(8))


def test_private_results_show_from_the_reveal_or_else_from_the_closing():
    assert not WHOLE.shows_private(day(10) - INSTANT)
    assert WHOLE.shows_private(day(10))
    assert WHOLE.shows_private(day(25)), "the archive keeps them in sight"
    plain = Timeline(is_published=True, opens_at=day(1), closes_at=day(8))
    assert not plain.shows_private(day(8) - INSTANT)
    assert plain.shows_private(day(8))
    assert not Timeline(is_published=True, opens_at=day(1)).shows_private(day(25)), "it never closes"


def test_nobody_who_still_uploads_sees_how_the_others_did():
    grace = timedelta(minutes=10)
    plain = Timeline(is_published=True, opens_at=day(1), closes_at=day(8), upload_grace=grace)
    assert not plain.shows_private(day(8) + grace - INSTANT)
    assert plain.shows_private(day(8) + grace)
    hasty = Timeline(
        is_published=True, opens_at=day(1), closes_at=day(8), reveals_at=day(8) + grace / 2, upload_grace=grace
    )
    (problem,) = hasty.out_of_order()
    assert problem[0] == "reveals_at"
    assert "may end until 2026-03-08 12:10:00 UTC. Reveal private results then or later." in problem[1]


def test_a_moment_is_the_same_whatever_its_zone_says():
    """The clocks of Vienna go from 02:00 to 03:00 on 29 March 2026, at 01:00 UTC."""
    vienna = ZoneInfo("Europe/Vienna")
    closes_at = datetime(2026, 3, 29, 3, 30, tzinfo=vienna)
    competition = Timeline(is_published=True, opens_at=day(1), closes_at=closes_at)
    assert competition.stage(datetime(2026, 3, 29, 1, 29, 59, tzinfo=UTC)) == Stage.OPEN
    assert competition.stage(datetime(2026, 3, 29, 1, 30, tzinfo=UTC)) == Stage.REVEALED
    assert competition.stage(datetime(2026, 3, 28, 20, 30, tzinfo=timezone(timedelta(hours=-5)))) == Stage.REVEALED


def test_the_day_of_a_limit_is_24_hours_long_when_the_clocks_change(competition, alices_team, send):
    sent = send(alices_team)
    Submission.objects.update(submitted_at=datetime(2026, 3, 29, 0, 0, tzinfo=UTC))
    Competition.objects.update(daily_limit=1)
    alices_team.competition.refresh_from_db()
    last = datetime(2026, 3, 29, 23, 59, 59, tzinfo=UTC)
    assert allowance(alices_team, last).left == 0
    assert allowance(alices_team, last).next_at == datetime(2026, 3, 30, tzinfo=UTC)
    assert allowance(alices_team, last + timedelta(seconds=1)).left == 1
    assert sent.team == alices_team


def test_what_is_refused_says_which_date_and_how_long_until_then(competition):
    competition.opens_at, competition.closes_at = day(2), day(8)
    with pytest.raises(SubmissionRefused, match=r"opens on 02 March 2026 at 12:00 UTC \(in 24 h 0 min\)"):
        refuse_unless_open(competition, day(1))
    with pytest.raises(SubmissionRefused, match="closed on 08 March 2026 at 12:00 UTC"):
        refuse_unless_open(competition, day(8))
    competition.entry_deadline_at = day(6)
    with pytest.raises(JoiningRefused, match="entry deadline of Five stars was on 06 March 2026 at 12:00 UTC"):
        refuse_unless_enterable(competition, day(6))
    competition.is_published = False
    with pytest.raises(SubmissionRefused, match="not published yet"):
        refuse_unless_open(competition, day(3))


def test_the_timeline_page_lists_the_dates_with_what_has_passed(client, competition):
    Competition.objects.update(
        opens_at=day(1),
        merger_deadline_at=day(5),
        closes_at=datetime(2999, 1, 1, tzinfo=UTC),
        takes_late_submissions=True,
    )
    page = client.get("/competitions/stars/timeline/").content.decode()
    assert 'datetime="2026-03-05T12:00:00Z"' in page
    assert page.count('class="past"') == 2
    assert page.count('class="next"') == 1
    assert page.index("Team merger deadline") < page.index("Closes")
    assert "late ones get a score on the public part" in page


def test_an_archived_competition_takes_nothing_and_stays_readable(client, as_alice, competition, alices_team):
    now = datetime.now(UTC)
    Competition.objects.update(
        opens_at=now - timedelta(days=3),
        closes_at=now - timedelta(days=2),
        archived_at=now - timedelta(days=1),
        takes_late_submissions=True,
    )
    assert client.get("/competitions/stars/leaderboard/").status_code == 200
    page = as_alice.get("/competitions/stars/submit/").content.decode()
    assert "No submission is taken any more" in page
    assert 'type="file"' not in page
