"""How many rows a query finds, as a number inside another query."""

from typing import Any

from django.db.models import IntegerField, QuerySet, Subquery


class CountOf(Subquery):
    """The count of the rows that `queryset` finds: one query instead of two.

    `queryset`: best of one column, by `values()`; it may be sliced. `where`: a boolean one that it selects; then only
    the rows where that is true are counted.
    """

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted%(where)s)"
    output_field = IntegerField()
    empty_result_set_value = 0

    def __init__(self, queryset: "QuerySet[Any, Any]", where: str = "", **extra: Any) -> None:
        super().__init__(queryset, where=f" WHERE {where}" if where else "", **extra)
