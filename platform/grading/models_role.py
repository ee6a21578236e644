"""The database role of the models worker: the columns that it needs, and nothing else.

Whatever takes that worker over finds no solution, no score, no password and no session, and can write nothing but the
steps of a model. `manage.py grant_models_role` gives these rights anew after each migration; a test runs the worker's
whole path under them, so a column that is missing here shows.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.db import connection, models, transaction
from psycopg import sql

from accounts.models import Letter, User
from competitions.models import Competition, DataFile
from submissions.models import Event, ModelRun, ModelsWorker, Submission
from teams.models import Team

EVERYTHING = ("*",)
# What `submissions/lifecycle.py` writes when a model is claimed, held, run, rejected or given back.
STEPS = (
    "status", "attempt", "tries", "claimed_at", "lease_until", "waiting_since",
    "predictions", "problems", "problem_count", "failure",
)  # fmt: skip
# A letter is written to somebody by name; how they sign in is nobody's business here.
PERSON = tuple(field.name for field in User._meta.concrete_fields if field.name != "password")
# The columns of a fresh letter, which names whom it goes to.
LETTER = tuple(field.name for field in Letter._meta.concrete_fields)


class CannotGrant(Exception):
    """The role cannot be made as it must be; the message says why."""


@dataclass(frozen=True)
class Rights:
    """What the role may do with one table, by the model's fields."""

    model: type[models.Model]
    reads: Sequence[str] = ()
    adds: Sequence[str] = ()
    changes: Sequence[str] = ()
    removes: bool = False


RIGHTS = (
    # What is to be run, with what, and for whom.
    Rights(Competition, reads=EVERYTHING, changes=("tensorflow_version",)),
    Rights(DataFile, reads=EVERYTHING),
    # To lock a team takes the right to change something of it: of all there is, its key is the least use.
    Rights(Team, reads=EVERYTHING, changes=("id",)),
    # The steps that a model takes.
    Rights(
        Submission,
        reads=EVERYTHING,
        changes=STEPS,
    ),
    Rights(Event, reads=("id", "submission", "status", "at"), adds=EVERYTHING),
    # The log of a run on hidden rows is written, and cannot be read again.
    Rights(ModelRun, reads=("id", "submission", "ran_at", "seconds"), adds=EVERYTHING),
    Rights(ModelsWorker, reads=EVERYTHING, adds=EVERYTHING, changes=EVERYTHING, removes=True),
    # The letter to whoever wants to hear of a rejection.
    Rights(User, reads=PERSON),
    Rights(EmailAddress, reads=EVERYTHING),
    Rights(Letter, reads=("id", "not_before", "posted_at"), adds=LETTER),
)


def grant(role: str, password: str) -> None:
    """Make the role where it is missing, and give it these rights alone. Raises CannotGrant."""
    if connection.vendor != "postgresql":
        raise CannotGrant("only PostgreSQL knows roles; this site's database is another.")
    with transaction.atomic(), connection.cursor() as cursor:
        name = sql.Identifier(role)
        cursor.execute(
            "SELECT rolsuper OR rolbypassrls, current_user = rolname FROM pg_roles WHERE rolname = %s", [role]
        )
        found = cursor.fetchone()
        if found is None:
            cursor.execute(sql.SQL("CREATE ROLE {} LOGIN NOINHERIT").format(name))
        elif any(found):
            raise CannotGrant(
                f"the role {role} may do everything already; name one that is for the models worker alone."
            )
        cursor.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(name, sql.Literal(_verifier(role, password))))
        for statement in _statements(name):
            cursor.execute(statement)


def _verifier(role: str, password: str) -> str:
    """What the server keeps of a password: so that the password itself is in no statement, and in no log of them."""
    connection.ensure_connection()
    encrypted: bytes = connection.connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256")
    return encrypted.decode()


def _statements(role: sql.Identifier) -> Iterator[sql.Composed]:
    database = sql.Identifier(str(connection.settings_dict["NAME"]))
    # What PostgreSQL lets everybody do, unless it is told not to.
    yield sql.SQL("REVOKE CREATE ON SCHEMA public FROM PUBLIC").format()
    yield sql.SQL("REVOKE TEMPORARY ON DATABASE {} FROM PUBLIC").format(database)
    for kind in ("TABLES", "SEQUENCES", "FUNCTIONS"):
        yield sql.SQL("REVOKE ALL ON ALL {} IN SCHEMA public FROM {}").format(sql.SQL(kind), role)
    yield sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, role)
    yield sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(role)
    for rights in RIGHTS:
        table = sql.Identifier(rights.model._meta.db_table)
        for right, fields in (("SELECT", rights.reads), ("INSERT", rights.adds), ("UPDATE", rights.changes)):
            if fields:
                yield sql.SQL("GRANT {} {} ON {} TO {}").format(
                    sql.SQL(right), _columns(rights.model, fields), table, role
                )
        if rights.removes:
            yield sql.SQL("GRANT DELETE ON {} TO {}").format(table, role)


def _columns(model: type[models.Model], fields: Sequence[str]) -> sql.Composable:
    """The columns of those fields in brackets; nothing for all of them, those of later versions too."""
    if fields == EVERYTHING:
        return sql.SQL("")
    columns = [sql.Identifier(_column(model, field)) for field in fields]
    return sql.SQL("({})").format(sql.SQL(", ").join(columns))


def _column(model: type[models.Model], field: str) -> str:
    return next(str(one.column) for one in model._meta.concrete_fields if one.name == field)
