"""Moments by the database's clock, which every process shares."""

from datetime import timedelta

from django.db.models import DateTimeField, DurationField, ExpressionWrapper, Value
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Now


def seconds_from_now(seconds: float) -> "ExpressionWrapper[CombinedExpression]":
    """An expression for UPDATE and WHERE: the database's now plus `seconds` (which may be negative)."""
    shift = Value(timedelta(seconds=seconds), output_field=DurationField())
    return ExpressionWrapper(Now() + shift, output_field=DateTimeField())
