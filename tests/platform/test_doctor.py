"""`manage.py doctor`: what is wrong, and what to do; a line each, and a code for scripts."""

import os
import re
import socket
import subprocess
import sys
from datetime import timedelta

import pytest
from bucket_store import BUCKETS
from django.conf import settings as site_settings
from django.core.cache import cache
from django.core.management import call_command
from django.utils import timezone
from running_site import ROOT, SOURCES, free_port

from accounts.outbox import MAIL_QUEUE
from config import listening
from config.environment import WrongSetting
from config.heartbeats import beat
from grading.doctor.buckets_found import buckets_found
from submissions.lifecycle import claim_next
from submissions.models import Queue, Submission
from submissions.worker_states import SWEEP

LINE = re.compile(r"(OK|WARN|BAD) +(\S+(?: \S+)*?)  +(\S.*\.\)?.*)")


@pytest.fixture
def a_site_in_order(db, settings, models_worker_here, tmp_path):
    """Workers heard of, static files collected, a key of its own; for this machine alone."""
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
    settings.SECRET_KEY = "a key that is long and has many different letters, 0123456789"
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATIC_ROOT.mkdir()
    settings.LABELS_DIR = tmp_path / "labels"
    settings.LABELS_DIR.mkdir(mode=0o700)
    call_command("prepare_static")
    for said in (Queue.SCORING.value, MAIL_QUEUE, SWEEP):
        beat(said)


@pytest.fixture
def doctor(capsys):
    """doctor() returns (code, {what: (level, all that is said of it)})."""

    def ask():
        code = 0
        try:
            call_command("doctor", no_color=True)
        except SystemExit as stopped:
            code = stopped.code
        *lines, last = capsys.readouterr().out.splitlines()
        assert re.fullmatch(r"\d+ bad, \d+ to look at, \d+ well\.", last)
        found = [LINE.fullmatch(line) for line in lines]
        assert all(found), lines
        return code, {match[2]: (match[1], match[3]) for match in found}

    return ask


def test_of_a_site_in_order_everything_is_well(a_site_in_order, doctor):
    code, found = doctor()
    assert [(what, said) for what, (level, said) in found.items() if level == "BAD"] == []
    assert code == 0
    for what in ("settings", "secret key", "site address", "database", "clock", "migrations", "leases"):
        assert found[what][0] == "OK", found[what]
    for what in (
        "worker scoring",
        "sweeper",
        "queue scoring",
        "broker",
        "label store",
        "static files",
        "mail",
        "metrics",
    ):
        assert found[what][0] == "OK", found[what]
    assert {"walls", "label wall", "sandbox", "disk", "deploy checks"} <= set(found)


def test_workers_that_are_silent_and_what_they_have_left_are_named(a_site_in_order, doctor, alices_team, send):
    cache.clear()
    oldest = send(alices_team)
    held = send(alices_team)
    claim_next(Queue.SCORING)
    past = timezone.now() - timedelta(hours=1)
    Submission.objects.filter(status="scoring").update(lease_until=past)
    Submission.objects.filter(status="queued").update(waiting_since=past)
    assert {oldest.pk, held.pk} == set(Submission.objects.values_list("pk", flat=True))
    code, found = doctor()
    assert code == 1
    assert found["worker scoring"] == ("BAD", "never heard of. Start the scoring worker; read its log.")
    assert found["sweeper"][0] == "BAD"
    assert found["worker mail"][0] == "WARN"
    assert found["leases"][0] == "WARN"
    assert "1 submissions are held by workers that have gone" in found["leases"][1]
    assert "1 wait, the oldest for 3600 s" in found["queue scoring"][1] or "360" in found["queue scoring"][1]


def test_a_site_with_a_name_is_told_what_others_would_meet(a_site_in_order, doctor, settings, monkeypatch):
    settings.ALLOWED_HOSTS = ["holdout.example.org", "localhost", "127.0.0.1", "[::1]"]
    monkeypatch.setenv("HOLDOUT_HOST", "0.0.0.0")
    _, found = doctor()
    assert found["site address"][0] == "WARN"
    assert "HOLDOUT_SITE_ADDRESS" in found["site address"][1]
    assert "HOLDOUT_METRICS_TOKEN" in found["metrics"][1]
    assert "security.W" in found["deploy checks"][1]
    assert found["mail"] == (
        "WARN",
        "no mail server: letters, such as for a new password, are kept and not sent. Set EMAIL_URL.",
    )
    assert "unencrypted" in found["listening"][1]
    settings.SITE_ADDRESS = "https://other.example.org"
    code, found = doctor()
    assert code == 1
    assert found["site address"][0] == "BAD"
    assert "Add other.example.org to ALLOWED_HOSTS" in found["site address"][1]


def test_labels_that_others_could_read_a_weak_key_and_missing_files_are_bad(a_site_in_order, doctor, settings):
    (settings.LABELS_DIR / "solution.csv").write_text("1,5,Public\n")
    (settings.LABELS_DIR / "solution.csv").chmod(0o644)
    settings.SECRET_KEY = "changeme"
    settings.DEBUG = True
    (settings.STATIC_ROOT / ".fingerprint").unlink()
    code, found = doctor()
    assert code == 1
    for what, part in (
        ("label store", "1 of its files and folders are open to others"),
        ("secret key", "it has 8 characters"),
        ("settings", "Unset DEBUG"),
        ("static files", "prepare_static"),
    ):
        assert found[what][0] == "BAD"
        assert part in found[what][1]
    assert "changeme" not in str(found)
    assert "1,5" not in str(found)


