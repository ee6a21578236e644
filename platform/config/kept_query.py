"""Queries that come with every page: Django puts their SQL together once, which takes longer than to ask them."""

from collections.abc import Iterable, Sequence
from copy import copy
from threading import Lock
from types import SimpleNamespace
from typing import Any

from django.db import connections
from django.db.models import Expression, Field, QuerySet
from django.db.models.query import ModelIterable
from django.db.models.sql.compiler import SQLCompiler


class Given(Expression):
    """In a kept query, a value that is named when the query is asked; with `index`, of the list of that name."""

    def __init__(self, name: str, field: "Field[Any, Any]", index: int | None = None) -> None:
        super().__init__(output_field=field)
        self.name, self.index = name, index

    def value_of(self, given: dict[str, Any], connection: Any) -> Any:
        """What goes to the database in its place. Raises KeyError where it is not named."""
        value = given[self.name]
        return self.output_field.get_db_prep_value(value if self.index is None else value[self.index], connection)

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, Any]:
        # Itself, which `KeptQuery` replaces by its value.
        return "%s", [self]


def given_list(name: str, field: "Field[Any, Any]", count: int) -> list[Any]:
    """As many values as the list of that name will have: for `__in` of a column, such as `team__pk__in`."""
    return [Given(name, field, index) for index in range(count)]


class KeptQuery:
    """A queryset with `Given` values, of models or of `values_list`; its SQL is kept for as long as the process lives.

    It must be able to find something: with an empty list, asking raises EmptyResultSet.
    """

    def __init__(self, queryset: "QuerySet[Any, Any]") -> None:
        self._queryset = queryset
        # By the database's alias.
        self._kept: dict[str, tuple[SQLCompiler, str, list[Any]]] = {}
        # Django counts in the query what it puts together: two threads at once would leave out joins.
        self._putting_together = Lock()

    def objects(self, **given: Any) -> list[Any]:
        """The models that it finds, with what it selects of others. Raises KeyError for a value that is not named."""
        compiler = self._bound(given)
        asked = SimpleNamespace(
            db=compiler.using,
            query=SimpleNamespace(get_compiler=lambda using: compiler),
            model=self._queryset.model,
            _known_related_objects={},
        )
        return list(ModelIterable(asked))  # type: ignore[arg-type]

    def rows(self, **given: Any) -> Iterable[Sequence[Any]]:
        """The columns of `values_list`. Raises KeyError for a value that is not named."""
        return self._bound(given).results_iter(tuple_expected=True)

    def _bound(self, given: dict[str, Any]) -> SQLCompiler:
        using = self._queryset.db
        with self._putting_together:
            if using not in self._kept:
                self._kept[using] = _put_together(self._queryset, using)
        kept, sql, parameters = self._kept[using]
        bound = copy(kept)
        bound.connection = connections[using]
        values = [one.value_of(given, bound.connection) if isinstance(one, Given) else one for one in parameters]
        bound.as_sql = lambda: (sql, values)  # type: ignore[method-assign,assignment,misc]
        return bound


def _put_together(queryset: "QuerySet[Any, Any]", using: str) -> tuple[SQLCompiler, str, list[Any]]:
    compiler = queryset.query.get_compiler(using)
    sql, parameters = compiler.as_sql()
    # That of this thread; each asks by its own.
    compiler.connection = None
    return compiler, sql, list(parameters)
