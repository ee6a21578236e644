"""Deleting one's account: names and address go, every score and rank stays, and nobody else loses anything."""

import json
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from cast_of_stories import PERFECT, predictions
from django.apps import apps
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.utils import timezone
from programs import Program
from test_own_account import PASSWORD, prove_oneself, text

from accounts import outbox
from accounts.erasure import is_credential, names_people
from accounts.models import Letter, Token, User
from accounts.subscription import Letters, way_out
from accounts.tasks import send_letters
from accounts.tokens import make_token
from competitions.models import Competition, EntryPolicy
from grading.tasks import score_waiting, sweep
from leaderboard import moderation
from leaderboard.board import standings
from leaderboard.models import Receipt
from submissions.account_deletion import DeletionRefused, delete_account
from submissions.chunked_uploads import begin
from submissions.models import ChunkedUpload, Submission
from teams.entry import ask_to_enter
from teams.entry_invitations import invite_addresses
from teams.invitations import invite, renew_link
from teams.joining import join
from teams.members import ChangeRefused, captain_of
from teams.models import EntryInvitation, EntryRequest, Membership, State, Team, TeamInvitation

DELETION = "/account/deletion/"


def board(competition):
    return [(row.rank, row.team.pk, row.score, row.scored_count) for row in standings(competition)]


def everything_that_says(word):
    """(table, column) of every text in the database that holds the word, whatever its case."""
    found = []
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            for field in model._meta.concrete_fields:
                if field.get_internal_type() in ("CharField", "TextField", "EmailField", "JSONField", "FileField"):
                    holds = f'LOWER(CAST("{field.column}" AS TEXT)) LIKE %s'
                    cursor.execute(f'SELECT COUNT(*) FROM "{model._meta.db_table}" WHERE {holds}', [f"%{word}%"])
                    if cursor.fetchone()[0]:
                        found.append((model._meta.db_table, field.column))
    return found


@pytest.fixture
def carols(db, competition):
    """Carol takes part as well, at an address that she has confirmed."""
    carol = User.objects.create_user("carol", "carol@example.net", PASSWORD, display_name="Carola", first_name="C.")
    EmailAddress.objects.create(user=carol, email="carol@example.net", verified=True, primary=True)
    return join(carol, competition)


@pytest.fixture
def carol(carols):
    return carols.memberships.get().user


def together(first, second):
    """The people of the second team come to the first."""
    Membership.objects.filter(team=second).update(team=first, is_captain=False)
    Team.objects.filter(pk=second.pk).update(merged_into=first)


def test_somebody_reads_what_follows_types_the_password_and_the_name_and_is_gone(carol, carols, graded, competition):
    graded(carols)
    client = Client()
    client.force_login(carol)
    page = text(prove_oneself(client, DELETION))
    assert "is called “deleted user" in page
    assert "Your 1 submission with its file" in page
    wrong = client.post(DELETION, {"user_name": "Carol"})
    assert wrong.status_code == 400
    assert "nothing was deleted" in text(wrong)
    assert User.objects.filter(username="carol").exists()

    page = text(client.post(DELETION, {"user_name": "carol"}, follow=True))
    assert f"Your account is deleted. What you have sent stays, under the name “deleted user {carol.pk}”." in page
    assert client.get("/account/").status_code == 302
    again = Client().post("/accounts/login/", {"login": "carol", "password": PASSWORD})
    assert again.status_code == 200
    assert "not correct" in text(again)
    assert f"deleted user {carol.pk}" in text(Client().get("/competitions/stars/leaderboard/"))


def test_a_session_that_was_left_open_deletes_nothing(as_alice):
    assert as_alice.post(DELETION, {"user_name": "alice"}).url.startswith("/accounts/reauthenticate/")
    assert User.objects.filter(username="alice", deleted_at=None).exists()


def test_the_boards_are_equal_before_and_after(carol, carols, alices_team, bobs_team, graded, competition):
    for team, content in ((carols, PERFECT), (alices_team, predictions(4, 3)), (bobs_team, predictions(3, 3))):
        graded(team, content)
    now = timezone.now()
    Competition.objects.update(opens_at=now - timedelta(days=9), closes_at=now - timedelta(hours=1))
    before = board(competition), [(row.rank, row.team.pk) for row in standings(competition, private=True)]
    delete_account(carol)
    assert (board(competition), [(row.rank, row.team.pk) for row in standings(competition, private=True)]) == before
    assert standings(competition)[0].team.name == f"deleted user {carol.pk}"


