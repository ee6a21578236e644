"""What a change of a competition's settings means for those who take part, told before it is made."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count, QuerySet

from accounts.models import User
from competitions.as_files import applying
from competitions.as_files.planning import Plan
from competitions.models import TEST_FILE, Competition, DisclosurePolicy, PageKind, Solution
from competitions.publishing import what_stands_against
from leaderboard.standings import rebuild
from submissions.models import COST_NO_SLOT, TERMINAL, Kind, Submission
from submissions.quota import in_window
from teams.models import COMPETES, Membership


def apply(plan: Plan, by: User | None, override_reason: str = "") -> Competition:
    """Make the competition what the plan says, its standings with it; see `as_files.applying`. Raises FilesRefused."""
    if plan.changed("final_selection_count"):
        return applying.apply(plan, by, override_reason, also=rebuild)
    return applying.apply(plan, by, override_reason)


def consequences(plan: Plan, at: datetime) -> list[str]:
    """A sentence for each thing that would be different for somebody."""
    found = list(_of_publishing(plan))
    if plan.competition is not None:
        competition = plan.competition
        found += _of_dates(plan, competition, at)
        found += _of_limits(plan, competition, at)
        found += _of_what_is_sent(plan, competition)
        found += _of_rules_and_data(plan, competition)
    return found


def _of_publishing(plan: Plan) -> Iterator[str]:
    competition = plan.competition
    if plan.publishes:
        yield "Publishing: from now on everyone sees the competition with its pages."
        against = what_stands_against(competition) if competition else ["The launch check has not been run."]
        for sentence in against:
            yield f"It is published only with a reason in writing, because of this: {sentence}"
        if competition is None or not competition.solutions.filter(is_active=True).exists():
            yield "It has no accepted solution yet: submissions are refused until one was uploaded and checked."
    if competition and plan.before("is_published") and not plan.after("is_published"):
        yield f"No longer published: {_teams(competition.teams.filter(COMPETES).count())} would lose sight of it."


def _of_dates(plan: Plan, competition: Competition, at: datetime) -> Iterator[str]:
    sent = competition.submissions.filter(is_late=False, team__is_rehearsal=False)
    closes_at = plan.after("closes_at")
    if plan.changed("closes_at") and closes_at and (count := sent.filter(submitted_at__gte=closes_at).count()):
        yield f"closes_at is earlier than {_submissions(count)} already sent in time, which stay ranked."
    if plan.changed("opens_at") and (count := sent.filter(submitted_at__lt=plan.after("opens_at")).count()):
        yield f"opens_at is later than {_submissions(count)} already sent, which stay ranked."
    before = competition.timeline
    after = Competition(**plan.wanted.values).timeline
    if before.stage(at) != after.stage(at):
        yield f"The competition is “{before.stage(at).label}” now, and would be “{after.stage(at).label}” at once."
    if before.shows_private(at) and not after.shows_private(at):
        yield "Private scores and the final ranking have been shown already, and would be hidden again."
    if after.shows_private(at) and not before.shows_private(at):
        yield "Private scores and the final ranking would be shown to everyone at once."


def _of_limits(plan: Plan, competition: Competition, at: datetime) -> Iterator[str]:
    counted = Submission.objects.filter(competition=competition, team__is_rehearsal=False).exclude(
        status__in=COST_NO_SLOT
    )
    if plan.changed("daily_limit"):
        count = _teams_above(counted.filter(in_window(competition, at)), plan.after("daily_limit"))
        if count:
            yield f"daily_limit is below what {_teams(count)} used today: nothing more from them until a new day."
    if plan.changed("total_limit") and (limit := plan.after("total_limit")) and (n := _teams_above(counted, limit)):
        yield f"total_limit is below what {_teams(n)} used: nothing more from them."
    if plan.changed("max_team_size"):
        sizes = Membership.objects.filter(competition=competition).values("team").annotate(size=Count("pk"))
        if count := sizes.filter(size__gt=plan.after("max_team_size")).count():
            yield f"max_team_size is below the size of {_teams(count)}, which stay as they are."
    if plan.changed("final_selection_count") and (count := competition.standings.count()):
        yield f"Changing final_selection_count makes the final ranking of {_teams(count)} anew."
    if any(plan.changed(name) for name in ("entry", "allowed_emails", "needs_verified_email")):
        yield f"Who may join changes for newcomers; {_teams(competition.teams.filter(COMPETES).count())} stay in."


def _of_what_is_sent(plan: Plan, competition: Competition) -> Iterator[str]:
    label = dict(DisclosurePolicy.choices).get(plan.after("disclosure"))
    if plan.changed("disclosure") and label:
        yield f"The board would answer files otherwise, as a {label}."
    for setting, kind in (("takes_predictions", Kind.PREDICTIONS), ("takes_models", Kind.SAVED_MODEL)):
        if plan.changed(setting) and not plan.after(setting):
            waiting = (
                competition.submissions.filter(kind=kind, team__is_rehearsal=False).exclude(status__in=TERMINAL).count()
            )
            yield f"No {kind.label} is taken any more; {_submissions(waiting)} that wait are still graded."


def _of_rules_and_data(plan: Plan, competition: Competition) -> Iterator[str]:
    if plan.present is None:
        return
    rules = PageKind.RULES.value
    if plan.present.pages[rules] != plan.wanted.pages[rules]:
        people = Membership.objects.filter(competition=competition).count()
        if people:
            yield f"The rules change; {_people(people)} accepted the text as it was, and are not asked again."
    before = {entry.name: entry for entry in plan.present.data or ()}.get(TEST_FILE)
    after = {entry.name: entry for entry in plan.wanted.data or ()}.get(TEST_FILE)
    accepted = competition.solutions.filter(verdict=Solution.Verdict.ACCEPTED)
    if (before and before.sha256) != (after and after.sha256) and accepted.exists():
        yield f"{TEST_FILE} changes; the solution was checked against the earlier one. Upload a version that fits it."
    if after and after.is_hidden and not (before and before.is_hidden):
        yield f"{TEST_FILE} is hidden: prediction files are refused, only models can be sent."


def _teams_above(counted: QuerySet[Submission], limit: int) -> int:
    return counted.values("team").annotate(used=Count("pk")).filter(used__gt=limit).count()


def _teams(count: int) -> str:
    return f"{count:,} {'team' if count == 1 else 'teams'}"


def _submissions(count: int) -> str:
    return f"{count:,} {'submission' if count == 1 else 'submissions'}"


def _people(count: int) -> str:
    return "1 person" if count == 1 else f"{count:,} people"
