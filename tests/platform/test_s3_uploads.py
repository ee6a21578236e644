"""Large files in buckets: in chunks by the site or straight to the store, resumed, refused, given up, cleared away."""

from datetime import timedelta
from hashlib import sha256
from threading import Barrier, Thread
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from cast_of_stories import GOOD, PERFECT
from django.db import connection
from django.test import Client
from django.utils import timezone
from kit_at_home import alice_at_home as alice_at_home
from kit_at_home import home as home
from kit_at_home import kit as kit
from kit_at_home import worker as worker

from competitions.models import Competition
from config import stores
from grading.keeping.orphans import orphans
from grading.sweeper import sweep
from grading.tasks import score_waiting
from submissions import chunked_uploads, direct_uploads
from submissions.models import ChunkedUpload, Submission
from teams.models import Team

FILE = GOOD.encode()
DIGEST = sha256(FILE).hexdigest()
BEGIN = "/competitions/stars/uploads/"


@pytest.fixture(autouse=True)
def _small_parts(bucket_store, settings, monkeypatch):
    """Files above 10 bytes go straight to the store in parts of 8; the store itself would ask for 5 MiB."""
    settings.DIRECT_UPLOAD_ABOVE_BYTES, settings.DIRECT_PART_BYTES = 10, 8
    monkeypatch.setattr("moto.s3.models.S3_UPLOAD_PART_MIN_SIZE", 1)
    monkeypatch.setattr(direct_uploads, "_looked_for_unknown", 0.0)
    # Labels are there as soon as the competition is.
    bucket_store.be("scoring")


def begin(client, content=FILE, **more):
    return client.post(BEGIN, {"name": "predictions.csv", "size": len(content), "sha256": DIGEST, **more})


def finish(client, address, digest=DIGEST, **more):
    return client.post(f"{address}finish/", {"sha256": digest, **more})


def put_parts(client, state, content=FILE, most=99):
    """Put so many parts where the site says, each as long as it says; what the site says then."""
    while state["put_to"] and most:
        part = content[state["offset"] : state["offset"] + state["chunk_bytes"]]
        assert requests.put(state["put_to"], data=part, timeout=10).status_code == 200
        state, most = client.get(state["address"]).json(), most - 1
    return state


def test_chunks_through_the_site_become_one_object(bucket_store, as_alice, alices_team, settings):
    state = begin(as_alice).json()
    assert (state["put_to"], state["chunk_bytes"]) == ("", 8_000_000)
    address = state["address"]
    for start, end in ((0, 20), (20, 25), (25, len(FILE))):
        answer = as_alice.put(f"{address}?offset={start}", FILE[start:end], content_type="application/octet-stream")
        assert answer.json()["offset"] == end
    # The last one again, and one that is not next, change nothing and leave nothing.
    assert as_alice.put(f"{address}?offset=25", FILE[25:], content_type="application/octet-stream").status_code == 200
    assert as_alice.put(f"{address}?offset=3", FILE[3:9], content_type="application/octet-stream").status_code == 409
    assert len(bucket_store.names("submissions")) == 3
    # No row has a column of its own for each of them, and a clean-up leaves them alone.
    settings.ORPHANS_KEPT_SECONDS = 0
    assert list(orphans(lambda: None)) == []
    assert finish(as_alice, address).status_code == 200
    submission = Submission.objects.get()
    assert bucket_store.names("submissions") == [submission.file.name]
    score_waiting()
    submission.refresh_from_db()
    assert submission.evaluation.public_score == 0.5
    assert finish(as_alice, address).json() == {"submission": submission.get_absolute_url()}


def test_cancelled_chunks_are_gone_and_so_is_what_a_killed_process_left(bucket_store, as_alice, alices_team):
    address = begin(as_alice).json()["address"]
    as_alice.put(f"{address}?offset=0", FILE[:20], content_type="application/octet-stream")
    as_alice.post(f"{address}cancel/")
    assert bucket_store.names("submissions") == []
    address = begin(as_alice).json()["address"]
    as_alice.put(f"{address}?offset=0", FILE, content_type="application/octet-stream")
    left = ChunkedUpload.objects.get(abandoned_at=None)
    finish(as_alice, address)
    # As if it had been killed between the commit and the removal of the chunks.
    name = f"{left.stored_name}.chunks/0.left"
    bucket_store.admin.put_object(Bucket="holdout-submissions", Key=name, Body=FILE)
    ChunkedUpload.objects.filter(pk=left.pk).update(chunks=[name])
    sweep()
    assert bucket_store.names("submissions") == [Submission.objects.get().file.name]


