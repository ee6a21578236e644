"""The door of a competition: joining it, or asking to be let in."""

from typing import cast
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from accounts.returning import forget_place, remember_place
from competitions.models import PageKind
from pages.competition_views import competition_or_404, context_of, text_of
from pages.team_forms import EntryRequestForm, JoinForm
from teams.entry import JoiningRefused, admission, ask_to_enter, refuse_unless_enterable
from teams.invitations import team_by_link
from teams.joining import RulesChanged, rules_version
from teams.joining import join as join_competition


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, slug: str) -> HttpResponse:
    """The rules and the box to tick, or what is missing before somebody may join.

    `?invitation=` carries an organizer's invitation, `?team=` the link of the team to go to afterwards.
    """
    competition = competition_or_404(request, slug)
    user = cast(User, request.user)
    came_with = {name: request.GET.get(name, "")[:43] for name in ("invitation", "team")}
    rules = text_of(competition, PageKind.RULES)
    shown = came_with | {"rules_version": rules_version(rules)}
    form = JoinForm(request.POST, initial=shown) if request.method == "POST" else JoinForm(initial=shown)
    if form.is_bound and form.is_valid():
        sent = form.cleaned_data
        try:
            team = join_competition(user, competition, sent["invitation"], sent["rules_version"])
        except RulesChanged as reason:
            messages.error(request, str(reason))
            came_with = {name: sent[name] for name in came_with}
            return redirect(f"{request.path}?{urlencode(came_with)}")
        except JoiningRefused as reason:
            messages.error(request, str(reason))
            return redirect(competition)
        forget_place(request)
        messages.success(
            request,
            _("You have joined %(competition)s as %(team)s.") % {"competition": competition.title, "team": team.name},
        )
        link = sent["team"]
        return redirect("team_link", slug, link) if team_by_link(competition, link) else redirect("data", slug=slug)

    context = context_of(request, competition, "join") | {"form": form, "text": rules}
    if context["team"] is None:
        if request.method == "GET":
            remember_place(request)
        try:
            refuse_unless_enterable(competition, timezone.now())
        except JoiningRefused as reason:
            context["too_late"] = str(reason)
        token = form.data.get("invitation", "") if form.is_bound else came_with["invitation"]
        context["missing"] = admission(user, competition, token[:43]).missing
        context["request_form"] = EntryRequestForm()
    return render(request, "pages/join.html", context)


@login_required
@require_POST
def ask(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask the organizers to be let in."""
    competition = competition_or_404(request, slug)
    form = EntryRequestForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Your message has more than 500 characters. Shorten it and ask again."))
        return redirect("join", slug=slug)
    try:
        ask_to_enter(cast(User, request.user), competition, form.cleaned_data["message"])
        messages.success(request, _("Your request is with the organizers. This page shows what they decide."))
    except JoiningRefused as reason:
        messages.error(request, str(reason))
    return redirect("join", slug=slug)
