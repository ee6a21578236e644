"""Which commitments everybody sees: those of the solutions that count, or once counted."""

from django.db.models import Q, QuerySet

from competitions.models import Commitment, Competition, Rescore, Solution


def versions_that_counted(competition: Competition) -> QuerySet[Solution]:
    """The active version, and those that a rescore has put in its place. Others are the organizers' own business."""
    made_active = Rescore.objects.filter(competition=competition, state=Rescore.State.ACTIVE)
    return Solution.objects.filter(
        Q(is_active=True) | Q(pk__in=made_active.values("before")) | Q(pk__in=made_active.values("solution")),
        competition=competition,
    )


def published_commitments(competition: Competition) -> QuerySet[Commitment]:
    """Theirs, the oldest first, each with its solution."""
    theirs = Commitment.objects.filter(solution__in=versions_that_counted(competition))
    return theirs.select_related("solution").order_by("pk")
