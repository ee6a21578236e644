"""On PostgreSQL the models worker has a role of its own: it runs models, and finds nothing worth stealing."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from allauth.account.models import EmailAddress
from codabench_bundles import zipped
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone

from accounts.models import Letter, User
from grading import models_worker
from grading.models_role import RIGHTS, CannotGrant, grant
from grading.tasks import predict_waiting, score_waiting
from submissions import lifecycle
from submissions.models import ModelRun, ModelsWorker, Queue, Status
from submissions.quota import model_seconds_left_today

ROLE = "holdout_models_of_the_tests"
NO_MODEL = zipped({"saved_model.pb": b"no model", "variables/variables.index": b""})
on_postgresql = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="only PostgreSQL knows roles")


@contextmanager
def as_models_worker() -> Iterator[None]:
    """Everything in the block is done by the models worker's role."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {ROLE}")
        try:
            yield
        finally:
            if not connection.needs_rollback:
                cursor.execute("RESET ROLE")


@pytest.fixture
def role(db) -> None:
    grant(ROLE, "a fine password")


@pytest.fixture
def run_under_the_role(role, takes_models, send, sent_models, models_worker_here) -> Callable:
    """run_under_the_role(team, name) sends that model, and lets the models worker answer its bell by its own rights."""

    def send_and_run(team, name):
        submission = send(team, sent_models[name], f"{name}.zip")
        with as_models_worker():
            models_worker.report()
            predict_waiting()
        submission.refresh_from_db()
        return submission

    return send_and_run


@on_postgresql
@pytest.mark.slow
def test_the_role_runs_a_model_to_its_answers(alices_team, run_under_the_role):
    submission = run_under_the_role(alices_team, "good")
    assert submission.status == Status.PREDICTED, [event.note for event in submission.events.all()]
    score_waiting()
    submission.refresh_from_db()
    assert submission.evaluation.public_score == 8.5


@on_postgresql
@pytest.mark.slow
def test_the_role_rejects_a_model_and_writes_to_whoever_wants_to_know(alice, alices_team, run_under_the_role):
    EmailAddress.objects.create(user=alice, email=alice.email, verified=True, primary=True)
    User.objects.update(result_letters="models")
    submission = run_under_the_role(alices_team, "telling")
    assert submission.status == Status.REJECTED, [event.note for event in submission.events.all()]
    assert submission.model_runs.count() == 2
    assert Letter.objects.get().subject == "Five stars: telling.zip cannot be graded"


@on_postgresql
def test_the_role_rejects_what_is_no_model_and_gives_back_what_it_cannot_run(
    alices_team, takes_models, competition, send, models_worker_here, role, settings
):
    settings.RETRY_PAUSE_SECONDS = 0
    settings.MAX_TRIES = 1
    no_model = send(alices_team, NO_MODEL, "model.zip")
    with as_models_worker():
        predict_waiting()
    no_model.refresh_from_db()
    assert no_model.status == Status.REJECTED, [event.note for event in no_model.events.all()]
    cannot_be_asked = send(alices_team, NO_MODEL, "model.zip")
    competition.data_files.filter(name="test.csv").delete()
    with as_models_worker():
        predict_waiting()
    cannot_be_asked.refresh_from_db()
    assert "CannotAsk" in cannot_be_asked.failure


@on_postgresql
def test_the_role_takes_every_step_of_a_claim(alices_team, takes_models, send, models_worker_here, role):
    submission = send(alices_team, NO_MODEL, "model.zip")
    with as_models_worker():
        models_worker.report()
        claim = lifecycle.claim_next(Queue.MODELS)
        assert lifecycle.renew(claim)
        assert models_worker.is_on()
        assert models_worker.is_run_with_ours(submission.competition)
        assert lifecycle.put_back(claim, "the worker was stopped")
        claim = lifecycle.claim_next(Queue.MODELS)
        run = {"outcome": "ok", "seconds": 1, "peak_rss_bytes": 1, "walls": ["seccomp"], "log": "said on hidden rows"}
        ModelRun.objects.create(submission=submission, is_public_sample=False, **run)
        assert model_seconds_left_today(submission.team, timezone.now()) > 0
        with transaction.atomic():
            lifecycle.predicted(claim, "1.answers.npy")
        models_worker.go_on_reporting()
        models_worker.switch_off("no walls")
        ModelsWorker.objects.all().delete()
    submission.refresh_from_db()
    assert submission.status == Status.PREDICTED


@on_postgresql
def test_whatever_the_role_was_not_given_is_refused(role):
    given = {rights.model: rights for rights in RIGHTS}
    for model in apps.get_models(include_auto_created=True):
        rights = given.get(model)
        read = rights.reads if rights else ()
        for field in model._meta.concrete_fields:
            if read != ("*",) and field.name not in read:
                refused(f'SELECT "{field.column}" FROM "{model._meta.db_table}"')
        if rights is None or not rights.adds:
            refused(f'INSERT INTO "{model._meta.db_table}" DEFAULT VALUES')
        if rights is None or not rights.removes:
            refused(f'DELETE FROM "{model._meta.db_table}"')


@on_postgresql
@pytest.mark.parametrize(
    "statement",
    [
        "SELECT file FROM competitions_solution",
        "SELECT public_score FROM submissions_evaluation",
        "SELECT private_order FROM leaderboard_standing",
        "SELECT password FROM accounts_user",
        "SELECT session_data FROM django_session",
        "SELECT * FROM cache",
        "SELECT text FROM accounts_letter",
        "SELECT log FROM submissions_modelrun",
        "UPDATE submissions_submission SET evaluation_id = NULL",
        "UPDATE submissions_submission SET file = 'other'",
        "UPDATE accounts_user SET is_superuser = true",
        "UPDATE competitions_competition SET closes_at = now()",
        "CREATE TABLE of_its_own (id int)",
        "CREATE TEMPORARY TABLE of_its_own (id int)",
        "SELECT pg_read_file('/etc/passwd')",
        "CREATE ROLE another",
    ],
)
def test_what_matters_most_is_refused_by_name(role, statement):
    refused(statement)


def refused(statement: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        tried_by_the_role(statement)


def tried_by_the_role(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {ROLE}")
        cursor.execute(statement)


@on_postgresql
def test_rights_from_an_earlier_version_are_taken_away(role):
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT ALL ON competitions_solution TO {ROLE}")
        cursor.execute(f"GRANT SELECT (password) ON accounts_user TO {ROLE}")
    grant(ROLE, "another password")
    refused("SELECT file FROM competitions_solution")
    refused("SELECT password FROM accounts_user")


@on_postgresql
def test_a_role_that_may_do_everything_is_not_taken(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        (owner,) = cursor.fetchone()
    with pytest.raises(CannotGrant, match="may do everything already"):
        grant(owner, "a fine password")


def test_without_a_password_or_without_postgresql_the_command_says_so(db, monkeypatch):
    with pytest.raises(CommandError, match="HOLDOUT_MODELS_DATABASE_PASSWORD is not set"):
        call_command("grant_models_role")
    monkeypatch.setenv("HOLDOUT_MODELS_DATABASE_PASSWORD", "a fine password")
    if connection.vendor == "postgresql":
        call_command("grant_models_role", ROLE)
    else:
        with pytest.raises(CommandError, match="only PostgreSQL knows roles"):
            call_command("grant_models_role", ROLE)