def test_a_large_file_goes_straight_to_the_store_and_on_after_a_reload(bucket_store, as_alice, alices_team):
    state = put_parts(as_alice, begin(as_alice, direct="1").json(), most=2)
    assert (state["offset"], state["chunk_bytes"]) == (16, 8)
    again = begin(as_alice, direct="1").json()
    assert (again["address"], again["offset"]) == (state["address"], 16)
    # A page whose script does not know how begins another one, through the site.
    assert begin(as_alice).json()["address"] != state["address"]
    early = finish(as_alice, state["address"])
    assert (early.status_code, early.json()["offset"]) == (409, 16)
    state = put_parts(as_alice, again)
    assert state["put_to"] == ""
    answer = finish(as_alice, state["address"], description="straight")
    submission = Submission.objects.get()
    assert answer.json() == {"submission": submission.get_absolute_url()}
    assert (submission.sha256, submission.size_bytes, submission.description) == (DIGEST, len(FILE), "straight")
    assert finish(as_alice, state["address"]).json() == answer.json()
    assert (bucket_store.names("submissions"), bucket_store.parts_under_way()) == ([submission.file.name], 0)
    score_waiting()
    submission.refresh_from_db()
    assert submission.evaluation.public_score == 0.5


def test_what_came_is_told_by_the_store_and_not_by_its_sender(bucket_store, as_alice, alices_team):
    state = begin(as_alice, direct="1").json()
    # The first part came, and nobody heard the answer.
    requests.put(state["put_to"], data=FILE[:8], timeout=10)
    assert as_alice.get(state["address"]).json()["offset"] == 8
    refused = as_alice.put(f"{state['address']}?offset=8", FILE[8:16], content_type="application/octet-stream")
    assert refused.status_code == 409
    assert "goes straight to the store" in refused.json()["problem"]


@pytest.mark.parametrize("content", [PERFECT.encode(), b"x" * len(FILE)])
def test_another_file_than_was_announced_is_removed(bucket_store, as_alice, alices_team, content):
    state = put_parts(as_alice, begin(as_alice, direct="1").json(), content)
    answer = finish(as_alice, state["address"])
    assert answer.status_code == 409
    assert f"its SHA-256 is {sha256(content).hexdigest()}, not {DIGEST}" in answer.json()["problem"]
    assert not Submission.objects.exists()
    assert (bucket_store.names("submissions"), bucket_store.parts_under_way()) == ([], 0)


def test_a_part_of_another_length_ends_the_upload(bucket_store, as_alice, alices_team):
    state = begin(as_alice, direct="1").json()
    # A store that checks signatures refuses this at once.
    requests.put(state["put_to"], data=FILE * 100, timeout=10)
    answer = as_alice.get(state["address"])
    assert answer.status_code == 409
    assert f"has {len(FILE) * 100:,} bytes in the store; 8 were asked for" in answer.json()["problem"]
    assert finish(as_alice, state["address"]).status_code == 410
    assert bucket_store.parts_under_way() == 0


def test_a_file_above_the_limit_is_refused_before_it_has_an_address(as_alice, alices_team):
    answer = as_alice.post(BEGIN, {"name": "large.csv", "size": 20_000_001, "direct": "1"})
    assert (answer.status_code, "20,000,001 bytes" in answer.json()["problem"]) == (409, True)


def test_an_address_is_good_for_one_part_of_so_many_bytes_and_a_quarter_of_an_hour(as_alice, alices_team):
    state = put_parts(as_alice, begin(as_alice, direct="1").json(), most=3)
    asked = parse_qs(urlsplit(state["put_to"]).query)
    # The last part is shorter. A store that checks signatures takes no other length.
    assert (asked["partNumber"], len(FILE) - state["offset"]) == (["4"], 6)
    assert (asked["X-Amz-Expires"], asked["X-Amz-SignedHeaders"]) == (["900"], ["content-length;host"])
    assert "secret" not in state["put_to"]


def test_cancelled_forgotten_and_unknown_parts_are_dropped(bucket_store, as_alice, alices_team):
    state = put_parts(as_alice, begin(as_alice, direct="1").json(), most=1)
    as_alice.post(f"{state['address']}cancel/")
    assert bucket_store.parts_under_way() == 0
    kept = put_parts(as_alice, begin(as_alice, direct="1").json(), most=1)
    bucket_store.admin.create_multipart_upload(Bucket="holdout-submissions", Key="stars/of-a-team-that-left")
    sweep()
    assert bucket_store.parts_under_way() == 1
    assert as_alice.get(kept["address"]).json()["offset"] == 8
    ChunkedUpload.objects.update(touched_at=timezone.now() - timedelta(days=2))
    sweep()
    assert bucket_store.parts_under_way() == 0
    assert finish(as_alice, kept["address"]).status_code in (404, 410)


