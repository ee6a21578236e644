"""A site with something at every address, where each text that a stranger can write carries a probe."""

import io
import re
import zipfile
from collections.abc import Callable
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from cast_of_stories import GOOD
from django.utils import timezone
from every_address import rows_of_the_admin

from accounts.models import Letter, User
from accounts.organizers import make_organizer
from accounts.subscription import Letters, token_of
from accounts.tokens import make_token
from competitions.models import Announcement, Competition, DataAudit, LaunchCheck, Rescore, Solution
from grading.tasks import score_waiting
from leaderboard.moderation import disqualify_submission, reinstate_submission
from leaderboard.receipts import append_waiting
from submissions import chunked_uploads
from submissions.models import Event, ModelRun, Submission
from teams import invitations, merging
from teams.entry_invitations import invite_addresses
from teams.joining import join
from teams.models import EntryRequest, Team

# As it stands in what somebody typed: it would end an attribute, and begin an element.
PROBE = "'\"x55<x55"
RAW = re.compile(r"['\"]x55|<x55")


def probe(place: str) -> str:
    return f"{PROBE}-{place}>"


def zip_with(name: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(name, "x")
    return packed.getvalue()


@pytest.fixture
def people(alice, bob, olga) -> dict[str, User]:
    """Beside them: erin has not joined, carol is another captain, vera organizes elsewhere, root runs the site."""
    for name in ("carol", "erin", "vera", "root"):
        User.objects.create_user(name, f"{name}@example.org", "a fine password")
    make_organizer(User.objects.get(username="vera"))
    User.objects.filter(username="root").update(is_staff=True, is_superuser=True)
    elsewhere = Competition.objects.create(slug="elsewhere", title="Elsewhere", tagline="x")
    elsewhere.organizers.add(User.objects.get(username="vera"))
    return {user.username: user for user in User.objects.all()}


@pytest.fixture
def places(people, competition, alices_team, bobs_team, graded, send, new_version, settings) -> dict[str, str]:
    """What stands in the places of the addresses: all of it is alice's, or of the competition that olga organizes."""
    settings.API_REQUESTS_PER_ADDRESS = settings.API_REQUESTS_PER_USER = settings.API_REQUESTS_PER_TOKEN = 0
    alice, olga = people["alice"], people["olga"]
    Competition.objects.filter(pk=competition.pk).update(takes_models=True, max_team_size=4)
    competition.refresh_from_db()
    sent = graded(alices_team, GOOD)
    for name, content in (
        ("cells.csv", f"id,rating\n1,{probe('cell')}\n".encode()),
        ("m.zip", zip_with(probe("member"))),
    ):
        send(alices_team, content, name)
    graded(alices_team, f"{probe('header')},rating\n1,2\n")
    score_waiting()
    append_waiting(float("inf"))
    disqualify_submission(sent, "Made by hand.", olga)
    reinstate_submission(sent, "A mistake.", olga)
    ModelRun.objects.create(
        submission=sent, is_public_sample=True, outcome="crashed", seconds=1, peak_rss_bytes=1, log=probe("log"),
        exported_with=probe("export"),
    )  # fmt: skip
    second = new_version("id,rating,Usage\n1,4,Public\n2,3,Public\n3,4,Private\n4,1,Private\n5,2,Private\n")
    first = Solution.objects.get(version=1)
    rescore = Rescore.objects.create(competition=competition, before=first, solution=second, state="previewed")
    LaunchCheck.objects.create(competition=competition)
    DataAudit.objects.create(competition=competition)
    Announcement.objects.create(competition=competition, title="New data", text="Soon.", by=olga)
    carols = join(people["carol"], competition)
    asked = invitations.invite(alices_team, alice, "bob", "http://localhost")
    merger = merging.propose(alices_team, alice, carols.name, "http://localhost")
    upload = chunked_uploads.begin(alices_team, alice, f"{probe('chunked')}.csv", 5)
    link = invitations.renew_link(alices_team, alice).link_token
    asks = EntryRequest.objects.create(competition=competition, user=people["erin"], message=probe("message"))
    invite_addresses(competition, ["guest@example.org"], olga, "http://localhost")
    token = make_token(alice, "her laptop")[0]
    _of_accounts(alice)
    _write_probes()
    return rows_of_the_admin() | {
        "slug": "stars", "name": "test.csv", "form": "csv",
        "export name": "participants", "tables name": "participants",
        "token": link, "kind": "results", "<slug:kind> token": token_of(alice, Letters.RESULTS),
        "announcements-by-mail token": token_of(alice),
        "tokens pk": token.pk, "tokens token_id": token.token_key,
        "competition pk": str(competition.pk), "leaderboard pk": str(alices_team.pk), "teams pk": str(alices_team.pk),
        "submissions pk": str(sent.pk), "uploads pk": str(upload.pk), "invitations pk": str(asked.pk),
        "mergers pk": str(merger.pk), "rescores pk": str(rescore.pk), "rescore pk": str(rescore.pk),
        "entry-requests pk": str(asks.pk),
        "solution pk": str(second.pk), "solutions version": "1", "keys pk": "1", "answer": "accept",
        "deed": "disqualify", "key": "00000000-0000-0000-0000-000000000000", "confirmation": "none", "reset": "1-none",
        "app_label": "competitions", "nowhere": "nowhere", "rest": "1/1", "content_type_id": "1", "object_id": "1",
        "user id": str(alice.pk),
    }  # fmt: skip


def _of_accounts(alice: User) -> None:
    EmailAddress.objects.create(user=alice, email=alice.email, verified=True, primary=True)
    UserSession.objects.create(
        user=alice, session_key="k" * 32, ip="127.0.0.1", user_agent=probe("agent"), last_seen_at=timezone.now()
    )
    Letter.objects.create(to="alice@example.org", person=alice, subject=probe("subject"), text=probe("letter"))


def _write_probes() -> None:
    """Round the forms, some of which refuse such a text: what reaches the database another way is no less escaped."""
    fields: tuple[tuple[type, str, Callable[[str], str]], ...] = (
        (User, "username", lambda who: f"{who}{PROBE}"),
        (User, "display_name", lambda who: f"{who} {PROBE}-d"),
        (User, "first_name", probe),
        (User, "last_name", probe),
        (User, "email", lambda who: f"{who}{PROBE}@example.org"),
        (Team, "name", probe),
        (Submission, "original_name", probe),
        (Submission, "description", probe),
        (Event, "note", probe),
    )
    for model, field, written in fields:
        for row in model._default_manager.all():  # type: ignore[attr-defined]
            model._default_manager.filter(pk=row.pk).update(  # type: ignore[attr-defined]
                **{field: written(row.username if model is User else f"{field}{row.pk}")}
            )
    EmailAddress.objects.update(email=f"alice{PROBE}@example.org")
    Competition.objects.update(opens_at=timezone.now() - timedelta(days=1))
