"""What somebody does next in a competition: the one rule behind its pages and the landing page.

From the door to the results: join (or what is lacking before), send a first file, send better ones, choose the final
ones when the end is near, and read the results.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import TextChoices

from accounts.models import User
from competitions.models import Competition, EntryPolicy
from competitions.timeline import Stage
from submissions.quota import next_day
from submissions.tallies import Tally
from teams.entry import Need, admission
from teams.models import Team


class Step(TextChoices):
    """What is to be done, or waited for."""

    PUBLISH = "publish", "have it checked, and publish it"
    ORGANIZE = "organize", "organize it"
    SIGN_UP = "sign_up", "sign up, then join"
    JOIN = "join", "join"
    CONFIRM = "confirm", "confirm an e-mail address"
    ASK = "ask", "ask the organizers to be let in"
    WAIT_FOR_DECISION = "wait_for_decision", "wait for the organizers' decision"
    BE_INVITED = "be_invited", "get an invitation, or onto the list"
    ANSWER = "answer", "answer an invitation or a proposal"
    PREPARE = "prepare", "look at the data until it opens"
    SUBMIT_FIRST = "submit_first", "send a first file"
    SUBMIT = "submit", "send another file"
    CHOOSE = "choose", "choose the final submissions"
    WAIT_FOR_SLOT = "wait_for_slot", "wait for the next slot"
    WAIT_FOR_RESULTS = "wait_for_results", "wait for the private results"
    SEE_RESULTS = "see_results", "look at the final ranking"
    NOTHING = "nothing", "nothing"


@dataclass(frozen=True)
class NextStep:
    """`at`: until when, or from when on, as the step says; None: no time is known. `count`: of what it speaks of."""

    step: Step
    at: datetime | None = None
    count: int = 0


NEEDS = {
    Need.VERIFICATION: Step.CONFIRM,
    Need.REQUEST: Step.ASK,
    Need.DECISION: Step.WAIT_FOR_DECISION,
    Need.INVITATION: Step.BE_INVITED,
    Need.LISTING: Step.BE_INVITED,
    Need.NOTHING_HELPS: Step.NOTHING,
}


def next_step(
    user: User | AnonymousUser,
    competition: Competition,
    at: datetime,
    team: Team | None,
    tally: Tally,
    *,
    call_count: int = 0,
    organizes: bool = False,
) -> NextStep:
    """The step of `user` at that moment; of a member by what the team has sent (`submissions.tallies`).

    `team` None: they have not joined. `call_count`: how many invitations and proposals wait for their answer.
    `organizes`: the competition is theirs, to organize and not to join.
    """
    stage = competition.stage(at)
    if stage == Stage.DRAFT:
        # Nobody but its organizers sees it.
        return NextStep(Step.PUBLISH)
    if competition.timeline.shows_private(at):
        return NextStep(Step.SEE_RESULTS)
    if stage == Stage.CLOSED:
        return NextStep(Step.WAIT_FOR_RESULTS, competition.timeline.revealed_at)
    if stage == Stage.ARCHIVED:
        return NextStep(Step.NOTHING)
    if team is None and organizes:
        return NextStep(Step.ORGANIZE)
    if team is None:
        return _before_joining(user, competition, at)
    if team.disqualified_at:
        return NextStep(Step.NOTHING)
    if call_count:
        return NextStep(Step.ANSWER, count=call_count)
    if stage == Stage.PUBLISHED:
        return NextStep(Step.PREPARE, competition.opens_at)
    return _while_open(competition, at, tally)


def _before_joining(user: User | AnonymousUser, competition: Competition, at: datetime) -> NextStep:
    timeline = competition.timeline
    if not timeline.may_enter(at):
        return NextStep(Step.NOTHING)
    until = timeline.entry_deadline_at or timeline.closes_at
    if not user.is_authenticated:
        return NextStep(Step.SIGN_UP, until)
    if competition.entry == EntryPolicy.PUBLIC and not competition.needs_verified_email:
        return NextStep(Step.JOIN, until)
    missing = admission(user, competition).missing
    return NextStep(NEEDS[missing.need] if missing else Step.JOIN, until)


def _while_open(competition: Competition, at: datetime, tally: Tally) -> NextStep:
    closes_at = competition.closes_at
    left = tally.left(competition)
    if not tally.counted and left:
        return NextStep(Step.SUBMIT_FIRST, closes_at, left)
    to_choose = _left_to_choose(competition, tally)
    is_near = closes_at is not None and closes_at - at <= timedelta(days=settings.CHOOSE_DAYS)
    if to_choose and (is_near or not left):
        return NextStep(Step.CHOOSE, closes_at, to_choose)
    if left:
        return NextStep(Step.SUBMIT, closes_at, left)
    if tally.is_used_up(competition):
        return NextStep(Step.WAIT_FOR_RESULTS, competition.timeline.revealed_at)
    # Another limit than that of the day frees its slots at no hour that could be told.
    by_the_day = competition.daily_limit <= tally.in_window and competition.limit_window == "utc_day"
    return NextStep(Step.WAIT_FOR_SLOT, next_day(at) if by_the_day else None)


def _left_to_choose(competition: Competition, tally: Tally) -> int:
    """How many places of the final selection are free, where there is a choice at all."""
    if tally.choosable <= competition.final_selection_count:
        return 0
    return max(0, competition.final_selection_count - tally.chosen)
