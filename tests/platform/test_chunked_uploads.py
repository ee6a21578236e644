"""Large files in chunks: begun, gone on with after a lost connection, ended in time or not, and sent only once."""

import io
import shutil
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from threading import Barrier, Thread

import pytest
from cast_of_stories import BAD, GOOD, PERFECT
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import UnreadablePostError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from competitions.models import Competition
from grading.sweeper import sweep
from grading.tasks import score_waiting
from submissions import lifecycle
from submissions.models import ChunkedUpload, Status, Submission, submission_storage
from submissions.quota import counts_at, day_of
from teams.models import Membership, Team

FILE = GOOD.encode()
DIGEST = sha256(FILE).hexdigest()
BEGIN = "/competitions/stars/uploads/"
SECOND = timedelta(seconds=1)


def begin(client, content=FILE, name="predictions.csv", **more):
    return client.post(BEGIN, {"name": name, "size": len(content), **more})


def begun(client, content=FILE, **more):
    """The address of a new upload."""
    answer = begin(client, content, **more)
    assert answer.status_code == 200, answer.content
    return answer.json()["address"]


def put(client, address, offset, chunk):
    return client.put(f"{address}?offset={offset}", chunk, content_type="application/octet-stream")


def finish(client, address, digest=DIGEST, **more):
    return client.post(f"{address}finish/", {"sha256": digest, **more})


def send_whole(client, content=FILE, **more):
    """Begin, send in two chunks, finish; the last answer."""
    address = begun(client, content, **more)
    half = len(content) // 2
    assert put(client, address, 0, content[:half]).json()["offset"] == half
    assert put(client, address, half, content[half:]).json()["offset"] == len(content)
    return finish(client, address, sha256(content).hexdigest(), **more)


def stored_files():
    return sorted(path.name for path in Path(submission_storage().path("stars")).glob("*"))


@pytest.fixture(autouse=True)
def _an_empty_store():
    shutil.rmtree(submission_storage().path("stars"), ignore_errors=True)


def test_a_file_in_two_chunks_is_graded_like_any_other(as_alice, alices_team):
    address = begun(as_alice)
    put(as_alice, address, 0, FILE[:20])
    put(as_alice, address, 20, FILE[20:])
    answer = finish(as_alice, address, description="in two parts")
    submission = Submission.objects.get()
    assert answer.json() == {"submission": submission.get_absolute_url()}
    assert (submission.original_name, submission.description) == ("predictions.csv", "in two parts")
    assert (submission.size_bytes, submission.sha256) == (len(FILE), DIGEST)
    score_waiting()
    submission.refresh_from_db()
    assert (submission.status, submission.evaluation.public_score) == (Status.SCORED, 0.5)
    sent = as_alice.get(reverse("submission_file", args=[submission.pk]))
    assert b"".join(sent.streaming_content) == FILE
    # The stored file is readable by its owner alone, as every other.
    assert Path(submission.file.path).stat().st_mode & 0o777 == 0o600


def test_a_reloaded_page_goes_on_where_the_same_file_was(as_alice, alices_team):
    address = begun(as_alice, sha256=DIGEST)
    put(as_alice, address, 0, FILE[:20])
    again = begin(as_alice, sha256=DIGEST).json()
    assert (again["address"], again["offset"]) == (address, 20)
    # Another file of the same name and length is another upload.
    assert begin(as_alice, sha256=sha256(b"other").hexdigest()).json()["offset"] == 0


def test_a_chunk_at_another_place_is_told_the_right_one(as_alice, alices_team):
    address = begun(as_alice)
    put(as_alice, address, 0, FILE[:20])
    for offset in (0, 10, 25):
        answer = put(as_alice, address, offset, FILE[offset : offset + 30])
        assert (answer.status_code, answer.json()["offset"]) == (409, 20)
        assert f"20 of the {len(FILE)} bytes have come. Go on from byte 20." in answer.json()["problem"]
    assert as_alice.get(address).json()["offset"] == 20


def test_the_last_chunk_sent_twice_counts_once(as_alice, alices_team):
    address = begun(as_alice)
    put(as_alice, address, 0, FILE[:20])
    assert put(as_alice, address, 0, FILE[:20]).json()["offset"] == 20
    put(as_alice, address, 20, FILE[20:])
    assert put(as_alice, address, 20, FILE[20:]).status_code == 200
    first = finish(as_alice, address)
    assert finish(as_alice, address).json() == first.json()
    assert Submission.objects.count() == 1


