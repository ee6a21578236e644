"""What load balancers and Prometheus are told, also while the database or the broker hangs, and what strangers are not.

Looks go by connections of their own, as in a web process: these stories are committed.
"""

import re
import socket
from datetime import timedelta

import pytest
from cast_of_stories import BAD
from django.core.cache import cache
from django.db import connection, connections
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from accounts.outbox import MAIL_QUEUE
from config.heartbeats import beat
from grading import sweeper
from submissions.models import Queue, Submission

TOKEN = "a token of sixteen letters"


@pytest.fixture(autouse=True)
def _found_anew_for_each_look(settings) -> None:
    settings.READY_SECONDS = settings.METRICS_SECONDS = 0
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]


@pytest.fixture
def a_port_where_nobody_answers():
    """Something listens and takes the connection, and never says a word."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        yield silent.getsockname()[1]


@pytest.fixture
def a_closed_port():
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        yield closed.getsockname()[1]


def checks(answer):
    return {check["check"]: check for check in answer.json()["checks"]}


def ready():
    return Client().get("/readyz")


def read():
    """Every sample of /metrics, by its name and the values of its labels in the order of their names."""
    text = Client().get("/metrics").content.decode()
    return {
        (sample.name, *(sample.labels[name] for name in sorted(sample.labels))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def database_at(monkeypatch, port):
    elsewhere = {
        **connections.settings["default"],
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "holdout-db-name",
        "USER": "holdout-db-user",
        "PASSWORD": "holdout-db-password",
        "HOST": "127.0.0.1",
        "PORT": port,
        "OPTIONS": {"connect_timeout": 2},
    }
    monkeypatch.setitem(connections.settings, "default", elsewhere)


def test_a_process_that_answers_is_alive_whatever_else_is_away(as_alice, django_assert_num_queries, settings):
    settings.MAINTENANCE = "We move."
    with django_assert_num_queries(0):
        for client in (Client(), as_alice, Client(headers={"Host": "10.1.2.3:8000"})):
            answer = client.get("/healthz")
            assert (answer.status_code, answer.json()) == (200, {"status": "alive"})
            assert "no-store" in answer["Cache-Control"]
    assert Client().post("/healthz").status_code == 405


@pytest.mark.django_db(transaction=True)
def test_a_site_with_everything_in_place_is_ready(competition, models_worker_here):
    for queue in (Queue.SCORING.value, MAIL_QUEUE):
        beat(queue)
    sweeper.sweep()
    answer = ready()
    assert answer.status_code == 200
    assert [check for check in answer.json()["checks"] if check["state"] != "ok"] == []
    assert answer.json()["status"] == "ready"
    assert set(checks(answer)) == {
        *("database", "broker", "sandbox", "sweeper"),
        *(f"{what} {queue}" for what in ("queue", "worker") for queue in ("scoring", "models", "mail")),
    }


@pytest.mark.django_db(transaction=True)
def test_what_is_amiss_beside_a_web_that_serves_is_found_with_what_to_do(alices_team, send):
    cache.clear()
    oldest = send(alices_team)
    Submission.objects.filter(pk=oldest.pk).update(waiting_since=timezone.now() - timedelta(minutes=10))
    answer = ready()
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    found = checks(answer)
    assert re.fullmatch(r"1 wait, the oldest for 6\d\d s", found["queue scoring"]["found"])
    assert found["worker scoring"]["found"] == found["sweeper"]["found"] == "never heard of"
    assert "no models worker" in found["sandbox"]["found"]
    for check in found.values():
        assert (check["state"] == "ok") == (check["to_do"] is None)
    # The sweep says so itself.
    sweeper.sweep()
    assert checks(ready())["sweeper"]["state"] == "ok"


@pytest.mark.django_db(transaction=True)
def test_a_web_whose_tables_are_of_an_earlier_version_is_not_ready():
    newest = MigrationRecorder(connection).migration_qs.filter(app="submissions").latest("pk")
    newest.delete()
    try:
        answer = ready()
    finally:
        newest.save()
    assert answer.status_code == 503
    assert checks(answer)["database"]["to_do"] == "Run manage.py migrate."
    assert f"submissions.{newest.name}" in checks(answer)["database"]["found"]


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_hangs_or_is_away_delays_and_no_more(settings, a_port_where_nobody_answers, a_closed_port):
    settings.READY_TIMEOUT_SECONDS = 1
    for port in (a_port_where_nobody_answers, a_closed_port):
        settings.REDIS_URL = f"redis://:holdout-broker-password@127.0.0.1:{port}/0"
        answer = ready()
        assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
        assert checks(answer)["broker"]["state"] == "degraded"
        assert "what is sent is kept" in checks(answer)["broker"]["found"]
        assert "password" not in answer.content.decode()
        assert "127.0.0.1" not in answer.content.decode()


def test_a_database_that_hangs_or_is_away_is_answered_all_the_same(
    db, settings, monkeypatch, a_port_where_nobody_answers, a_closed_port
):
    settings.READY_TIMEOUT_SECONDS = settings.METRICS_TIMEOUT_SECONDS = 1
    for port in (a_closed_port, a_port_where_nobody_answers):
        database_at(monkeypatch, port)
        answer = ready()
        assert (answer.status_code, answer.json()["status"]) == (503, "not ready")
        assert checks(answer)["database"]["state"] == "bad"
        assert "manage.py doctor" in checks(answer)["database"]["to_do"]
        said = answer.content.decode()
        for secret in ("holdout-db", "127.0.0.1", str(port), "Traceback"):
            assert secret not in said
        numbers = read()
        assert numbers["holdout_database_is_reachable",] == 0
        assert numbers["holdout_broker_is_reachable",] == 1
        assert ("holdout_tried_again",) not in numbers
        assert Client().get("/healthz").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_the_numbers_are_those_of_the_database(
    competition, alices_team, bobs_team, send, graded, settings, models_worker_here
):
    settings.STATUS_LEAST_TIMES = 2
    cache.clear()
    graded(alices_team)
    graded(bobs_team)
    graded(alices_team, BAD)
    waiting = send(bobs_team)
    Submission.objects.filter(pk=waiting.pk).update(waiting_since=timezone.now() - timedelta(minutes=3), tries=1)
    sweeper.sweep()
    numbers = read()
    assert numbers["holdout_submissions", "predictions", "scored"] == 2
    assert numbers["holdout_submissions", "predictions", "rejected"] == 1
    assert numbers["holdout_submissions", "predictions", "queued"] == 1
    assert numbers["holdout_claims_total", "predictions"] == 3
    assert numbers["holdout_tried_again",] == 1
    assert numbers["holdout_leases_run_out",] == 0
    assert numbers["holdout_queue_waiting", "scoring"] == 1
    assert 180 <= numbers["holdout_queue_oldest_seconds", "scoring"] < 300
    assert numbers["holdout_queue_oldest_seconds", "models"] == 0
    assert numbers["holdout_ended_lately", "scored"] == 2
    assert 0 < numbers["holdout_upload_to_score_seconds", "predictions", "0.95"] < 300
    assert numbers["holdout_worker_is_heard_of", "models"] == numbers["holdout_models_are_run",] == 1
    assert numbers["holdout_worker_is_heard_of", "mail"] == 0
    assert numbers["holdout_worker_seen_timestamp_seconds", "mail"] == 0
    assert numbers["holdout_swept_timestamp_seconds",] > 0
    assert numbers["holdout_store_free_bytes", "labels"] > 0
    text = Client().get("/metrics").content.decode()
    for name in ("alice", "bob", "stars", "predictions.csv"):
        assert name not in text


def test_requests_are_counted_by_view_and_never_by_what_a_stranger_makes_up(competition, as_alice):
    def counted(*labels):
        return numbers.get(labels, 0)

    as_alice.defaults["HTTP_HOST"] = "localhost"
    before = read()
    as_alice.get("/competitions/stars/")
    as_alice.get("/competitions/no-such-one/")
    as_alice.get("/made/up/1/")
    as_alice.generic("BREW", "/competitions/stars/")
    as_alice.post("/competitions/stars/submit/", data=b"x" * 1000, content_type="text/plain")
    numbers = {key: value - before.get(key, 0) for key, value in read().items()}
    assert counted("holdout_responses_total", "200", "GET", "competition") == 1
    assert counted("holdout_responses_total", "404", "GET", "competition") == 1
    assert counted("holdout_responses_total", "404", "GET", "none") == 1
    assert counted("holdout_responses_total", "405", "other", "competition") == 1
    assert counted("holdout_request_seconds_count", "competition") == 3
    assert counted("holdout_request_bytes_total", "submit") == 1000
    assert not [key for key in numbers if "no-such-one" in key or "BREW" in key or "made" in "".join(key)]


def test_with_a_token_only_who_has_it_reads_the_numbers(db, settings):
    settings.METRICS_TOKEN = TOKEN
    for said in ({}, {"Authorization": "Bearer another"}, {"Authorization": TOKEN}, {"Authorization": "Bearer ü"}):
        refused = Client().get("/metrics", headers=said)
        assert refused.status_code == 401
        assert b"holdout_" not in refused.content
    answer = Client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}", "X-Forwarded-For": "203.0.113.9"})
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain; version=")
    assert b"holdout_broker_is_reachable 1.0" in answer.content


@pytest.mark.parametrize(
    ("setting", "value", "request_by"),
    [
        ("METRICS_TOKEN", "", {"REMOTE_ADDR": "203.0.113.9"}),
        ("METRICS_TOKEN", "", {"HTTP_X_FORWARDED_FOR": "127.0.0.1"}),
        ("METRICS_TOKEN", "", {"HTTP_FORWARDED": "for=127.0.0.1"}),
        ("METRICS_TOKEN", "", {"HTTP_VIA": "1.1 proxy"}),
        ("BEHIND_TLS_PROXY", True, {}),
        ("ALLOWED_HOSTS", ["holdout.example.org", "localhost"], {}),
    ],
)
def test_without_a_token_nobody_reads_them_from_outside(settings, setting, value, request_by):
    setattr(settings, setting, value)
    answer = Client().get("/metrics", **request_by)
    assert answer.status_code == 404
    assert b"holdout" not in answer.content
