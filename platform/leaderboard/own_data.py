"""Everything that the site keeps of a person, for that person alone, as one JSON document.

Of scores it holds what was told, as the pages show it. Files are named with their links: they may be large.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db.models.functions import Lower
from django.urls import reverse

from accounts.addresses import verified_addresses
from accounts.models import Letter, User
from accounts.tokens import tokens_of
from competitions.clock import database_now
from grader.scoring.receipts import shown
from leaderboard.models import ModerationAct
from submissions.models import Submission, Told
from teams.models import EntryRequest, Membership, TeamInvitation

FORMAT = "holdout-own-data-1"
ROWS_AT_ONCE = 500
Item = dict[str, Any]


def own_data(user: User, site: str, at: datetime) -> Iterator[str]:
    """The document, piece by piece. `site`: the site's own address, without a slash at its end, for the links."""
    yield "{\n" + f'"format": {_text(FORMAT)},\n"made_at": {_text(at)},\n"account": {_text(_account(user))}'
    for name, items in SECTIONS.items():
        yield f",\n{_text(name)}: ["
        before = "\n"
        for item in items(user, site):
            yield before + _text(item)
            before = ",\n"
        yield "\n]" if before != "\n" else "]"
    yield "\n}\n"


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=_as_text)


def _as_text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _account(user: User) -> Item:
    return {
        "user_name": user.username,
        "display_name": user.display_name,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "email": user.email,
        "joined_at": user.date_joined,
        "last_signed_in_at": user.last_login,
        "is_organizer_or_staff": user.is_staff,
        "wants_announcements": user.wants_announcements,
        "wants_reminders": user.wants_reminders,
        "results_by_mail": user.result_letters,
    }


def _addresses(user: User, site: str) -> Iterable[Item]:
    for one in EmailAddress.objects.filter(user=user).order_by("pk"):
        yield {"email": one.email, "is_confirmed": one.verified, "is_primary": one.primary}


def _second_factors(user: User, site: str) -> Iterable[Item]:
    """Which there are; never what opens the account."""
    for one in Authenticator.objects.filter(user=user).order_by("pk"):
        yield {"kind": one.type, "name": str(one), "added_at": one.created_at, "last_used_at": one.last_used_at}


def _sessions(user: User, site: str) -> Iterable[Item]:
    for one in UserSession.objects.filter(user=user).order_by("pk"):
        yield {"began_at": one.created_at, "ip": one.ip, "browser": one.user_agent}


def _organized(user: User, site: str) -> Iterable[Item]:
    for competition in user.organized_competitions.order_by("pk"):
        yield {"competition": competition.title, "link": site + competition.get_absolute_url()}


def _teams(user: User, site: str) -> Iterable[Item]:
    mine = Membership.objects.filter(user=user).select_related("competition", "team").order_by("pk")
    for one in mine:
        yield {
            "competition": one.competition.title,
            "link": site + one.competition.get_absolute_url(),
            "team": one.team.name,
            "is_captain": one.is_captain,
            "rules_accepted_at": one.rules_accepted_at,
            "rules_sha256": one.rules_sha256,
            "disqualified": one.team.disqualification,
        }


def _entry_requests(user: User, site: str) -> Iterable[Item]:
    for one in EntryRequest.objects.filter(user=user).select_related("competition").order_by("pk"):
        yield {
            "competition": one.competition.title,
            "asked_at": one.created_at,
            "message": one.message,
            "state": one.state,
            "reason": one.reason,
        }


def _invitations(user: User, site: str) -> Iterable[Item]:
    for one in TeamInvitation.objects.filter(user=user).select_related("team__competition").order_by("pk"):
        yield {
            "competition": one.team.competition.title,
            "team": one.team.name,
            "invited_at": one.created_at,
            "state": one.state,
        }


def _submissions(user: User, site: str) -> Iterable[Item]:
    sent = Submission.objects.filter(submitted_by=user).select_related("competition", "team", "evaluation")
    now = None
    for one in sent.order_by("submitted_at", "pk").iterator(chunk_size=ROWS_AT_ONCE):
        now = now or database_now(one.competition)
        yield {
            "competition": one.competition.title,
            "team": one.team.name,
            "file": one.original_name,
            "size_bytes": one.size_bytes,
            "sha256": one.sha256,
            "description": one.description,
            "sent_at": one.submitted_at,
            "kind": one.kind,
            "status": one.status,
            "is_late": one.is_late,
            "is_in_final_selection": one.is_selected,
            "disqualified": one.disqualification,
            "problems": one.problems,
            **_told(one, now),
            "link": site + one.get_absolute_url(),
            "file_link": site + reverse("submission_file", args=[one.pk]),
        }


def _told(submission: Submission, at: datetime) -> Item:
    """What its team was told; the private score once it is shown to everybody."""
    evaluation, competition = submission.evaluation, submission.competition
    if evaluation is None:
        return {"metric": None, "told": None, "public_score": None, "private_score": None}
    is_told, shows_private = evaluation.told == Told.SCORE, competition.timeline.shows_private(at)
    private = evaluation.private_score if shows_private else None
    return {
        "metric": competition.metric_label,
        "told": evaluation.get_told_display(),
        "public_score": shown(evaluation.public_score, competition.decimals) if is_told else None,
        "private_score": None if private is None else shown(private, competition.decimals),
    }


def _letters(user: User, site: str) -> Iterable[Item]:
    """Those to the account, and those to an address that is proven to be theirs."""
    to_them = Letter.objects.filter(person=user)
    to_address = Letter.objects.annotate(address=Lower("to")).filter(person=None, address__in=verified_addresses(user))
    for letters in (to_them, to_address):
        for one in letters.order_by("posted_at", "pk").iterator(chunk_size=ROWS_AT_ONCE):
            yield {
                "to": one.to,
                "subject": one.subject,
                "text": one.text,
                "state": one.state,
                "posted_at": one.posted_at,
                "sent_at": one.sent_at,
            }


def _tokens(user: User, site: str) -> Iterable[Item]:
    """By their names; never what opens the account."""
    for one in tokens_of(user):
        yield {
            "name": one.name,
            "made_at": one.created,
            "expires_at": one.expiry,
            "last_used_at": one.last_used_at,
        }


def _moderation(user: User, site: str) -> Iterable[Item]:
    for act in ModerationAct.objects.filter(account=user).order_by("pk"):
        yield {"act": act.get_deed_display(), "at": act.at, "reason": act.reason}


# What the document holds beside the account, by name.
SECTIONS: dict[str, Callable[[User, str], Iterable[Item]]] = {
    "addresses": _addresses,
    "second_factors": _second_factors,
    "sessions": _sessions,
    "tokens": _tokens,
    "organized_competitions": _organized,
    "teams": _teams,
    "entry_requests": _entry_requests,
    "team_invitations": _invitations,
    "submissions": _submissions,
    "letters": _letters,
    "moderation": _moderation,
}
