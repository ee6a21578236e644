"""What a change of a competition's settings means for those who take part, told before it is made."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from competitions.as_files import applying
from competitions.as_files.planning import Plan
from competitions.models import TEST_FILE, Competition, DisclosurePolicy, PageKind, Solution
from competitions.publishing import what_stands_against
from config.by_locale import whole
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
        yield _("Publishing: from now on everyone sees the competition with its pages.")
        against = what_stands_against(competition) if competition else [_("The launch check has not been run.")]
        for sentence in against:
            yield _("It is published only with a reason in writing, because of this: %(sentence)s") % {
                "sentence": sentence
            }
        if competition is None or not competition.solutions.filter(is_active=True).exists():
            yield _("It has no accepted solution yet: submissions are refused until one was uploaded and checked.")
    if competition and plan.before("is_published") and not plan.after("is_published"):
        yield _("No longer published: %(teams)s would lose sight of it.") % {
            "teams": _teams(competition.teams.filter(COMPETES).count())
        }


def _of_dates(plan: Plan, competition: Competition, at: datetime) -> Iterator[str]:
    sent = competition.submissions.filter(is_late=False, team__is_rehearsal=False)
    closes_at = plan.after("closes_at")
    if plan.changed("closes_at") and closes_at and (count := sent.filter(submitted_at__gte=closes_at).count()):
        yield _("closes_at is earlier than %(submissions)s already sent in time, which stay ranked.") % {
            "submissions": _submissions(count)
        }
    if plan.changed("opens_at") and (count := sent.filter(submitted_at__lt=plan.after("opens_at")).count()):
        yield _("opens_at is later than %(submissions)s already sent, which stay ranked.") % {
            "submissions": _submissions(count)
        }
    before = competition.timeline
    after = Competition(**plan.wanted.values).timeline
    if before.stage(at) != after.stage(at):
        yield _("The competition is “%(stage)s” now, and would be “%(later)s” at once.") % {
            "stage": before.stage(at).label,
            "later": after.stage(at).label,
        }
    if before.shows_private(at) and not after.shows_private(at):
        yield _("Private scores and the final ranking have been shown already, and would be hidden again.")
    if after.shows_private(at) and not before.shows_private(at):
        yield _("Private scores and the final ranking would be shown to everyone at once.")


def _of_limits(plan: Plan, competition: Competition, at: datetime) -> Iterator[str]:
    counted = Submission.objects.filter(competition=competition, team__is_rehearsal=False).exclude(
        status__in=COST_NO_SLOT
    )
    if plan.changed("daily_limit"):
        count = _teams_above(counted.filter(in_window(competition, at)), plan.after("daily_limit"))
        if count:
            yield _("daily_limit is below what %(teams)s used today: nothing more from them until a new day.") % {
                "teams": _teams(count)
            }
    if plan.changed("total_limit") and (limit := plan.after("total_limit")) and (n := _teams_above(counted, limit)):
        yield _("total_limit is below what %(teams)s used: nothing more from them.") % {"teams": _teams(n)}
    if plan.changed("max_team_size"):
        sizes = Membership.objects.filter(competition=competition).values("team").annotate(size=Count("pk"))
        if count := sizes.filter(size__gt=plan.after("max_team_size")).count():
            yield _("max_team_size is below the size of %(teams)s, which stay as they are.") % {"teams": _teams(count)}
    if plan.changed("final_selection_count") and (count := competition.standings.count()):
        yield _("Changing final_selection_count makes the final ranking of %(teams)s anew.") % {"teams": _teams(count)}
    if any(plan.changed(name) for name in ("entry", "allowed_emails", "needs_verified_email")):
        yield _("Who may join changes for newcomers; %(teams)s stay in.") % {
            "teams": _teams(competition.teams.filter(COMPETES).count())
        }


def _of_what_is_sent(plan: Plan, competition: Competition) -> Iterator[str]:
    label = dict(DisclosurePolicy.choices).get(plan.after("disclosure"))
    if plan.changed("disclosure") and label:
        yield _("The board would answer files otherwise, as a %(label)s.") % {"label": label}
    for setting, kind in (("takes_predictions", Kind.PREDICTIONS), ("takes_models", Kind.SAVED_MODEL)):
        if plan.changed(setting) and not plan.after(setting):
            waiting = (
                competition.submissions.filter(kind=kind, team__is_rehearsal=False).exclude(status__in=TERMINAL).count()
            )
            yield _("No %(kind)s is taken any more; %(submissions)s that wait are still graded.") % {
                "kind": kind.label,
                "submissions": _submissions(waiting),
            }


def _of_rules_and_data(plan: Plan, competition: Competition) -> Iterator[str]:
    if plan.present is None:
        return
    rules = PageKind.RULES.value
    if plan.present.pages[rules] != plan.wanted.pages[rules]:
        people = Membership.objects.filter(competition=competition).count()
        if people:
            yield _("The rules change; %(people)s accepted the text as it was, and are not asked again.") % {
                "people": _people(people)
            }
    before = {entry.name: entry for entry in plan.present.data or ()}.get(TEST_FILE)
    after = {entry.name: entry for entry in plan.wanted.data or ()}.get(TEST_FILE)
    accepted = competition.solutions.filter(verdict=Solution.Verdict.ACCEPTED)
    if (before and before.sha256) != (after and after.sha256) and accepted.exists():
        yield _(
            "%(test_file)s changes; the solution was checked against the earlier one. Upload a version that fits it."
        ) % {"test_file": TEST_FILE}
    if after and after.is_hidden and not (before and before.is_hidden):
        yield _("%(test_file)s is hidden: prediction files are refused, only models can be sent.") % {
            "test_file": TEST_FILE
        }


def _teams_above(counted: QuerySet[Submission], limit: int) -> int:
    return counted.values("team").annotate(used=Count("pk")).filter(used__gt=limit).count()


def _teams(count: int) -> str:
    return ngettext("%(count)s team", "%(count)s teams", count) % {"count": whole(count)}


def _submissions(count: int) -> str:
    return ngettext("%(count)s submission", "%(count)s submissions", count) % {"count": whole(count)}


def _people(count: int) -> str:
    return ngettext("%(count)s person", "%(count)s people", count) % {"count": whole(count)}