def test_what_still_waits_is_scored_and_ranked(carol, carols, send):
    send(carols)
    delete_account(carol)
    score_waiting()
    assert Submission.objects.get().status == "scored"
    assert standings(carols.competition)[0].rank == 1


def test_no_row_of_the_site_holds_the_name_or_the_address_any_more(
    carol, carols, alice, alices_team, bob, competition, as_olga, olga, graded
):
    alices_team.refresh_from_db()
    Competition.objects.update(max_team_size=5)
    client = Client(headers={"user-agent": "Carols browser"})
    client.post("/accounts/login/", {"login": "carol", "password": PASSWORD})
    Authenticator.objects.create(user=carol, type="webauthn", data={"name": "Carols key"})
    graded(carols)
    other = Competition.objects.create(
        slug="other", title="Another", tagline="x", is_published=True, entry=EntryPolicy.APPROVAL
    )
    ask_to_enter(carol, other, "I am Carol.")
    invite_addresses(other, ["Carol@example.net"], olga, "http://site")
    invite(alices_team, alice, "carol", "http://site")
    outbox.post("carol@example.net", "Carol", "Dear Carol")
    root = User.objects.create_superuser("root", password=PASSWORD)
    admin = Client()
    admin.force_login(root)
    admin.post(f"/admin/accounts/user/{carol.pk}/change/", {})
    admin.post("/admin/accounts/user/", {"action": "give_organizer_role", "_selected_action": [str(carol.pk)]})
    sweep()
    assert len(everything_that_says("carol")) > 10

    delete_account(User.objects.get(pk=carol.pk))
    # What was proven stays proven: the receipt of then.
    assert everything_that_says("carol") == [("leaderboard_receipt", "text")]
    assert Receipt.objects.count() == 1


def test_every_table_that_names_people_is_either_cleared_or_says_deleted_user(db):
    """A new table with a person in it has to be thought of: does its row go, or does it stay and say nothing?"""
    stays = {
        "admin.LogEntry.user",
        "teams.Membership.user",
        "teams.Team.begun_by",
        "teams.EntryInvitation.made_by",
        "teams.EntryInvitationUse.user",
        "teams.EntryRequest.decided_by",
        "teams.TeamInvitation.invited_by",
        "teams.TeamInvitation.user",
        "teams.MergeProposal.proposed_by",
        "teams.MergeProposal.answered_by",
        "submissions.Submission.submitted_by",
        "submissions.ChunkedUpload.user",
        "submissions.SliceReport.asked_by",
        "leaderboard.ModerationAct.account",
        "leaderboard.ModerationAct.by",
        # Who did what to a competition: the organizers' own record.
        *(
            f"competitions.{name}"
            for name in (
                "Announcement.by", "Archive.asked_by", "DataAudit.asked_by", "LaunchCheck.asked_by",
                "PublishOverride.by", "Rescore.asked_by", "Solution.uploaded_by",
            )
        ),
    }  # fmt: skip
    cleared = {"teams.EntryRequest.user", "competitions.Competition_organizers.user"}
    named = {f"{model._meta.label}.{field}" for model, field in names_people() if not is_credential(model)}
    unknown = {one for one in named if not one.split(".")[1].startswith("Historical")} - stays - cleared
    assert unknown == set()


def test_sessions_second_factors_and_roles_go(carol, carols):
    client = Client()
    client.post("/accounts/login/", {"login": "carol", "password": PASSWORD})
    Authenticator.objects.create(user=carol, type="totp", data={"secret": "x"})
    make_token(carol, "my laptop")
    delete_account(carol)
    assert not Token.objects.exists()
    assert not UserSession.objects.exists()
    assert not Session.objects.exists()
    assert not Authenticator.objects.exists()
    assert client.get("/account/").status_code == 302
    carol.refresh_from_db()
    assert (carol.is_active, carol.email, carol.has_usable_password()) == (False, "", False)


def test_letters_to_them_are_dropped_and_one_in_the_workers_hand_hurts_nothing(carol, bob):
    outbox.post_all([outbox.letter_for(carol, "x", "x"), outbox.letter_for(bob, "x", "x")])
    claim = outbox.claim_next()
    delete_account(carol)
    assert list(Letter.objects.values_list("to", flat=True)) == ["bob@example.org"]
    if not Letter.objects.filter(pk=claim.letter_id).exists():
        send_letters()
        assert Letter.objects.get().state == "sent"


