"""A program sends files and follows them: what it hears is what the pages say."""

import re
from hashlib import sha256

import pytest
from cast_of_stories import BAD, GOOD, PERFECT
from programs import API, STARS, Program

from grading.tasks import score_waiting
from leaderboard.receipts import append_waiting
from submissions.models import ChunkedUpload, Submission, submission_storage
from submissions.quota import allowance

MALFORMED = {
    "a letter": BAD,
    "a missing id": "id,rating\n1,4\n",
    "an unknown id": GOOD.replace("5,2", "6,2"),
    "twice the same": GOOD + "5,2\n",
    "out of range": GOOD.replace("1,4", "1,9"),
    "another header": GOOD.replace("rating", "stars"),
    "nothing": "",
}


def test_a_file_is_sent_scored_and_read(alice, alices_team):
    program = Program(alice)
    sent = program.send(GOOD, description="biases")
    assert sent.status_code == 201
    one = sent.json()
    assert sent["Location"] == f"{API}/submissions/{one['id']}/"
    assert (one["status"], one["queue_place"], one["is_final"]) == ("queued", 1, False)
    assert (one["description"], one["submitted_by"], one["team"]) == ("biases", "alice", "alice")
    score_waiting()
    after = program.get(sent["Location"]).json()
    assert (after["status"], after["public_score"], after["score_text"]) == ("scored", 0.5, "0.500")
    assert after["is_final"] is True
    assert after["private_score"] is None
    timeline = program.get(f"{sent['Location']}timeline/").json()
    assert [step["status"] for step in timeline] == ["queued", "scoring", "scored"]
    assert program.get(f"{sent['Location']}file/").getvalue().decode() == GOOD


