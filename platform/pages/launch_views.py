"""Before a competition opens, for its organizers: the launch check, the audit of its data, publishing."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from competitions.access import organized_by
from competitions.launching import is_out_of_date, latest_audit, latest_check
from competitions.models import Competition
from competitions.publishing import PublishingRefused, publish, unpublish, what_stands_against
from pages.competition_views import context_of
from pages.forms import PublishForm
from submissions.launch_jobs import ask_for_audit, ask_for_launch_check

POLL_SECONDS = 1
HEAVIEST_FIRST = ("red", "yellow", "info", "ok")


def own_or_404(request: HttpRequest, slug: str) -> Competition:
    return get_object_or_404(organized_by(request.user), slug=slug)


def _check_context(competition: Competition) -> dict[str, Any]:
    check = latest_check(competition)
    return {
        "competition": competition,
        "check": check,
        "is_stale": is_out_of_date(check),
        "poll_seconds": POLL_SECONDS,
    }


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def launch_check(request: HttpRequest, slug: str) -> HttpResponse:
    """The checklist; POST asks for a new one."""
    competition = own_or_404(request, slug)
    if request.method == "POST":
        ask_for_launch_check(competition, cast(User, request.user))
        return redirect("launch_check", slug=slug)
    context = context_of(request, competition, "launch")
    return render(request, "pages/launch_check.html", context | _check_context(competition) | {"part": "check"})


@login_required
@require_safe
def launch_check_progress(request: HttpRequest, slug: str) -> HttpResponse:
    """The part of the page that changes; it asks again by itself until the check has finished."""
    return render(request, "pages/_launch_check.html", _check_context(own_or_404(request, slug)))


def _audit_context(competition: Competition) -> dict[str, Any]:
    audit = latest_audit(competition)
    findings = audit.report.get("findings", []) if audit else []
    return {
        "competition": competition,
        "audit": audit,
        "is_stale": is_out_of_date(audit),
        "findings": sorted(findings, key=lambda finding: HEAVIEST_FIRST.index(finding["level"])),
        "poll_seconds": POLL_SECONDS,
    }


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def audit(request: HttpRequest, slug: str) -> HttpResponse:
    """The report; POST asks for a new one."""
    competition = own_or_404(request, slug)
    if request.method == "POST":
        ask_for_audit(competition, cast(User, request.user))
        return redirect("audit", slug=slug)
    context = context_of(request, competition, "launch")
    return render(request, "pages/audit.html", context | _audit_context(competition) | {"part": "audit"})


@login_required
@require_safe
def audit_progress(request: HttpRequest, slug: str) -> HttpResponse:
    """The part of the page that changes; it asks again by itself until the audit has finished."""
    return render(request, "pages/_audit.html", _audit_context(own_or_404(request, slug)))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def publishing(request: HttpRequest, slug: str) -> HttpResponse:
    """Whether it is published, what stands against it, and the button; POST publishes."""
    competition = own_or_404(request, slug)
    form = PublishForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            publish(competition, cast(User, request.user), form.cleaned_data["reason"])
        except PublishingRefused as refusal:
            form.add_error("reason", str(refusal))
            status = 409
        else:
            messages.success(request, _("%(competition)s is published.") % {"competition": competition.title})
            return redirect("publishing", slug=slug)
    context = context_of(request, competition, "launch") | {
        "part": "publish",
        "form": form,
        "against": [] if competition.is_published else what_stands_against(competition),
        "overrides": competition.publish_overrides.select_related("by"),
    }
    return render(request, "pages/publishing.html", context, status=status)


@login_required
@require_POST
def unpublishing(request: HttpRequest, slug: str) -> HttpResponse:
    """Back to a draft."""
    competition = own_or_404(request, slug)
    unpublish(competition)
    messages.success(
        request, _("%(competition)s is a draft again: only its organizers see it.") % {"competition": competition.title}
    )
    return redirect("publishing", slug=slug)
