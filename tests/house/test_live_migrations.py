"""Migrations run while the code before them still serves: they add, and take nothing away that it uses."""

from collections.abc import Iterator

import pytest
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.utils import timezone

from config.live_index import AddIndexLive

# The last migration of each room before the rule.
BASELINE = {
    "accounts": "0004_names_and_choices",
    "competitions": "0011_what_data_files_hold",
    "teams": "0003_entry_invitations_and_mergers",
    "submissions": "0009_reminders",
    "leaderboard": "0009_board_certainty",
}
TAKES_AWAY = (migrations.RemoveField, migrations.RenameField, migrations.DeleteModel, migrations.RenameModel,
              migrations.AlterModelTable, migrations.AlterUniqueTogether)  # fmt: skip
# What only its author can judge: a constraint that the old code keeps, rows that may be rewritten under it.
TO_BE_JUDGED = (migrations.AddConstraint, migrations.RunPython, migrations.RunSQL, migrations.SeparateDatabaseAndState)
LEAST_REASON = 30


def findings(operation: Operation, app: str, before: ProjectState) -> Iterator[str]:
    """Why an operation cannot run with the old code live, as far as that can be told without a reason."""
    made_here = isinstance(operation, migrations.CreateModel)
    if isinstance(operation, TAKES_AWAY):
        yield f"{operation.describe()}: the code before it still uses that"
    elif isinstance(operation, TO_BE_JUDGED):
        yield f"{operation.describe()}: only its author knows whether the code before it keeps to that"
    elif isinstance(operation, migrations.AddField):
        field = operation.field
        if not (field.null or field.many_to_many or field.has_db_default()):
            yield f"{operation.describe()}: the code before it writes rows without it; give it null or db_default"
    elif isinstance(operation, migrations.AlterField):
        old = before.apps.get_model(app, operation.model_name)._meta.get_field(operation.name)
        after = before.clone()
        operation.state_forwards(app, after)
        new = after.apps.get_model(app, operation.model_name)._meta.get_field(operation.name)
        if connection.SchemaEditorClass(connection)._field_should_be_altered(old, new):
            yield f"{operation.describe()}: the column itself changes"
    elif isinstance(operation, migrations.AddIndex) and not isinstance(operation, AddIndexLive) and not made_here:
        yield f"{operation.describe()}: PostgreSQL locks the table meanwhile; use config.live_index.AddIndexLive"


def judged(migration: migrations.Migration, before: ProjectState) -> list[str]:
    """All findings of a migration; none where it says in `safe_because` why it may run nevertheless."""
    if len(getattr(migration, "safe_because", "")) >= LEAST_REASON:
        return []
    made = {each.name_lower for each in migration.operations if isinstance(each, migrations.CreateModel)}
    state, found = before.clone(), []
    for operation in migration.operations:
        # Nobody uses a table that is only made here.
        if getattr(operation, "model_name", "").lower() not in made:
            found += findings(operation, migration.app_label, state)
        operation.state_forwards(migration.app_label, state)
    return found


@pytest.fixture(scope="module")
def loader() -> MigrationLoader:
    return MigrationLoader(None)


def since_the_baseline(loader: MigrationLoader) -> list[tuple[str, str]]:
    return sorted((app, name) for app, name in loader.disk_migrations if app in BASELINE and name > BASELINE[app])


def test_new_migrations_can_run_while_the_old_code_serves(loader, db):
    wrong = [
        f"{app}.{name}: {finding}"
        for app, name in since_the_baseline(loader)
        for finding in judged(loader.disk_migrations[app, name], loader.project_state((app, name), at_end=False))
    ]
    assert wrong == [], "CONTRIBUTING.md, Migrations, says what to do"


AS_IT_WAS = ProjectState()
AS_IT_WAS.add_model(
    migrations.state.ModelState(
        "teams", "Boat", [("id", models.AutoField(primary_key=True)), ("name", models.CharField(max_length=20))]
    )
)


@pytest.mark.parametrize(
    ("operation", "finding"),
    [
        (migrations.RemoveField("boat", "name"), "still uses that"),
        (migrations.RenameField("boat", "name", "title"), "still uses that"),
        (migrations.DeleteModel("Boat"), "still uses that"),
        (migrations.AddField("boat", "length", models.IntegerField(default=3)), "writes rows without it"),
        (migrations.AddField("boat", "length", models.IntegerField(db_default=3)), ""),
        (migrations.AddField("boat", "length", models.IntegerField(null=True)), ""),
        (migrations.AlterField("boat", "name", models.CharField(max_length=10)), "the column itself changes"),
        (migrations.AlterField("boat", "name", models.CharField(max_length=20, help_text="Of the boat.")), ""),
        (migrations.AddIndex("boat", models.Index(fields=["name"], name="boat_name")), "use config.live_index"),
        (AddIndexLive("boat", models.Index(fields=["name"], name="boat_name")), ""),
        (migrations.AddConstraint("boat", models.UniqueConstraint(fields=["name"], name="one")), "only its author"),
        (migrations.RunPython(migrations.RunPython.noop), "only its author"),
    ],
)
def test_what_the_old_code_could_not_live_with_is_found(operation, finding, db):
    class Migration(migrations.Migration):
        operations = [operation]

    migration = Migration("9999_new", "teams")
    found = judged(migration, AS_IT_WAS)
    assert (finding in found[0]) if finding else found == []
    migration.safe_because = "No code since version 0.1 has used it, which is two releases ago."
    assert judged(migration, AS_IT_WAS) == []


def test_a_table_that_is_new_may_have_whatever_it_likes():
    class Migration(migrations.Migration):
        operations = [
            migrations.CreateModel("Oar", [("id", models.AutoField(primary_key=True))]),
            migrations.AddField("oar", "length", models.IntegerField(default=3)),
            migrations.AddIndex("oar", models.Index(fields=["length"], name="oar_length")),
        ]

    assert judged(Migration("9999_new", "teams"), AS_IT_WAS) == []


def test_the_code_of_the_baseline_reads_and_writes_the_database_of_today(loader, db):
    """Old code knows the old columns: it reads every table by them, and writes rows of the tables that have grown."""
    apps = loader.project_state(list(BASELINE.items())).apps
    for model in apps.get_models():
        if model._meta.app_label in BASELINE:
            assert list(model._base_manager.all()[:1]) == []
    competition = apps.get_model("competitions", "Competition").objects.create(slug="stars", title="S", tagline="t")
    team = apps.get_model("teams", "Team").objects.create(competition=competition, name="alice")
    now = timezone.now()
    submissions = apps.get_model("submissions", "Submission").objects
    made = submissions.create(
        competition=competition, team=team, kind="predictions", file="a", original_name="a", size_bytes=1,
        sha256="0" * 64, submitted_at=now, waiting_since=now,
    )  # fmt: skip
    assert submissions.filter(pk=made.pk).update(description="changed by the old code") == 1