def test_an_address_that_was_never_proven_drops_nobody_elses_letters_and_invitations(alice, alices_team, olga):
    """Mallory has named the address of somebody who has no account here."""
    mallory = User.objects.create_user("mallory", "victim@example.net", PASSWORD)
    invite_addresses(alices_team.competition, ["victim@example.net"], olga, "http://site")
    delete_account(mallory)
    assert Letter.objects.filter(to="victim@example.net").count() == 1
    assert EntryInvitation.objects.get().revoked_at is None


def test_the_next_in_line_leads_a_larger_team_which_keeps_its_name(carol, carols, alices_team, alice, graded):
    graded(carols)
    together(carols, alices_team)
    client = Client()
    client.force_login(carol)
    assert "alice becomes its captain." in text(prove_oneself(client, DELETION))
    delete_account(carol)
    carols.refresh_from_db()
    assert captain_of(carols) == alice
    assert carols.name == "Carola"
    assert carols.memberships.count() == 2
    signed_in = Client()
    signed_in.force_login(alice)
    assert f"deleted user {carol.pk}" in text(signed_in.get("/competitions/stars/team/"))


def test_when_the_last_of_a_larger_team_goes_the_team_has_nobodys_name(carol, carols, alices_team, alice):
    together(carols, alices_team)
    delete_account(carol)
    delete_account(alice)
    carols.refresh_from_db()
    assert carols.name == f"deleted user {alice.pk}"


def test_nobody_invites_a_deleted_user(carol, carols, alice, alices_team):
    name = delete_account(carol)
    with pytest.raises(ChangeRefused, match="Nobody called"):
        invite(alices_team, alice, name, "http://site")


def test_the_team_in_which_they_began_loses_their_name_too(carol, carols, alices_team):
    together(alices_team, carols)
    delete_account(carol)
    carols.refresh_from_db()
    assert carols.name == f"deleted user {carol.pk}"


def test_a_team_that_bears_a_name_of_theirs_by_chance_keeps_it(carol, carols, alices_team, bobs_team):
    """Who began a team is kept: names change, and two may be alike."""
    Team.objects.filter(pk=carols.pk).update(name="Carola 7")
    Team.objects.filter(pk=bobs_team.pk).update(name="Carol 2")
    together(alices_team, bobs_team)
    together(alices_team, carols)
    User.objects.filter(pk=carol.pk).update(display_name="Somebody else")
    delete_account(carol)
    names = dict(Team.objects.values_list("pk", "name"))
    assert names[carols.pk] == f"deleted user {carol.pk}"
    assert names[bobs_team.pk] == "Carol 2"


def test_what_waited_for_their_answer_ends(carol, carols, alice, alices_team):
    invite(alices_team, alice, "carol", "http://site")
    renew_link(carols, carol)
    delete_account(carol)
    assert TeamInvitation.objects.get().state == State.WITHDRAWN
    carols.refresh_from_db()
    assert carols.link_token == ""
    assert not EntryRequest.objects.exists()


def test_an_upload_on_its_way_is_abandoned_with_its_file(carol, carols):
    upload = begin(carols, carol, "large.csv", 1000, "", send_again=False)
    delete_account(carol)
    assert not ChunkedUpload.objects.filter(abandoned_at=None).exists()
    assert ChunkedUpload.objects.get(pk=upload.pk).stored_name == ""


def test_a_name_that_is_taken_already_is_numbered(carol, carols, alices_team):
    Team.objects.filter(pk=alices_team.pk).update(name=f"Deleted user {carol.pk}")
    delete_account(carol)
    carols.refresh_from_db()
    assert carols.name == f"deleted user {carol.pk} 2"


def test_the_only_organizer_of_a_competition_names_another_first(olga, competition, alice, as_olga):
    with pytest.raises(DeletionRefused, match="You are the only organizer of Five stars"):
        delete_account(olga)
    assert "data-refusal" in text(prove_oneself(as_olga, DELETION))
    assert as_olga.post(DELETION, {"user_name": "olga"}, follow=True).status_code == 200
    olga.refresh_from_db()
    assert olga.deleted_at is None
    competition.organizers.add(alice)
    delete_account(olga)
    assert list(competition.organizers.all()) == [alice]


def test_the_only_superuser_stays(db):
    root = User.objects.create_superuser("root", password=PASSWORD)
    with pytest.raises(DeletionRefused, match="only superuser"):
        delete_account(root)
    User.objects.create_superuser("second", password=PASSWORD)
    delete_account(root)
    root.refresh_from_db()
    assert not root.is_superuser


def test_deleting_twice_is_deleting_once(carol):
    assert delete_account(carol) == delete_account(carol) == f"deleted user {carol.pk}"


