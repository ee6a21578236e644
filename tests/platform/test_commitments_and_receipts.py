"""What binds the organizers: a commitment before the opening, a receipt for each score, one chain of all receipts."""

import json
from datetime import timedelta
from hashlib import sha256
from time import monotonic

import pytest
from cast_of_stories import SOLUTION
from django.test import Client
from django.utils import timezone

from competitions.models import Commitment, Competition, label_storage
from grading.sweeper import sweep
from grading.tasks import check_solutions, rescore
from leaderboard import receipts
from leaderboard.models import Receipt
from submissions import rescores

IN_A_MINUTE = 60.0


def append() -> None:
    assert receipts.append_waiting(monotonic() + IN_A_MINUTE)


def page(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.getvalue().decode()


def test_a_commitment_can_be_made_again_by_hand_from_the_salt(competition):
    made = Commitment.objects.get()
    with label_storage().open(made.salt.name, "rb") as file:
        salt = file.read()
    assert len(salt) == 32
    # Ids 1 to 5 as int64, least byte first; then 1 for a public row, 2 for a private one.
    ids = b"".join(bytes([number, 0, 0, 0, 0, 0, 0, 0]) for number in (1, 2, 3, 4, 5))
    split = sha256(ids + bytes([1, 1, 2, 2, 2])).hexdigest()
    written = (
        f'{{"format":"holdout-commitment-1","salt":"{salt.hex()}",'
        f'"solution_sha256":"{sha256(SOLUTION.encode()).hexdigest()}","split_sha256":"{split}",'
        f'"terms.decimals":3,"terms.disclosure":"plain","terms.grader":"{made.grader}","terms.highest":5.0,"terms.id_column":"id",'
        '"terms.lowest":1.0,"terms.metric":"mse","terms.metric_k":null,"terms.out_of_range":"reject",'
        '"terms.target_column":"rating"}'
    )
    assert made.digest == sha256(written.encode()).hexdigest()
    assert made.grader.startswith("holdout-grader 1, code ")


def test_everybody_sees_before_the_opening_what_organizers_are_bound_to(competition):
    Competition.objects.update(opens_at=timezone.now() + timedelta(days=1))
    digest = Commitment.objects.get().digest
    shown = page(Client(), "/competitions/stars/evaluation/")
    assert digest in shown
    assert "before the opening" in shown
    Competition.objects.update(opens_at=timezone.now() - timedelta(days=1))
    assert "after the opening" in page(Client(), "/competitions/stars/evaluation/")


def test_another_setting_or_version_means_another_commitment_and_the_old_ones_stay(competition, new_version):
    first = Commitment.objects.get()
    Competition.objects.update(decimals=2)
    sweep()
    check_solutions()
    new_version(SOLUTION.replace("1,5,", "1,4,"))
    check_solutions()
    shown = page(Client(), "/competitions/stars/evaluation/")
    assert Commitment.objects.count() == 3
    assert len({commitment.digest for commitment in Commitment.objects.all()}) == 3
    assert first.digest in shown
    assert "Version 2" not in shown  # Nobody is to learn of a version that does not count.


def test_the_rescored_version_shows_its_commitment_once_it_counts(
    competition, alices_team, graded, new_version, rescored
):
    graded(alices_team)
    rescored(new_version(SOLUTION.replace("1,5,", "1,4,")))
    shown = page(Client(), "/competitions/stars/evaluation/")
    for commitment in Commitment.objects.all():
        assert commitment.digest in shown
    assert "Version 2" in shown


def test_the_commitment_of_a_draft_is_its_organizers_alone(competition, as_olga):
    Competition.objects.update(is_published=False)
    digest = Commitment.objects.get().digest
    assert Client().get("/competitions/stars/evaluation/").status_code == 404
    assert Client().get("/competitions/stars/receipts.json").status_code == 404
    assert digest in page(as_olga, "/competitions/stars/evaluation/")


def test_alice_takes_her_receipt_home_and_checks_it_there(competition, alices_team, graded, as_alice):
    sent = graded(alices_team)
    assert "in a few seconds" in page(as_alice, f"/submissions/{sent.pk}/receipt/")
    sweep()
    shown = page(as_alice, f"/submissions/{sent.pk}/receipt/")
    taken = as_alice.get(f"/submissions/{sent.pk}/receipt.json")
    receipt = taken.json()
    assert "attachment" in taken.headers["Content-Disposition"]
    assert receipt["digest"] == sha256(receipt["text"].encode()).hexdigest()
    assert receipt["digest"] in shown
    facts = json.loads(receipt["text"])
    assert facts["public_score"] == "0.500"
    assert facts["file_sha256"] == sent.sha256
    assert facts["commitment"] == Commitment.objects.get().digest
    assert facts["told"] == "score"
    first = sha256(("0" * 64 + "\n" + receipt["digest"] + "\n").encode()).hexdigest()
    assert receipt["link"] == first
    chain = json.loads(page(Client(), "/competitions/stars/receipts.json"))
    assert chain["head"] == first
    assert chain["receipts"] == [{"number": 1, "digest": receipt["digest"], "link": first}]


def test_nobody_else_reads_alices_receipt(competition, alices_team, bobs_team, bob, graded, as_olga):
    sent = graded(alices_team)
    append()
    as_bob = Client()
    as_bob.force_login(bob)
    for address in (f"/submissions/{sent.pk}/receipt/", f"/submissions/{sent.pk}/receipt.json"):
        assert as_bob.get(address).status_code == 404
        assert Client().get(address).status_code == 302
        assert as_olga.get(address).status_code == 200


def test_a_file_that_has_no_score_has_no_receipt(competition, alices_team, graded, as_alice):
    sent = graded(alices_team, "id,rating\n1,n/a\n")
    append()
    assert not Receipt.objects.exists()
    assert as_alice.get(f"/submissions/{sent.pk}/receipt/").status_code == 404


def test_each_receipt_hangs_on_all_before_it(competition, alices_team, bobs_team, graded):
    for team in (alices_team, bobs_team, alices_team):
        graded(team)
        append()
    previous = "0" * 64
    for number, receipt in enumerate(Receipt.objects.order_by("number"), 1):
        assert receipt.number == number
        previous = sha256(f"{previous}\n{receipt.digest}\n".encode()).hexdigest()
        assert receipt.link == previous


@pytest.mark.parametrize("at_once", [1, 2, 500])
def test_many_receipts_are_appended_in_any_batches_each_once(alices_team, graded, settings, at_once):
    settings.RECEIPTS_AT_ONCE = at_once
    for _ in range(3):
        graded(alices_team)
    append()
    append()
    assert list(Receipt.objects.values_list("number", flat=True)) == [1, 2, 3]
    assert Receipt.objects.values("evaluation").distinct().count() == 3


def test_a_rescore_is_receipted_when_it_counts_and_not_before(alices_team, graded, new_version, olga, rescored):
    graded(alices_team)
    append()
    solution = new_version(SOLUTION.replace("1,5,", "1,4,"))
    asked = rescores.ask(solution, olga)
    rescore()
    append()
    assert Receipt.objects.count() == 1
    assert rescores.make_active(asked)
    rescore()
    append()
    first, second = (json.loads(text) for text in Receipt.objects.values_list("text", flat=True))
    assert (first["solution_version"], first["public_score"]) == (1, "0.500")
    # The label of id 1 is 4 now, as alice has it.
    assert (second["solution_version"], second["public_score"]) == (2, "0.000")
    assert first["commitment"] != second["commitment"]


def test_a_receipt_outlives_what_it_is_of(alices_team, graded, competition):
    sent = graded(alices_team)
    append()
    sent.evaluation, evaluation = None, sent.evaluation
    type(sent).objects.filter(pk=sent.pk).update(evaluation=None, status="cancelled")
    evaluation.delete()
    assert json.loads(Receipt.objects.get().text)["submission"] == str(sent.pk)


def test_a_solution_from_before_there_were_commitments_gets_one(competition, mailbox):
    Commitment.objects.all().delete()
    sweep()
    assert "grading.check_solutions" in mailbox()
    check_solutions()
    assert Commitment.objects.count() == 1
    sweep()
    assert "grading.check_solutions" not in mailbox()


def test_the_salt_lies_among_the_labels_and_in_no_answer(competition, as_alice):
    salt = Commitment.objects.get().salt
    with label_storage().open(salt.name, "rb") as file:
        secret = file.read().hex()
    assert label_storage().exists(salt.name)
    assert secret not in page(as_alice, "/competitions/stars/evaluation/")
    assert secret not in page(as_alice, "/competitions/stars/receipts.json")
    assert secret not in json.dumps(list(Commitment.objects.values("digest", "terms", "grader")))
