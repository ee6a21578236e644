"""Somebody's own account: the name that others see, letters, one's data, and the end of it.

Address, password, second factors and sessions have allauth's pages, in the same menu.
"""

from typing import cast

from allauth.account.decorators import reauthentication_required
from allauth.decorators import rate_limit
from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.addresses import verified_addresses
from accounts.models import User
from accounts.names import WrongName, take_display_name
from accounts.outbox import reaches_people
from accounts.subscription import choose_all
from leaderboard.own_data import own_data as own_data_of
from pages.account_forms import DeletionForm, LettersForm, ProfileForm
from submissions.account_deletion import DeletionRefused, consequences, delete_account


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Under which name others see the person, and how well the account is kept."""
    user = cast(User, request.user)
    form = ProfileForm(request.POST or None, initial={"display_name": user.display_name})
    if request.method == "POST" and form.is_valid():
        try:
            changed = take_display_name(user, form.cleaned_data["display_name"])
        except WrongName as problem:
            form.add_error("display_name", str(problem))
        else:
            messages.success(request, _("Others see you as %(name)s now.") % {"name": changed})
            return redirect("account")
    context = {
        "form": form,
        "is_confirmed": _has_confirmed(user),
        "has_second_factor": is_mfa_enabled(user),
    }
    return render(request, "pages/account.html", context, status=400 if form.errors else 200)


def _has_confirmed(user: User) -> bool:
    return user.email.casefold() in verified_addresses(user)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def letters(request: HttpRequest) -> HttpResponse:
    """Which letters the person gets."""
    user = cast(User, request.user)
    form = LettersForm(request.POST) if request.method == "POST" else LettersForm.of(user)
    if form.is_bound and form.is_valid():
        choose_all(user, **form.cleaned_data)
        messages.success(request, _("Your choice is kept."))
        return redirect("own_letters")
    context = {"form": form, "is_confirmed": _has_confirmed(user), "reaches_people": reaches_people()}
    return render(request, "pages/own_letters.html", context, status=400 if form.errors else 200)


@login_required
@require_safe
def own_data(request: HttpRequest) -> HttpResponse:
    """What the file with one's data holds, and the way to it."""
    return render(request, "pages/own_data.html")


@login_required
@require_safe
@never_cache
@reauthentication_required  # type: ignore[untyped-decorator]  # allauth has no types
@rate_limit(action="own_data", limit_get=True)  # type: ignore[untyped-decorator]
def own_data_file(request: HttpRequest) -> StreamingHttpResponse:
    """Everything that is kept of the person, to take away."""
    user, now = cast(User, request.user), timezone.now()
    site = request.build_absolute_uri("/").rstrip("/")
    name = f"holdout-{user.username}-{now:%Y-%m-%d}.json"
    return StreamingHttpResponse(
        own_data_of(user, site, now),
        content_type="application/json",
        headers={"Content-Disposition": content_disposition_header(as_attachment=True, filename=name) or ""},
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@reauthentication_required  # type: ignore[untyped-decorator]
def deletion(request: HttpRequest) -> HttpResponse:
    """What would become of everything, and the button that does it."""
    user = cast(User, request.user)
    form = DeletionForm(user, request.POST) if request.method == "POST" else DeletionForm(user)
    if form.is_bound and form.is_valid():
        try:
            name = delete_account(user)
        except DeletionRefused as reason:
            messages.error(request, str(reason))
            return redirect("delete_account")
        logout(request)
        messages.success(
            request, _("Your account is deleted. What you have sent stays, under the name “%(name)s”.") % {"name": name}
        )
        return redirect("home")
    context = {"form": form, "follows": consequences(user)}
    return render(request, "pages/delete_account.html", context, status=400 if form.errors else 200)