@pytest.mark.parametrize(("seconds_ago", "is_in_time"), [(590, True), (601, False)])
def test_one_begun_before_closing_has_ten_minutes(as_alice, alices_team, seconds_ago, is_in_time):
    state = put_parts(as_alice, begin(as_alice, direct="1").json())
    closed_at = timezone.now() - timedelta(seconds=seconds_ago)
    Competition.objects.update(opens_at=closed_at - timedelta(days=1), closes_at=closed_at)
    ChunkedUpload.objects.update(begun_at=closed_at - timedelta(seconds=1))
    assert (finish(as_alice, state["address"]).status_code == 200) is is_in_time
    assert Submission.objects.exists() is is_in_time


def test_parts_that_the_store_has_lost_end_the_upload(bucket_store, as_alice, alices_team):
    state = put_parts(as_alice, begin(as_alice, direct="1").json(), most=1)
    upload = ChunkedUpload.objects.get()
    bucket_store.admin.abort_multipart_upload(
        Bucket="holdout-submissions", Key=upload.stored_name, UploadId=upload.parts_key
    )
    assert as_alice.get(state["address"]).status_code == 410
    assert begin(as_alice, direct="1").json()["offset"] == 0


def test_parts_that_another_request_has_joined_are_not_lost(as_alice, alices_team):
    state = put_parts(as_alice, begin(as_alice, direct="1").json())
    seen_before = ChunkedUpload.objects.get()
    seen_before.received_bytes = 0
    direct_uploads.join(ChunkedUpload.objects.get())
    assert chunked_uploads.looked_at(seen_before).is_whole
    assert finish(as_alice, state["address"]).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_finished_by_four_connections_at_once_it_is_one_submission_and_one_slot(as_alice, alice, alices_team):
    Competition.objects.update(daily_limit=1)
    state = put_parts(as_alice, begin(as_alice, direct="1").json())
    gate, answers = Barrier(4), []

    def take():
        client = Client()
        client.force_login(alice)
        gate.wait()
        answers.append(finish(client, state["address"]).json())
        connection.close()

    threads = [Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [{"submission": Submission.objects.get().get_absolute_url()}] * 4
    assert "used its 1 submission for today" in begin(as_alice, direct="1", send_again="1").json()["problem"]


def test_a_team_that_used_its_slot_meanwhile_is_refused_at_the_end(as_alice, alices_team, send):
    state = put_parts(as_alice, begin(as_alice, direct="1").json())
    Competition.objects.update(daily_limit=1)
    send(Team.objects.get(), PERFECT)
    answer = finish(as_alice, state["address"])
    assert (answer.status_code, "used its 1 submission" in answer.json()["problem"]) == (409, True)
    assert Submission.objects.count() == 1


def test_the_page_says_what_goes_straight_and_the_policy_lets_the_browser(
    bucket_store, settings, monkeypatch, as_alice, alices_team
):
    monkeypatch.setenv("HOLDOUT_DIRECT_UPLOAD_ABOVE_MB", "100")
    monkeypatch.setenv("HOLDOUT_S3_PUBLIC_ENDPOINT", "https://files.example.org/s3")
    found = stores.buckets()
    assert (found.direct_above_bytes, stores.origins_of(found)) == (100_000_000, ["https://files.example.org"])
    page = as_alice.get("/competitions/stars/submit/")
    assert 'data-direct-above-bytes="10"' in page.content.decode()
    # Where nothing is set, nothing else is allowed.
    assert "connect-src 'self';" in page.headers["Content-Security-Policy"] + ";"


@pytest.mark.django_db(transaction=True)
def test_the_kit_sends_a_large_file_straight_to_the_store(
    bucket_store, settings, alice_at_home, alices_team, home, worker, monkeypatch
):
    settings.CHUNK_ABOVE_BYTES = 10
    (home / "predictions.csv").write_bytes(FILE)
    put, heads = requests.put, []

    def lost_once(address, **sent):
        heads.append(sent)
        answer = put(address, **sent)
        if len(heads) == 2:
            raise requests.ConnectionError("the answer was lost")
        return answer

    monkeypatch.setattr(requests, "put", lost_once)
    done = alice_at_home("submit", "predictions.csv", "--competition", "stars")
    assert done.exit_code == 0, done.output
    submission = Submission.objects.get()
    assert (submission.sha256, submission.status) == (DIGEST, "scored")
    assert len(heads) == -(-len(FILE) // 8)
    assert ChunkedUpload.objects.get().is_direct
    assert all("headers" not in sent for sent in heads)
