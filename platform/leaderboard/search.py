"""Finding teams by a part of their name, capitals or not, in every script."""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Func, IntegerField, Q
from django.db.models.functions import Length
from django.db.models.sql.compiler import SQLCompiler

from competitions.models import Competition
from teams.models import Team


class ByteLength(Func):
    """How many bytes a text has in UTF-8."""

    function = "OCTET_LENGTH"
    output_field = IntegerField()

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any
    ) -> tuple[str, tuple[Any, ...]]:
        sql, parameters = self.as_sql(compiler, connection, template="LENGTH(CAST(%(expressions)s AS BLOB))", **context)
        return sql, tuple(parameters)


def named(competition: Competition, text: str) -> Q:
    """The standings whose teams' names hold that text, by Unicode's folding of cases ("STRASSE" finds "Straße").

    The database folds ASCII alone: it looks through the names that are nothing else, Python through the others.
    """
    folded = text.casefold()
    teams = Team.objects.filter(competition=competition).alias(extra=ByteLength("name") - Length("name"))
    others = teams.filter(extra__gt=0).values_list("pk", "name")
    found = Q(team__in=[pk for pk, name in others.iterator() if folded in name.casefold()])
    # No name holds a NUL, and PostgreSQL takes none.
    if folded.isascii() and "\0" not in folded:
        found |= Q(team__name__icontains=folded)
    return found
