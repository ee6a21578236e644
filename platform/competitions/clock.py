"""The database's clock: the one that every worker and every web process shares."""

from datetime import datetime, timedelta

from django.db.models import DateTimeField, DurationField, ExpressionWrapper, Value
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Now

from competitions.models import Competition


def database_now(competition: Competition) -> datetime:
    """The time by the database's clock, aware, UTC. `competition` names the row that the question rides on."""
    return Competition.objects.annotate(now=Now()).values_list("now", flat=True).get(pk=competition.pk)


def seconds_from_now(seconds: float) -> "ExpressionWrapper[CombinedExpression]":
    """An expression for UPDATE and WHERE: the database's now plus `seconds` (which may be negative)."""
    shift = Value(timedelta(seconds=seconds), output_field=DurationField())
    return ExpressionWrapper(Now() + shift, output_field=DateTimeField())
