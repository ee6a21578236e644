"""The Team page and everything that is done there: fetch, call one function of the domain, answer."""

from collections.abc import Callable
from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.returning import remember_place
from leaderboard import calls, mergers
from leaderboard.calls import Answer
from pages.competition_views import competition_or_404, context_of
from pages.team_forms import CaptainForm, InviteForm, MergeForm, NameForm
from submissions import merging as submission_merging
from teams import invitations, members, merging
from teams.joining import team_of
from teams.members import ChangeRefused
from teams.models import MergeProposal, State, Team, TeamInvitation


@login_required
@require_safe
def team(request: HttpRequest, slug: str) -> HttpResponse:
    """Who is in the team, what waits for an answer, and what its captain may do."""
    competition = competition_or_404(request, slug)
    context = context_of(request, competition, "team")
    mine: Team | None = context["team"]
    if mine is None:
        return _join_first(request, slug)
    user = cast(User, request.user)
    people = members.members(mine)
    is_captain = members.captain_of(mine) == user
    waiting = MergeProposal.objects.filter(state=State.WAITING).select_related("from_team", "to_team")
    link = request.build_absolute_uri(reverse("team_link", args=[slug, mine.link_token])) if mine.link_token else ""
    now = timezone.now()
    context |= {
        "people": people,
        "is_captain": is_captain,
        "may_change": competition.timeline.may_merge(now) and mine.disqualified_at is None,
        "has_room": len(people) < competition.max_team_size,
        "sent_count": submission_merging.counted(mine),
        "has_sent_today": submission_merging.has_sent_today(mine, now),
        "link": link if is_captain else "",
        "invitations_got": invitations.open_invitations(user, competition),
        "invitations_made": TeamInvitation.objects.filter(team=mine, state=State.WAITING).select_related("user"),
        "proposals_got": waiting.filter(to_team=mine),
        "proposals_made": waiting.filter(from_team=mine),
        "name_form": NameForm(initial={"name": mine.name}),
        "invite_form": InviteForm(),
        "merge_form": MergeForm(),
        "captain_form": CaptainForm(mine),
    }
    return render(request, "pages/team.html", context)


def _join_first(request: HttpRequest, slug: str) -> HttpResponse:
    messages.info(request, _("Join the competition first: you begin as a team of one."))
    return redirect("join", slug=slug)


def _change(request: HttpRequest, slug: str, change: Callable[[Team, User], str]) -> HttpResponse:
    """Do something to the visitor's own team, and show its page with the sentence of what was done or refused."""
    competition = competition_or_404(request, slug)
    user = cast(User, request.user)
    mine = team_of(user, competition)
    if mine is None:
        return _join_first(request, slug)
    try:
        messages.success(request, change(mine, user))
    except ChangeRefused as reason:
        messages.error(request, str(reason))
    return redirect("team", slug=slug)


def _site(request: HttpRequest) -> str:
    """The site's own address as this request has it, without a slash at its end."""
    return request.build_absolute_uri("/").rstrip("/")


def _cleaned(form: Form, field: str) -> str:
    """The field's value. Raises ChangeRefused with the sentence of what is wrong with it."""
    if not form.is_valid():
        raise ChangeRefused(" ".join(str(error) for errors in form.errors.values() for error in errors))
    return str(form.cleaned_data[field])


@login_required
@require_POST
def rename(request: HttpRequest, slug: str) -> HttpResponse:
    def change(mine: Team, user: User) -> str:
        return _("The team is called “%(rename)s” now.") % {
            "rename": members.rename(mine, user, _cleaned(NameForm(request.POST), "name")).name
        }

    return _change(request, slug, change)


@login_required
@require_POST
def hand_over(request: HttpRequest, slug: str) -> HttpResponse:
    def change(mine: Team, user: User) -> str:
        form = CaptainForm(mine, request.POST)
        _cleaned(form, "member")
        to = form.cleaned_data["member"].user
        members.hand_over(mine, user, to)
        return _("%(to)s is the captain now.") % {"to": to}

    return _change(request, slug, change)


