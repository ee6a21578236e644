"""The rules of time and number, tried as the upload page and `submit` apply them."""

from datetime import datetime, timedelta

from django.db import transaction

from competitions.clock import database_now
from competitions.launching import Line
from competitions.models import Competition, LaunchCheck, Level
from competitions.timeline import Stage
from grading.launch.rehearsal import team_name
from submissions import lifecycle
from submissions.models import Kind, Submission
from submissions.quota import SubmissionRefused, allowance, in_utc, may_submit, refuse_if_used_up, refuse_unless_open
from submissions.uploads import StoredUpload
from teams.models import Team

SECOND = timedelta(seconds=1)
# So many are submitted for real; of a higher limit the rest stands as counted rows.
SENT_FOR_REAL = 10
# Above it the rule is not tried: nobody reaches it.
MOST_ROWS = 10_000
NO_LABELS = StoredUpload("nowhere", "limit.csv", Kind.PREDICTIONS, 1, "")


def one_second_late(competition: Competition) -> Line:
    """The second before closing, and the second after it, as if the competition were published."""
    name = "One second late is refused"
    if competition.closes_at is None:
        return Line(name, Level.GREEN, "It has no closing date: nothing is ever late.")
    published = Competition.objects.get(pk=competition.pk)
    published.is_published = True
    in_time = refusal_at(published, competition.closes_at - SECOND)
    late = refusal_at(published, competition.closes_at + SECOND)
    if in_time:
        return Line(name, Level.RED, f"One second before closing: {in_time}", "Mend the dates or the solution.")
    if late:
        return Line(name, Level.GREEN, f"One second before closing it is taken, one second after: {late}")
    if published.takes_late_submissions and may_submit(published, competition.closes_at + SECOND):
        finding = f"What is sent after {in_utc(competition.closes_at)} is taken as late: public score only, no rank."
        return Line(name, Level.GREEN, finding)
    return Line(name, Level.RED, "One second after closing a file is still taken.", "Tell whoever runs this site.")


def refusal_at(competition: Competition, at: datetime) -> str:
    """The sentence with which a submission is refused at that moment; "" when it is taken."""
    try:
        refuse_unless_open(competition, at)
    except SubmissionRefused as refusal:
        return str(refusal)
    return ""


def one_over_the_limit(check: LaunchCheck) -> Line:
    """As many as a team may send, then one more, in a transaction that leaves nothing."""
    name = "One over the limit is refused"
    with transaction.atomic():
        team = Team.objects.create(competition=check.competition, name=team_name(check, "limit"), is_rehearsal=True)
        allowed = allowance(team, database_now(check.competition)).left
        if allowed > MOST_ROWS:
            line = Line(
                name,
                Level.YELLOW,
                f"A team may send {allowed:,} a day, which is as good as no limit; it was not tried.",
                "Set a daily limit: each score tells something about the hidden labels.",
            )
        else:
            line = _use_up(name, team, allowed)
        transaction.set_rollback(True)
    return line


def _use_up(name: str, team: Team, allowed: int) -> Line:
    for number in range(1, min(allowed, SENT_FOR_REAL) + 1):
        try:
            first = lifecycle.submit(team, None, NO_LABELS)
        except SubmissionRefused as refusal:
            finding = f"Only {number - 1} of {allowed} could be sent: {refusal}"
            return Line(name, Level.RED, finding, "Look at the limits of the competition.")
    if allowed > SENT_FOR_REAL:
        copied = {
            field: getattr(first, field)
            for field in ("competition", "team", "kind", "file", "size_bytes", "submitted_at", "waiting_since")
        }
        Submission.objects.bulk_create(Submission(**copied) for _ in range(allowed - SENT_FOR_REAL))
    now = database_now(team.competition)
    try:
        refuse_if_used_up(team, Kind.PREDICTIONS, now)
        lifecycle.submit(team, None, NO_LABELS)
    except SubmissionRefused as refusal:
        return Line(name, Level.GREEN, f"{allowed} {'is' if allowed == 1 else 'are'} taken, then: {refusal}")
    return Line(name, Level.RED, f"More than {allowed} are taken.", "Tell whoever runs this site.")


def dates(competition: Competition, now: datetime) -> Line:
    """Whether the dates are in order, and still to come where they should be."""
    name = "Dates"
    wrong = [sentence for _, sentence in competition.timeline.out_of_order()]
    if wrong:
        return Line(name, Level.RED, " ".join(wrong), "Mend the time line in the admin.")
    published = Competition.objects.get(pk=competition.pk)
    published.is_published = True
    stage = published.stage(now)
    if stage == Stage.PUBLISHED:
        return Line(name, Level.GREEN, f"In order; it opens on {in_utc(competition.opens_at)}.")
    if stage == Stage.OPEN:
        closes = f"closes on {in_utc(competition.closes_at)}" if competition.closes_at else "has no closing date"
        return Line(name, Level.GREEN, f"In order; it is open as soon as it is published, and {closes}.")
    finding = f"As soon as it is published its stage would be “{stage.label}”."
    return Line(name, Level.RED, finding, "Set dates that are still to come.")