def test_a_broker_and_a_mail_server_that_are_away_are_named_with_their_places(a_site_in_order, doctor, settings):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        settings.REDIS_URL = f"redis://:broker-password@127.0.0.1:{port}/0"
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        code, found = doctor()
    assert code == 1
    assert found["broker"][0] == found["mail"][0] == "BAD"
    for what, setting in (("broker", "REDIS_URL"), ("mail", "EMAIL_URL")):
        assert f"127.0.0.1:{port} cannot be" in found[what][1]
        assert setting in found[what][1]
        assert "broker-password" not in found[what][1]


def manage(tmp_path, url, *arguments):
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": SOURCES, "HOLDOUT_VAR": str(tmp_path / "var"), "DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_database_that_is_away_is_one_sentence_for_every_command(tmp_path):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        url = f"postgres://holdout:the-password@127.0.0.1:{port}/grades"
        away = manage(tmp_path, url, "createcachetable")
        assert (away.returncode, away.stdout) == (1, "")
        (sentence,) = away.stderr.splitlines()
        assert sentence.startswith(
            f"The database does not answer (PostgreSQL at 127.0.0.1:{port}, database grades): connection"
        )
        assert sentence.endswith("Start the database, or correct DATABASE_URL, and try again.")
        assert "the-password" not in sentence
        asked = manage(tmp_path, url, "doctor")
        assert asked.returncode == 1
        assert "BAD   database         The database does not answer" in asked.stdout
        assert "Traceback" not in asked.stdout + asked.stderr


@pytest.mark.parametrize(
    ("host", "shown", "asked_at"),
    [
        ("127.0.0.1", "127.0.0.1", "127.0.0.1"),
        ("0.0.0.0", "0.0.0.0", "127.0.0.1"),
        ("[::]", "[::]", "[::1]"),
        ("localhost", "localhost", "localhost"),
        ("192.0.2.7", "192.0.2.7", "192.0.2.7"),
    ],
)
def test_the_site_is_asked_at_the_address_where_it_listens(monkeypatch, host, shown, asked_at):
    monkeypatch.setenv("HOLDOUT_HOST", host)
    assert listening.in_url(listening.host()) == shown
    assert listening.asked_at(listening.host()) == asked_at


def test_whoever_lets_other_machines_in_is_told_what_they_need(monkeypatch):
    assert listening.what_others_need("127.0.0.1", 8000, []) == []
    assert listening.what_others_need("localhost", 8000, []) == []
    missing, beware = listening.what_others_need("0.0.0.0", 8000, ["localhost"])
    assert "ALLOWED_HOSTS=192.0.2.7" in missing
    assert "unencrypted" in beware
    named, _ = listening.what_others_need("192.168.1.5", 9000, ["holdout.lan", "localhost"])
    assert named == "Other machines reach it as http://holdout.lan:9000/."
    monkeypatch.setenv("HOLDOUT_HOST", "no such.host")
    with pytest.raises(WrongSetting, match=r"found 'no such.host'; expected an address of this machine"):
        listening.host()


def test_the_doctor_has_no_secret_in_what_it_says(a_site_in_order, doctor):
    _, found = doctor()
    assert site_settings.SECRET_KEY not in str(found)


def told_of_buckets():
    return [(finding.level.value, str(finding)) for finding in buckets_found()]


def test_buckets_that_a_key_opens_are_well(db, guarded_store):
    with guarded_store.being("scoring"):
        ((level, said),) = told_of_buckets()
    assert level == "OK"
    assert all(name in said for name in BUCKETS)


def test_a_bucket_that_is_not_there_is_named(db, bucket_store):
    bucket_store.be("scoring")
    bucket_store.admin.delete_bucket(Bucket="holdout-predictions")
    assert ("BAD", "holdout-predictions does not exist. Make it, or correct HOLDOUT_S3_BUCKET_PREFIX.") in [
        (level, said.split(maxsplit=2)[2]) for level, said in told_of_buckets()
    ]


def test_keys_that_open_nothing_are_told_with_what_to_do(db, guarded_store):
    guarded_store.keys["scoring"] = guarded_store.keys["web-labels"]
    with guarded_store.being("scoring"):
        told = told_of_buckets()
    assert any(level == "BAD" and "may not list holdout-submissions" in said for level, said in told)


def test_a_bucket_that_is_open_to_all_is_told(db, bucket_store):
    # Without policies this store lets everybody in.
    bucket_store.be("scoring")
    told = told_of_buckets()
    assert len(told) == len(BUCKETS)
    assert all("without a key" in said for _, said in told)


def test_a_store_that_does_not_answer_is_told(db, bucket_store, monkeypatch):
    bucket_store.url = f"http://127.0.0.1:{free_port()}"
    monkeypatch.setenv("HOLDOUT_S3_ENDPOINT", bucket_store.url)
    bucket_store.be("scoring")
    assert all(level == "BAD" and "HOLDOUT_S3_ENDPOINT" in said for level, said in told_of_buckets())