@login_required
@require_POST
def leave(request: HttpRequest, slug: str) -> HttpResponse:
    def change(mine: Team, user: User) -> str:
        own = submission_merging.leave(mine, user)
        return _("You have left %(mine)s and take part as %(own)s, alone.") % {"mine": mine.name, "own": own.name}

    return _change(request, slug, change)


@login_required
@require_POST
def link(request: HttpRequest, slug: str) -> HttpResponse:
    """Make the team's link anew, or (`close`) take it away."""

    def change(mine: Team, user: User) -> str:
        if "close" in request.POST:
            invitations.close_link(mine, user)
            return _("Nobody comes by the link any more.")
        is_first = not mine.link_token
        invitations.renew_link(mine, user)
        if is_first:
            return _("The team has a link. Whoever has it can come to your team.")
        return _("The team has a new link. Whoever has it can come to your team; the older one opens nothing any more.")

    return _change(request, slug, change)


@login_required
@require_POST
def invite(request: HttpRequest, slug: str) -> HttpResponse:
    def change(mine: Team, user: User) -> str:
        invitation = invitations.invite(mine, user, _cleaned(InviteForm(request.POST), "username"), _site(request))
        return _("%(user)s is invited, and finds it on their Team page.") % {"user": invitation.user}

    return _change(request, slug, change)


@login_required
@require_POST
def propose_merger(request: HttpRequest, slug: str) -> HttpResponse:
    def change(mine: Team, user: User) -> str:
        proposal = merging.propose(mine, user, _cleaned(MergeForm(request.POST), "team"), _site(request))
        return _("The captain of %(to_team)s is asked, and finds it on their Team page.") % {
            "to_team": proposal.to_team
        }

    return _change(request, slug, change)


@login_required
@require_POST
def answer_invitation(request: HttpRequest, slug: str, pk: int, answer: str) -> HttpResponse:
    """The invited person accepts or declines; the captain of the team that asked withdraws."""

    def change(mine: Team, user: User) -> str:
        said = Answer(answer)
        try:
            invitation = calls.answer_invitation(mine, user, pk, said)
        except TeamInvitation.DoesNotExist:
            raise Http404 from None
        if said == Answer.ACCEPT:
            return _("You are in %(team)s now.") % {"team": invitation.team.name}
        state = calls.ENDS[said]
        return _("The invitation to %(team)s is %(state)s.") % {"team": invitation.team, "state": state.label}

    return _change(request, slug, change)


@login_required
@require_POST
def answer_proposal(request: HttpRequest, slug: str, pk: int, answer: str) -> HttpResponse:
    """The captain who was asked accepts or declines; the one who asked withdraws."""

    def change(mine: Team, user: User) -> str:
        said = Answer(answer)
        try:
            proposal = calls.answer_proposal(mine, user, pk, said)
        except MergeProposal.DoesNotExist:
            raise Http404 from None
        if said == Answer.ACCEPT:
            return _("Your teams are one: you are in %(from_team)s now.") % {"from_team": proposal.from_team.name}
        state = calls.ENDS[said]
        return _("The merger of %(from_team)s and %(to_team)s is %(state)s.") % {
            "from_team": proposal.from_team,
            "to_team": proposal.to_team,
            "state": state.label,
        }

    return _change(request, slug, change)


@require_http_methods(["GET", "HEAD", "POST"])
def team_link(request: HttpRequest, slug: str, token: str) -> HttpResponse:
    """The page behind a team's link: whose team it is, and the button to come to it."""
    competition = competition_or_404(request, slug)
    host = invitations.team_by_link(competition, token)
    if host is None:
        raise Http404
    if not request.user.is_authenticated:
        who = members.captain_of(host) or _("Somebody")
        messages.info(
            request,
            _("%(who)s invites you to the team %(team)s in %(competition)s. Sign in or sign up: you come back here.")
            % {"who": who, "team": host, "competition": competition},
        )
        return redirect_to_login(request.get_full_path())
    if request.method == "POST":
        return _change(
            request,
            slug,
            lambda team, user: (
                _("You are in %(come_by_link)s now.") % {"come_by_link": mergers.come_by_link(host, token, user).name}
            ),
        )
    context = context_of(request, competition, "team") | {"host": host, "people": members.members(host), "token": token}
    if context["team"] is None:
        remember_place(request)
    return render(request, "pages/team_link.html", context)
