"""How many rows a query finds, as a number inside another query."""

from typing import Any

from django.db.models import IntegerField, QuerySet, Subquery


class CountOf(Subquery):
    """The count of the rows that `queryset` finds: one query instead of two. Best of one column, by `values()`."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()
    empty_result_set_value = 0

    def __init__(self, queryset: "QuerySet[Any, Any]") -> None:
        super().__init__(queryset)