@pytest.mark.parametrize("content", MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_file_gets_the_very_lines_of_its_page(alice, alices_team, as_alice, content):
    program = Program(alice)
    path = program.send(content)["Location"]
    score_waiting()
    told = program.get(path).json()
    assert told["status"] == "rejected"
    page = as_alice.get(Submission.objects.get().get_absolute_url()).content.decode()
    shown = re.findall(r"<li data-problem>(.*?)</li>", page, re.DOTALL)
    as_text = [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", line)).strip() for line in shown]
    as_text = [line.replace("&#x27;", "'").replace("&quot;", '"') for line in as_text]
    assert as_text == [(f"Line {one['line']}: " if one["line"] else "") + one["message"] for one in told["problems"]]
    assert told["reason"] == as_text[0]
    # It cost nothing.
    assert program.get(f"{STARS}/quota/").json()["left"] == 5


def test_a_digest_that_does_not_fit_is_refused_and_costs_nothing(alice, alices_team):
    program = Program(alice)
    refused = program.send(GOOD, sha256="0" * 64)
    assert (refused.status_code, refused.json()["code"]) == (409, "other_content")
    assert sha256(GOOD.encode()).hexdigest() in refused.json()["detail"]
    assert not Submission.objects.exists()
    assert program.send(GOOD, sha256=sha256(GOOD.encode()).hexdigest().upper()).status_code == 201


def test_the_same_file_again_is_noticed(alice, alices_team):
    program = Program(alice)
    first = program.send(GOOD).json()
    assert first["repeat_of"] is None
    refused = program.send(GOOD, name="again.csv")
    assert (refused.status_code, refused.json()["code"]) == (409, "sent_before")
    assert refused.json()["repeat_of"] == first["id"]
    assert program.get(f"{STARS}/quota/").json()["used"] == 1
    begun = program.post(f"{STARS}/uploads/", file_name="a.csv", bytes=len(GOOD), sha256=first["sha256"])
    assert begun.json()["repeat_of"] == first["id"]
    again = program.send(GOOD, name="again.csv", send_again="true")
    assert (again.status_code, again.json()["repeat_of"]) == (201, first["id"])


def test_a_used_up_day_is_refused_with_the_pages_sentence(alice, alices_team, as_alice):
    program = Program(alice)
    for number in range(5):
        assert program.send(GOOD.replace("1,4", f"1,4.{number}")).status_code == 201
    refused = program.send(GOOD)
    assert (refused.status_code, refused.json()["code"]) == (409, "used_up")
    assert refused.json()["reset_at"].endswith("T00:00:00Z")
    assert "has used its 5 submissions for today" in refused.json()["detail"]
    assert refused.json()["detail"].split(" (in ")[0] in as_alice.get("/competitions/stars/submit/").content.decode()
    quota = program.get(f"{STARS}/quota/").json()
    assert (quota["used"], quota["left"], quota["can_submit"]) == (5, 0, False)
    assert quota["reset_at"].endswith("T00:00:00Z")
    assert quota["reason"].startswith("Your team has used its 5 submissions")


def test_a_file_above_the_limit_is_refused_by_its_head(alice, alices_team, competition):
    competition.max_upload_bytes = 1000
    competition.save()
    program = Program(alice)
    refused = program.client.post(
        f"{STARS}/submissions/", b"", content_type="multipart/form-data; boundary=x", CONTENT_LENGTH="200000"
    )
    assert refused.status_code == 413
    assert "Five stars takes at most 1,000" in refused.json()["detail"]
    slightly = program.send("x" * 1001)
    assert slightly.status_code == 413
    assert slightly.json()["detail"].startswith("The file has 1,001 bytes; Five stars takes at most 1,000.")


@pytest.mark.parametrize("head", [{"HTTP_TRANSFER_ENCODING": "chunked"}, {"CONTENT_LENGTH": "many"}])
def test_a_request_that_does_not_say_its_length_is_not_read(alice, alices_team, head):
    refused = Program(alice).client.post(f"{STARS}/submissions/", b"", content_type="multipart/form-data", **head)
    assert refused.status_code in (400, 411)
    assert refused["Content-Type"] == "application/problem+json"


def test_a_form_that_breaks_off_is_the_senders_problem(alice, alices_team):
    refused = Program(alice).client.post(f"{STARS}/submissions/", b"--x\r\n", content_type="multipart/form-data")
    assert refused.status_code == 400


def test_who_has_not_joined_is_told_to(bob, competition):
    refused = Program(bob).send(GOOD)
    assert (refused.status_code, refused.json()["code"]) == (403, "not_joined")


def test_what_waits_is_withdrawn_and_what_is_scored_is_not(alice, alices_team):
    program = Program(alice)
    path = program.send(GOOD)["Location"]
    assert program.post(f"{path}cancel/").json()["status"] == "cancelled"
    refused = program.post(f"{path}cancel/")
    assert (refused.status_code, refused.json()["code"]) == (409, "not_waiting")


def test_a_description_is_changed_and_the_final_selection_chosen(alice, alices_team, competition):
    program = Program(alice)
    paths = [program.send(text)["Location"] for text in (GOOD, PERFECT, GOOD.replace("1,4", "1,3"))]
    assert program.patch(paths[0], description="  bias  only ").json()["description"] == "bias only"
    assert program.patch(paths[0], description="x" * 301).status_code == 409
    for path in paths[:2]:
        assert program.post(f"{path}select/", selected=True).json()["is_selected"] is True
    full = program.post(f"{paths[2]}select/", selected=True)
    assert full.json()["detail"].startswith("Your team has chosen 2 of 2 submissions already.")
    assert program.post(f"{paths[0]}select/", selected=False).json()["is_selected"] is False


def test_the_list_is_of_ones_own_team_in_pages_and_by_status(alice, alices_team, bob, bobs_team):
    program = Program(alice)
    Program(bob).send(GOOD)
    for text in (GOOD, BAD, PERFECT):
        program.send(text)
    score_waiting()
    listed = program.get(f"{STARS}/submissions/?page_size=2").json()
    assert (listed["count"], len(listed["results"]), listed["previous"]) == (3, 2, None)
    assert len(program.get(listed["next"]).json()["results"]) == 1
    rejected = program.get(f"{STARS}/submissions/?status=rejected").json()["results"]
    assert [one["status"] for one in rejected] == ["rejected"]
    assert program.get(f"{STARS}/submissions/?status=lost").status_code == 400
    assert program.get(f"{STARS}/submissions/?page=9").status_code == 404


def test_a_longer_list_takes_no_more_queries(alice, alices_team, django_assert_num_queries, competition):
    competition.daily_limit = 50
    competition.save()
    program = Program(alice)
    program.send(GOOD)
    score_waiting()
    program.get(f"{STARS}/submissions/")
    with django_assert_num_queries(6):
        program.get(f"{STARS}/submissions/")
    for number in range(4):
        program.send(GOOD.replace("1,4", f"1,4.{number}"))
    score_waiting()
    with django_assert_num_queries(6):
        assert program.get(f"{STARS}/submissions/").json()["count"] == 5


def test_a_private_score_is_told_only_after_the_reveal(alice, alices_team, competition):
    program = Program(alice)
    path = program.send(GOOD)["Location"]
    score_waiting()
    text = program.get(path).content + program.get(f"{STARS}/submissions/").content
    assert b'"private_score":3' not in text
    competition.opens_at, competition.closes_at = "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"
    competition.save()
    assert program.get(path).json()["private_score"] == 3.0


def test_a_file_comes_in_chunks_and_goes_on_after_a_lost_connection(alice, alices_team, settings):
    settings.CHUNK_BYTES = 10
    program = Program(alice)
    content = GOOD.encode()
    begun = program.post(
        f"{STARS}/uploads/", file_name="big.csv", bytes=len(content), sha256=sha256(content).hexdigest()
    )
    assert begun.status_code == 201
    path = f"{API}/uploads/{begun.json()['id']}/"

    def put(offset: int, data: bytes):
        return program.client.put(f"{path}?offset={offset}", data, content_type="application/octet-stream")

    assert put(0, content[:10]).json()["received_bytes"] == 10
    again = program.post(
        f"{STARS}/uploads/", file_name="big.csv", bytes=len(content), sha256=sha256(content).hexdigest()
    )
    assert (again.status_code, again.json()["received_bytes"]) == (200, 10)
    lost = put(20, content[20:30])
    assert (lost.status_code, lost.json()["code"], lost.json()["received_bytes"]) == (409, "other_offset", 10)
    assert put(10, content[10:25]).status_code == 413
    assert program.post(f"{path}finish/").json()["code"] == "other_offset"
    for offset in range(10, len(content), 10):
        assert put(offset, content[offset : offset + 10]).status_code == 200
    assert program.get(f"{STARS}/uploads/").json()[0]["received_bytes"] == len(content)
    made = program.post(f"{path}finish/", description="in parts")
    assert made.status_code == 201
    assert (made.json()["description"], made.json()["sha256"]) == ("in parts", sha256(content).hexdigest())
    score_waiting()
    assert program.get(made["Location"]).json()["score_text"] == "0.500"
    assert put(0, b"x").status_code == 410


def test_an_upload_is_given_up(alice, alices_team):
    program = Program(alice)
    path = f"{API}/uploads/{program.post(f'{STARS}/uploads/', file_name='a.csv', bytes=5).json()['id']}/"
    assert program.delete(path).status_code == 204
    assert ChunkedUpload.objects.get().abandoned_at is not None
    assert program.post(f"{path}finish/", sha256="0" * 64).json()["code"] == "upload_ended"


@pytest.mark.parametrize("offset", ["", "-1", "x", "9" * 40])
def test_an_offset_that_is_no_number_is_refused(alice, alices_team, offset):
    program = Program(alice)
    path = f"{API}/uploads/{program.post(f'{STARS}/uploads/', file_name='a.csv', bytes=5).json()['id']}/"
    refused = program.client.put(f"{path}?offset={offset}", b"12345", content_type="application/octet-stream")
    assert (refused.status_code, refused.json()["code"]) == (400, "wrong_offset")


def test_a_ladder_tells_its_words_here_too(alice, alices, graded):
    program = Program(alice)
    graded(alices, PERFECT)
    graded(alices, PERFECT.replace("1,5", "1,4.99"))
    newest, first = program.get(f"{STARS}/submissions/").json()["results"]
    assert (first["public_score"], first["score_text"]) == (0.0, "0.000")
    assert (newest["public_score"], newest["score_text"]) == (None, "no significant improvement")
    refused = program.post(f"{API}/submissions/{newest['id']}/slices/")
    assert (refused.status_code, refused.json()["code"]) == (409, "slices_refused")
    assert program.get(f"{API}/submissions/{newest['id']}/slices/").json()["refusal"] == refused.json()["detail"]


def test_a_receipt_is_that_of_the_page(alice, alices_team, as_alice):
    program = Program(alice)
    path = program.send(GOOD)["Location"]
    score_waiting()
    one = program.get(path).json()
    append_waiting(float("inf"))
    assert program.get(one["receipt_url"]).json() == as_alice.get(f"/submissions/{one['id']}/receipt.json").json()
    chain = b"".join(program.get(f"{STARS}/receipts/")).decode()
    assert chain == b"".join(as_alice.get("/competitions/stars/receipts.json")).decode()


def test_the_quota_of_the_page_and_the_api_are_one(alice, alices_team):
    program = Program(alice)
    program.send(GOOD)
    quota = program.get(f"{STARS}/quota/").json()
    has = allowance(alices_team, Submission.objects.get().submitted_at)
    assert (quota["left"], quota["used"], quota["reset_at"]) == (has.left, 1, None)
    assert (quota["can_submit"], quota["reason"]) == (True, None)


def test_the_name_and_the_description_are_kept_in_one_line_that_can_be_seen(alice, alices_team):
    program = Program(alice)
    told = {"file_name": "folder/a\nb\x07\u202e é.csv", "bytes": len(GOOD), "sha256": sha256(GOOD.encode()).hexdigest()}
    path = f"{API}/uploads/{program.post(f'{STARS}/uploads/', **told).json()['id']}/"
    program.client.put(f"{path}?offset=0", GOOD, content_type="application/octet-stream")
    made = program.post(f"{path}finish/", description="one\n two\r\n  three").json()
    assert (made["file_name"], made["description"]) == ("ab é.csv", "one two three")


def test_the_same_upload_begun_again_goes_on_and_says_so_even_before_its_first_byte(alice, alices_team):
    program = Program(alice)
    told = {"file_name": "a.csv", "bytes": len(GOOD), "sha256": sha256(GOOD.encode()).hexdigest()}
    first, again = (program.post(f"{STARS}/uploads/", **told) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()


def test_an_upload_whose_file_is_gone_ends_and_begins_anew(alice, alices_team):
    program = Program(alice)
    told = {"file_name": "a.csv", "bytes": len(GOOD), "sha256": sha256(GOOD.encode()).hexdigest()}
    first = program.post(f"{STARS}/uploads/", **told).json()["id"]
    program.client.put(f"{API}/uploads/{first}/?offset=0", GOOD, content_type="application/octet-stream")
    submission_storage().delete(ChunkedUpload.objects.get().stored_name)
    refused = program.post(f"{API}/uploads/{first}/finish/")
    assert (refused.status_code, refused.json()["code"]) == (410, "upload_ended")
    again = program.post(f"{STARS}/uploads/", **told)
    assert (again.status_code, again.json()["received_bytes"]) == (201, 0)
    assert again.json()["id"] != first