def test_what_came_before_the_connection_was_lost_is_kept(as_alice, alices_team):
    class CutOff(io.BytesIO):
        def read(self, size=-1, /):
            if part := super().read(7):
                return part
            raise UnreadablePostError("the connection was lost")

    address = begun(as_alice)
    as_alice.generic(
        "PUT",
        f"{address}?offset=0",
        content_type="application/octet-stream",
        CONTENT_LENGTH="40",
        **{"wsgi.input": CutOff(FILE[:15])},
    )
    assert as_alice.get(address).json()["offset"] == 15
    put(as_alice, address, 15, FILE[15:])
    assert finish(as_alice, address).status_code == 200


def test_bytes_that_a_killed_process_left_behind_the_count_are_overwritten(as_alice, alices_team):
    address = begun(as_alice)
    put(as_alice, address, 0, FILE[:20])
    path = Path(submission_storage().path(ChunkedUpload.objects.get().stored_name))
    path.write_bytes(FILE[:20] + b"never counted" * 100)
    put(as_alice, address, 20, FILE[20:])
    assert finish(as_alice, address).status_code == 200
    assert path.read_bytes() == FILE


def eight_times_at_once(user, step):
    """What eight connections of that user are answered that take the same step at the same time."""
    gate, answers = Barrier(8), []

    def take():
        client = Client()
        client.force_login(user)
        gate.wait()
        answers.append(step(client).json())
        connection.close()

    threads = [Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.mark.django_db(transaction=True)
def test_the_same_step_by_eight_connections_at_once_counts_once(as_alice, alices_team, alice):
    address = begun(as_alice)
    answers = eight_times_at_once(alice, lambda client: put(client, address, 0, FILE[:20]))
    assert [answer["offset"] for answer in answers] == [20] * 8
    put(as_alice, address, 20, FILE[20:])
    answers = eight_times_at_once(alice, lambda client: finish(client, address))
    assert answers == [{"submission": Submission.objects.get().get_absolute_url()}] * 8


def test_another_file_than_was_announced_is_not_taken(as_alice, alices_team):
    address = begun(as_alice, sha256=DIGEST)
    put(as_alice, address, 0, PERFECT.encode())
    answer = finish(as_alice, address)
    assert answer.status_code == 409
    assert f"its SHA-256 is {sha256(PERFECT.encode()).hexdigest()}, not {DIGEST}" in answer.json()["problem"]
    assert not Submission.objects.exists()
    assert stored_files() == []
    assert put(as_alice, address, 0, FILE).status_code == 410


def test_finishing_needs_every_byte_and_a_digest(as_alice, alices_team):
    address = begun(as_alice)
    put(as_alice, address, 0, FILE[:20])
    assert finish(as_alice, address).json()["offset"] == 20
    put(as_alice, address, 20, FILE[20:])
    assert "64 hexadecimal digits" in finish(as_alice, address, "").json()["problem"]
    assert "64 hexadecimal digits" in finish(as_alice, address, "abc").json()["problem"]
    assert not Submission.objects.exists()
    assert finish(as_alice, address, DIGEST.upper()).status_code == 200


def test_more_bytes_than_announced_are_not_taken(as_alice, alices_team):
    address = begun(as_alice)
    answer = put(as_alice, address, 0, FILE + b"6,1\n")
    assert answer.status_code == 409
    assert f"announced with {len(FILE)} bytes, and {len(FILE) + 4} came" in answer.json()["problem"]
    assert as_alice.get(address).json()["offset"] == 0


class NeverRead:
    def read(self, *_):
        raise AssertionError("the body was read")

    readline = read


@pytest.mark.parametrize(
    ("length", "status", "finding"),
    [("8000001", 413, "8,000,001 bytes; at most 8,000,000"), ("", 411, "Content-Length")],
)
def test_a_chunk_is_judged_by_its_head(as_alice, alices_team, length, status, finding):
    answer = as_alice.generic(
        "PUT",
        f"{begun(as_alice)}?offset=0",
        content_type="application/octet-stream",
        CONTENT_LENGTH=length,
        **{"wsgi.input": NeverRead()},
    )
    assert answer.status_code == status
    assert finding in answer.json()["problem"]


def test_a_form_sent_to_the_chunks_address_is_refused_unread(alice, as_alice, alices_team):
    address = begun(as_alice)
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    client.get("/competitions/stars/submit/")
    answer = client.generic(
        "POST",
        address,
        CONTENT_TYPE="multipart/form-data; boundary=x",
        CONTENT_LENGTH="5000000000",
        **{"wsgi.input": NeverRead()},
    )
    assert answer.status_code == 405


def test_an_offset_is_a_number(as_alice, alices_team):
    address = begun(as_alice)
    for offset in ("", "-1", "1e3", "9" * 20):
        assert put(as_alice, address, offset, FILE).status_code == 400


@pytest.mark.parametrize(
    ("name", "size", "finding"),
    [
        ("model.keras", 100, "is a model"),
        ("photo.png", 100, "not one of them"),
        ("large.csv", 20_000_001, "20,000,001 bytes; Five stars takes at most 20,000,000"),
        ("large.zip", 20_000_001, "20,000,001 bytes; Five stars takes at most 20,000,000"),
    ],
)
def test_what_name_and_size_tell_is_refused_before_the_first_byte(as_alice, alices_team, name, size, finding):
    answer = as_alice.post(BEGIN, {"name": name, "size": size})
    assert answer.status_code == 409
    assert finding in answer.json()["problem"]
    assert not ChunkedUpload.objects.exists()


@pytest.mark.parametrize("sent", [{"name": "a.csv", "size": "0"}, {"name": "a.csv"}, {"size": "5"}])
def test_an_upload_without_a_name_or_a_size_is_not_begun(as_alice, alices_team, sent):
    assert as_alice.post(BEGIN, sent).status_code == 400


def test_a_team_without_a_slot_begins_nothing(as_alice, alices_team, send):
    Competition.objects.update(daily_limit=1)
    send(alices_team, PERFECT)
    answer = begin(as_alice)
    assert answer.status_code == 409
    assert "used its 1 submission for today" in answer.json()["problem"]


def test_an_upload_that_found_no_slot_at_its_end_is_kept_for_the_next(as_alice, alices_team, send):
    Competition.objects.update(daily_limit=1)
    address = begun(as_alice)
    other = send(alices_team, PERFECT)
    put(as_alice, address, 0, FILE)
    assert "used its 1 submission for today" in finish(as_alice, address).json()["problem"]
    lifecycle.cancel(other)
    assert finish(as_alice, address).status_code == 200


def test_a_team_has_only_so_many_uploads_on_their_way(as_alice, alices_team, settings):
    settings.OPEN_UPLOADS_PER_TEAM = 2
    first = begun(as_alice, name="one.csv")
    begun(as_alice, name="two.csv")
    answer = begin(as_alice, name="three.csv")
    assert answer.status_code == 409
    assert "2 uploads of your team are on their way ('one.csv', 'two.csv')" in answer.json()["problem"]
    as_alice.post(f"{first}cancel/")
    assert begin(as_alice, name="three.csv").status_code == 200


def test_bytes_of_cancelled_and_open_uploads_count_for_the_day(as_alice, alices_team, settings):
    settings.TEAM_UPLOAD_BYTES_PER_DAY = len(FILE)
    address = begun(as_alice)
    answer = begin(as_alice, name="more.csv")
    assert f"uploaded {len(FILE)} bytes today, what is on its way included; {len(FILE)} is" in answer.json()["problem"]
    put(as_alice, address, 0, FILE[:-1])
    as_alice.post(f"{address}cancel/")
    address = begun(as_alice)
    put(as_alice, address, 0, FILE[:1])
    as_alice.post(f"{address}cancel/")
    answer = as_alice.post("/competitions/stars/submit/", {"file": SimpleUploadedFile("p.csv", FILE)})
    assert f"has uploaded {len(FILE)} bytes today" in answer.context["refusal"]
    ChunkedUpload.objects.update(touched_at=day_of(timezone.now()) - SECOND)
    assert send_whole(as_alice).status_code == 200


def test_uploads_are_not_begun_in_vain_without_end(as_alice, alices_team, settings):
    settings.UPLOADS_PER_SLOT = 2
    Competition.objects.update(daily_limit=1)
    for _ in range(2):
        as_alice.post(f"{begun(as_alice)}cancel/")
    answer = begin(as_alice)
    assert answer.status_code == 409
    assert "has begun 2 uploads today that did not end; the next is possible at 00:00 UTC" in answer.json()["problem"]
    ChunkedUpload.objects.update(begun_at=day_of(timezone.now()) - SECOND)
    assert begin(as_alice).status_code == 200


def test_a_cancelled_upload_leaves_no_file(as_alice, alices_team):
    address = begun(as_alice)
    put(as_alice, address, 0, FILE[:20])
    assert len(stored_files()) == 1
    assert as_alice.post(f"{address}cancel/").json() == {"cancelled": True}
    assert stored_files() == []
    assert as_alice.post(f"{address}cancel/").json() == {"cancelled": False}
    answer = put(as_alice, address, 20, FILE[20:])
    assert answer.status_code == 410
    assert "was cancelled, or left alone for too long. Begin a new one." in answer.json()["problem"]


def test_a_taken_upload_cannot_be_cancelled_or_changed(as_alice, alices_team):
    address = begun(as_alice)
    put(as_alice, address, 0, FILE)
    finish(as_alice, address)
    assert as_alice.post(f"{address}cancel/").json() == {"cancelled": False}
    assert "is a submission already" in put(as_alice, address, 0, FILE[:5]).json()["problem"]
    assert Path(Submission.objects.get().file.path).read_bytes() == FILE


def test_the_sweeper_removes_what_was_left_alone_for_a_day(as_alice, alices_team, settings):
    left, fresh, taken = begun(as_alice, name="left.csv"), begun(as_alice, name="fresh.csv"), begun(as_alice)
    for address in (left, fresh, taken):
        put(as_alice, address, 0, FILE)
    finish(as_alice, taken)
    long_ago = timezone.now() - timedelta(seconds=settings.LEFT_UPLOADS_SECONDS + 1)
    ChunkedUpload.objects.exclude(original_name="fresh.csv").update(touched_at=long_ago)
    sweep()
    assert as_alice.get(fresh).status_code == 200
    assert as_alice.get(left).status_code == 404
    # The taken one's row goes too; its file is the submission's.
    assert ChunkedUpload.objects.get().original_name == "fresh.csv"
    assert len(stored_files()) == 2
    assert Path(Submission.objects.get().file.path).read_bytes() == FILE


def test_a_file_whose_process_was_killed_while_cancelling_is_removed_by_the_sweeper(as_alice, alices_team):
    put(as_alice, begun(as_alice), 0, FILE[:20])
    ChunkedUpload.objects.update(abandoned_at=timezone.now())
    sweep()
    assert stored_files() == []
    assert ChunkedUpload.objects.get().received_bytes == 20


def test_an_upload_is_its_senders_alone(as_alice, alices_team, bob, bobs_team, as_olga):
    address = begun(as_alice)
    put(as_alice, address, 0, FILE)
    as_bob = Client()
    as_bob.force_login(bob)
    for client in (as_bob, as_olga):
        assert client.get(address).status_code == 404
        assert put(client, address, 0, FILE).status_code == 404
        assert finish(client, address).status_code == 404
        assert client.post(f"{address}cancel/").status_code == 404
    # A member of the same team does not go on with it either, and she herself no longer after she has left.
    Membership.objects.filter(user=bob).update(team=alices_team, is_captain=False)
    assert as_bob.get(address).status_code == 404
    Membership.objects.filter(team=alices_team).exclude(user=bob).update(team=bobs_team)
    assert as_alice.get(address).status_code == 404


def test_a_stranger_and_somebody_who_has_not_joined_are_told_what_to_do(as_alice, competition):
    assert "Join Five stars first" in begin(as_alice).json()["problem"]
    answer = begin(Client())
    assert answer.status_code == 401
    assert "Sign in" in answer.json()["problem"]


def test_every_step_needs_the_forms_token(alice, alices_team, as_alice):
    address = begun(as_alice)
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    assert begin(client).status_code == 403
    assert put(client, address, 0, FILE).status_code == 403
    assert finish(client, address).status_code == 403
    client.get("/competitions/stars/submit/")
    headers = {"X-CSRFToken": client.cookies["csrftoken"].value}
    answer = client.put(f"{address}?offset=0", FILE, content_type="application/octet-stream", headers=headers)
    assert answer.json()["offset"] == len(FILE)


# --- in time or late -----------------------------------------------------------------------------------------


def closing(seconds_ago, begun_seconds_before):
    """The competition closed so long ago; the only upload was begun so long before that (below 0: after it)."""
    closes_at = timezone.now() - timedelta(seconds=seconds_ago)
    Competition.objects.update(opens_at=closes_at - timedelta(days=9), closes_at=closes_at)
    ChunkedUpload.objects.update(begun_at=closes_at - timedelta(seconds=begun_seconds_before))
    return closes_at


@pytest.mark.parametrize("is_late_taken", [False, True])
def test_an_upload_begun_before_closing_ends_in_time_within_ten_minutes(as_alice, alices_team, is_late_taken):
    Competition.objects.update(takes_late_submissions=is_late_taken)
    address = begun(as_alice, sha256=DIGEST)
    put(as_alice, address, 0, FILE[:20])
    # 10 s remain of the 600.
    closes_at = closing(590, 1)
    assert begin(as_alice, sha256=DIGEST).json()["offset"] == 20
    put(as_alice, address, 20, FILE[20:])
    assert finish(as_alice, address).status_code == 200
    submission = Submission.objects.get()
    assert not submission.is_late
    # Its time is that of its last byte, not of its first.
    assert submission.submitted_at >= closes_at + timedelta(seconds=590)
    score_waiting()
    submission.refresh_from_db()
    assert submission.evaluation.private_score == 3


@pytest.mark.parametrize(("seconds_ago", "begun_before"), [(601, 1), (60, 0), (60, -1)])
def test_one_that_ends_after_ten_minutes_or_was_begun_at_closing_is_refused(
    as_alice, alices_team, seconds_ago, begun_before
):
    address = begun(as_alice, sha256=DIGEST)
    put(as_alice, address, 0, FILE)
    closing(seconds_ago, begun_before)
    answer = finish(as_alice, address)
    assert answer.status_code == 409
    assert "Five stars closed on" in answer.json()["problem"]
    told = "was begun before that, and had 10 min after it to end" in answer.json()["problem"]
    assert told == (begun_before > 0)
    assert not Submission.objects.exists()
    # Nothing more is worth sending, and that is said at once.
    assert put(as_alice, begun_again(as_alice), 0, FILE[:20]).status_code == 409


def begun_again(client):
    """The address of the upload that was begun while the competition was open; asking for it anew is refused."""
    assert begin(client, sha256=DIGEST).status_code == 409
    ChunkedUpload.objects.update(received_bytes=0)
    return reverse("upload", args=[ChunkedUpload.objects.get().pk])


@pytest.mark.parametrize(("seconds_ago", "begun_before"), [(601, 1), (60, 0), (60, -1)])
def test_the_same_is_late_where_late_ones_are_taken(as_alice, alices_team, seconds_ago, begun_before):
    Competition.objects.update(takes_late_submissions=True)
    address = begun(as_alice)
    put(as_alice, address, 0, FILE)
    closing(seconds_ago, begun_before)
    assert finish(as_alice, address).status_code == 200
    assert Submission.objects.get().is_late


def test_an_upload_in_one_request_has_no_ten_minutes(as_alice, alices_team):
    closing(1, 0)
    answer = as_alice.post("/competitions/stars/submit/", {"file": SimpleUploadedFile("p.csv", FILE)})
    assert answer.status_code == 409
    assert begin(as_alice).status_code == 409


@pytest.mark.parametrize(
    ("begun_before", "ended_after", "is_in_time"),
    [(1, -1, True), (1, 0, True), (1, 599, True), (1, 600, False), (1, 601, False), (0, 1, False), (-1, 599, False)],
)
def test_the_rule_to_the_second(competition, begun_before, ended_after, is_in_time):
    competition.closes_at = timezone.now()
    begun_at = competition.closes_at - timedelta(seconds=begun_before)
    ended_at = competition.closes_at + timedelta(seconds=ended_after)
    assert (not competition.has_closed(counts_at(competition, ended_at, begun_at))) is is_in_time


def test_without_a_closing_date_the_archive_date_closes(competition):
    competition.archived_at = timezone.now()
    before, after = competition.archived_at - SECOND, competition.archived_at + SECOND
    assert counts_at(competition, after, before) == before
    assert counts_at(competition, after, None) == after
    competition.archived_at = None
    assert counts_at(competition, after, before) == after


# --- the same file twice -------------------------------------------------------------------------------------


def test_the_same_file_in_chunks_is_noticed_before_a_byte_is_sent(as_alice, alices_team, graded):
    earlier = graded(alices_team)
    answer = begin(as_alice, sha256=DIGEST)
    assert answer.status_code == 409
    assert answer.json()["earlier"] == earlier.get_absolute_url()
    assert "Your team has sent this very file before, as 'predictions.csv' on" in answer.json()["problem"]
    assert "(scored)" in answer.json()["problem"]
    assert not ChunkedUpload.objects.exists()
    assert send_whole(as_alice, send_again="1").status_code == 200
    assert Submission.objects.count() == 2


def test_where_the_digest_comes_last_the_same_file_is_noticed_last(as_alice, alices_team, graded):
    earlier = graded(alices_team)
    address = begun(as_alice)
    put(as_alice, address, 0, FILE)
    assert finish(as_alice, address).json()["earlier"] == earlier.get_absolute_url()
    assert Submission.objects.count() == 1
    assert finish(as_alice, address, send_again="1").status_code == 200


def test_the_form_asks_before_it_takes_the_same_file(as_alice, alices_team, graded):
    earlier = graded(alices_team)
    address = "/competitions/stars/submit/"
    assert 'name="ask_before_repeating" value="1"' in as_alice.get(address).content.decode()

    def send(**more):
        return as_alice.post(address, {"file": SimpleUploadedFile("p.csv", FILE), **more})

    answer = send(ask_before_repeating="1")
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Your team has sent this very file before" in page
    assert f'href="{earlier.get_absolute_url()}"' in page
    assert 'name="send_again"' in page
    assert Submission.objects.count() == 1
    assert len(stored_files()) == 1
    assert send(ask_before_repeating="1", send_again="1").status_code == 302
    # A program that has not asked to be asked is not.
    assert send().status_code == 302


def test_what_failed_or_was_withdrawn_or_is_anothers_is_no_repeat(as_alice, alices_team, bobs_team, send, graded):
    graded(bobs_team)
    lifecycle.cancel(send(alices_team))
    failed = send(alices_team)
    Submission.objects.filter(pk=failed.pk).update(status=Status.FAILED, failure="the disk was full (3 tries)")
    assert begin(as_alice, sha256=DIGEST).status_code == 200


def test_a_rejected_file_sent_again_is_told_that_it_was_rejected(as_alice, alices_team, graded):
    graded(alices_team, BAD)
    answer = begin(as_alice, BAD.encode(), sha256=sha256(BAD.encode()).hexdigest())
    assert "(rejected)" in answer.json()["problem"]


def test_a_disqualified_team_begins_nothing(as_alice, alices_team):
    Team.objects.filter(pk=alices_team.pk).update(disqualified_at=timezone.now(), disqualification="Two accounts.")
    assert "was disqualified: Two accounts." in begin(as_alice).json()["problem"]


def test_a_model_in_chunks_waits_for_the_models_worker(as_alice, alices_team, takes_models, sent_models):
    model = sent_models["telling"]
    assert send_whole(as_alice, model, name="model.zip").status_code == 200
    assert Submission.objects.get().kind == "saved_model"


def test_the_page_tells_its_script_what_goes_in_chunks(as_alice, alices_team):
    page = as_alice.get("/competitions/stars/submit/").content.decode()
    assert 'data-chunk-above-bytes="20000000"' in page
    assert f'data-uploads="{BEGIN}"' in page
    assert "chunked_upload.js" in page


def test_the_page_shows_what_is_on_its_way_and_lets_it_end_after_closing(as_alice, alices_team):
    put(as_alice, begun(as_alice, name="large.csv"), 0, FILE[:20])

    def page():
        return as_alice.get("/competitions/stars/submit/").content.decode()

    assert f"large.csv: 20 of {len(FILE)} bytes" in page()
    closing(590, 1)
    assert f"large.csv: 20 of {len(FILE)} bytes" in page()
    assert "data-uploads" in page()
    closing(601, 1)
    assert "large.csv" not in page()
    assert "data-uploads" not in page()