def test_somebody_else_may_take_the_name_and_gets_nothing_with_it(carol, carols):
    delete_account(carol)
    newcomer = Client()
    form = {"username": "carol", "email": "carol@example.net", "password1": PASSWORD, "password2": PASSWORD}
    assert newcomer.post("/accounts/signup/", form).status_code == 302
    assert User.objects.get(username="carol").pk != carol.pk
    assert newcomer.get("/competitions/stars/team/").url == "/competitions/stars/join/"


def test_nobody_signs_up_as_a_deleted_user(db):
    form = {"username": "deleted user 7", "email": "x@example.net", "password1": PASSWORD, "password2": PASSWORD}
    assert "Enter a valid username" in text(Client().post("/accounts/signup/", form))


def test_organizers_see_a_deleted_user_in_the_admin_and_in_their_files(carol, carols, graded, as_olga, competition):
    sent = graded(carols)
    delete_account(carol)
    name = f"deleted user {carol.pk}"
    exports = f"/admin/competitions/competition/{competition.pk}/export/"
    for sheet in ("participants", "submissions"):
        rows = json.loads(b"".join(as_olga.get(f"{exports}{sheet}.json").streaming_content))
        assert [(row["team"], row.get("user", row.get("sent_by"))) for row in rows] == [(name, name)]
    assert name in text(as_olga.get(f"/admin/submissions/submission/{sent.pk}/change/"))
    root = Client()
    root.force_login(User.objects.create_superuser("root", password=PASSWORD))
    assert name in text(root.get("/admin/accounts/user/"))
    shown = root.get(f"/admin/accounts/user/{carol.pk}/change/")
    assert shown.status_code == 200
    assert 'name="_save"' not in text(shown)


def test_a_deleted_account_is_neither_opened_again_nor_made_an_organizers(carol, olga):
    delete_account(carol)
    carol.refresh_from_db()
    with pytest.raises(moderation.ModerationRefused, match="deleted the account: it stays so"):
        moderation.reopen_account(carol, "They asked for it", olga)
    root = Client()
    root.force_login(User.objects.create_superuser("root", password=PASSWORD))
    root.post("/admin/accounts/user/", {"action": "give_organizer_role", "_selected_action": [str(carol.pk)]})
    carol.refresh_from_db()
    assert not carol.is_staff


def test_links_of_old_letters_speak_for_nobody_any_more(carol):
    stop, _ = way_out(carol, Letters.REMINDERS, "http://site")
    assert Client().get(stop.removeprefix("http://site")).status_code == 200
    delete_account(carol)
    assert Client().get(stop.removeprefix("http://site")).status_code == 404


def test_a_letter_posted_in_the_moment_of_deletion_is_not_sent(alice, mailoutbox):
    address = alice.email
    delete_account(alice)
    outbox.post_all([outbox.letter_to(address, "Your result", "0.5", person=alice)])
    send_letters()
    assert mailoutbox == []
    assert not Letter.objects.exists()


def test_a_program_deletes_the_account_with_its_password_and_for_nobody_else(carol, carols, bob, graded):
    graded(carols)
    program = Program(carol)
    address = "/api/v1/me/deletion/"
    foretold = program.get(address).json()
    assert (foretold["name_afterwards"], foretold["sent_count"]) == (f"deleted user {carol.pk}", 1)
    assert foretold["teams"] == [{"competition": "stars", "team": "Carola", "is_alone": True, "heir": None}]
    wrong = program.post(address, username="carol", password="another one")
    assert (wrong.status_code, wrong.json()["code"]) == (403, "wrong_credentials")
    others = program.post(address, username="bob", password=PASSWORD)
    assert (others.status_code, others.json()["code"]) == (403, "not_yours")
    assert not User.objects.exclude(deleted_at=None).exists()
    assert program.post(address, username="carol", password=PASSWORD).json() == {"name": f"deleted user {carol.pk}"}
    assert program.get(address).status_code == 401
    assert not User.objects.get(pk=bob.pk).deleted_at


def test_a_program_is_told_why_an_account_stays(olga, competition, alice):
    address = "/api/v1/me/deletion/"
    refused = Program(olga).post(address, username="olga", password=PASSWORD)
    assert (refused.status_code, refused.json()["code"]) == (409, "deletion_refused")
    assert "You are the only organizer of Five stars" in refused.json()["detail"]
    Authenticator.objects.create(user=alice, type="totp", data={"secret": "x"})
    refused = Program(alice).post(address, username="alice", password=PASSWORD)
    assert (refused.status_code, refused.json()["code"]) == (403, "second_factor")
    assert "/account/deletion/" in refused.json()["detail"]
