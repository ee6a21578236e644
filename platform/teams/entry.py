"""Who may enter a competition: its policy, what somebody still lacks, and requests that organizers decide."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet, TextChoices
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import outbox
from accounts.addresses import named_addresses, verified_addresses
from accounts.models import User
from competitions.allowed_emails import is_listed
from competitions.clock import database_now
from competitions.models import Competition, EntryPolicy
from competitions.timeline import Stage
from config.by_locale import day, day_and_time
from teams.entry_invitations import invitation_for
from teams.entry_letters import approval_letter, denial_letter
from teams.models import EntryInvitation, EntryRequest, Membership

State = EntryRequest.State


class JoiningRefused(Exception):
    """Why this person cannot join, for them to read."""


class Need(TextChoices):
    """What somebody lacks who may not join yet, by what they can do about it."""

    VERIFICATION = "verification", gettext_lazy("a confirmed e-mail address")
    REQUEST = "request", gettext_lazy("a request to the organizers")
    DECISION = "decision", gettext_lazy("the organizers' decision")
    INVITATION = "invitation", gettext_lazy("an invitation")
    LISTING = "listing", gettext_lazy("a place on the list")
    NOTHING_HELPS = "denied", gettext_lazy("nothing: the request was denied")


@dataclass(frozen=True)
class Missing:
    """What somebody needs before they may join, and the sentence that says so."""

    need: Need
    sentence: str


@dataclass(frozen=True)
class Admission:
    """How somebody stands at the door: what is missing (None: they may join), and the invitation that opens it."""

    missing: Missing | None
    invitation: EntryInvitation | None = None


def admission(user: User, competition: Competition, token: str = "") -> Admission:
    """Whether `user` may join by the competition's policy, with the invitation of that token if there is one.

    An organizer's invitation opens every policy; an address must be confirmed all the same where that is asked.
    """
    verified = verified_addresses(user)
    if competition.entry == EntryPolicy.LIST and not verified and not token:
        return Admission(_missing_listing(user, competition, verified))
    if competition.needs_verified_email and not verified:
        return Admission(
            Missing(
                Need.VERIFICATION,
                _(
                    "%(competition)s is for people with a confirmed e-mail address, and you have none yet. "
                    "Confirm yours by the link in the letter that we send you, then join."
                )
                % {"competition": competition.title},
            )
        )
    if competition.entry == EntryPolicy.PUBLIC:
        return Admission(None)
    invitation, problem = invitation_for(competition, verified, token)
    if invitation:
        return Admission(None, invitation)
    if competition.entry == EntryPolicy.APPROVAL:
        return Admission(_missing_approval(user, competition))
    if competition.entry == EntryPolicy.LIST:
        return Admission(_missing_listing(user, competition, verified))
    return Admission(
        Missing(
            Need.INVITATION,
            problem
            or _(
                "%(competition)s is for people whom its organizers have invited. Open the link that they sent "
                "you, or confirm the e-mail address that they have invited."
            )
            % {"competition": competition.title},
        )
    )


def _missing_listing(user: User, competition: Competition, verified: frozenset[str]) -> Missing | None:
    if is_listed(competition.allowed_emails, verified):
        return None
    named = named_addresses(user)
    is_expected = is_listed(competition.allowed_emails, named) or invitation_for(competition, named, "")[0] is not None
    if not verified and (is_expected or not named):
        return Missing(
            Need.VERIFICATION,
            _(
                "%(competition)s is for the e-mail addresses on its organizers' list, and you have not "
                "confirmed yours yet. Confirm it by the link in the letter that we send you, then join."
            )
            % {"competition": competition.title},
        )
    theirs = ", ".join(sorted(verified or named))
    return Missing(
        Need.LISTING,
        _(
            "%(competition)s is for the e-mail addresses on its organizers' list, and %(theirs)s is not on it. "
            "Change yours to the address that they know you by and confirm it, or ask them."
        )
        % {"competition": competition.title, "theirs": theirs},
    )


def _missing_approval(user: User, competition: Competition) -> Missing | None:
    request = request_of(user, competition)
    if request is None:
        return Missing(
            Need.REQUEST,
            _("The organizers of %(competition)s decide who takes part. Ask them to let you in.")
            % {"competition": competition.title},
        )
    if request.state == State.APPROVED:
        return None
    if request.state == State.DENIED:
        return Missing(
            Need.NOTHING_HELPS,
            _(
                "The organizers of %(competition)s have denied your request: %(reason)s They can still "
                "approve it; write to them if something has changed."
            )
            % {"competition": competition.title, "reason": request.reason},
        )
    return Missing(
        Need.DECISION,
        _(
            "You asked to join %(competition)s on %(created_at)s. Its organizers have not decided yet; once "
            "they approve, you can join here."
        )
        % {"competition": competition.title, "created_at": day(request.created_at)},
    )


def refuse_unless_enterable(competition: Competition, at: datetime) -> None:
    """Raises JoiningRefused before publishing, after the entry deadline, and after closing."""
    if competition.timeline.may_enter(at):
        return
    stage = competition.stage(at)
    if stage == Stage.DRAFT:
        raise JoiningRefused(
            _("%(competition)s is not published yet. Its organizers publish it in the admin.")
            % {"competition": competition.title}
        )
    if stage in (Stage.PUBLISHED, Stage.OPEN):
        raise JoiningRefused(
            _(
                "The entry deadline of %(competition)s was on %(entry_deadline_at)s UTC: nobody new may join. "
                "Its pages and leaderboard stay readable."
            )
            % {"competition": competition.title, "entry_deadline_at": day_and_time(competition.entry_deadline_at)}
        )
    ended_at = competition.closes_at if competition.has_closed(at) else competition.archived_at
    raise JoiningRefused(
        _("%(competition)s closed on %(ended_at)s UTC. Its pages and leaderboard stay readable.")
        % {"competition": competition.title, "ended_at": day_and_time(ended_at)}
    )


def request_of(user: User, competition: Competition) -> EntryRequest | None:
    """What `user` has asked the organizers; None: nothing."""
    return EntryRequest.objects.filter(user=user, competition=competition).first()


def ask_to_enter(user: User, competition: Competition, message: str = "") -> EntryRequest:
    """Ask the organizers to be let in. Asking twice changes nothing. Raises JoiningRefused where nobody asks."""
    refuse_unless_enterable(competition, database_now(competition))
    missing = admission(user, competition).missing
    if missing and missing.need == Need.VERIFICATION:
        raise JoiningRefused(missing.sentence)
    if competition.entry != EntryPolicy.APPROVAL:
        raise JoiningRefused(
            _("%(competition)s does not ask its organizers who may join. Join it, if you may.")
            % {"competition": competition.title}
        )
    return EntryRequest.objects.get_or_create(competition=competition, user=user, defaults={"message": message})[0]


def approve(requests: QuerySet[EntryRequest], by: User, site: str) -> int:
    """Let these people join, and write to them: those that wait, and those that were denied. Returns how many moved.

    `site`: the site's own address, without a slash at its end, for the link in the letters.
    """
    with transaction.atomic():
        waiting = requests.select_for_update(of=("self",)).select_related("user", "competition")
        moved = list(waiting.exclude(state=State.APPROVED))
        EntryRequest.objects.filter(pk__in=[request.pk for request in moved]).update(
            state=State.APPROVED, reason="", decided_by=by, decided_at=Now()
        )
        outbox.post_all(approval_letter(request, site) for request in moved if request.user.email)
    return len(moved)


def deny(requests: QuerySet[EntryRequest], by: User, reason: str) -> int:
    """Refuse these people, and write them the reason. Returns how many moved: nobody who has joined already."""
    with transaction.atomic():
        # Whoever joins holds the competition's row: they are in by now, or read the denial.
        asked = list(requests.order_by().values_list("competition", flat=True).distinct())
        list(Competition.objects.select_for_update(no_key=True).filter(pk__in=asked).order_by("pk"))
        joined = Membership.objects.filter(competition__in=requests.values("competition")).values("competition", "user")
        inside = {(row["competition"], row["user"]) for row in joined}
        open_ones = requests.exclude(state=State.DENIED).values_list("pk", "competition", "user")
        denied = [pk for pk, competition, user in open_ones if (competition, user) not in inside]
        moved = EntryRequest.objects.filter(pk__in=denied)
        count = moved.update(state=State.DENIED, reason=reason, decided_by=by, decided_at=Now())
        told = moved.select_related("user", "competition").exclude(user__email="")
        outbox.post_all(denial_letter(request) for request in told)
        return count
