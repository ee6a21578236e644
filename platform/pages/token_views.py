"""A person's tokens for programs: making one, whose key is shown once, and revoking it."""

from typing import cast

from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import Token, User
from accounts.tokens import TokenRefused, make_token, revoke, tokens_of
from pages.token_forms import TokenForm


@login_required
@require_safe
def tokens(request: HttpRequest) -> HttpResponse:
    """All of them."""
    return _page(request)


# A token outlives the session: whoever finds an unlocked screen makes none.
@never_cache
@login_required
@reauthentication_required  # type: ignore[untyped-decorator]
@require_http_methods(["GET", "HEAD", "POST"])
def new_token(request: HttpRequest) -> HttpResponse:
    """The form for another one; once it is made, its key, here and nowhere else."""
    form = TokenForm(request.POST if request.method == "POST" else None)
    if not form.is_bound:
        return _page(request, form=form)
    if not form.is_valid():
        return _page(request, form=form, status=400)
    try:
        token, key = make_token(cast(User, request.user), form.cleaned_data["name"], form.cleaned_data["days"])
    except TokenRefused as reason:
        form.add_error(None, str(reason))
        return _page(request, form=form, status=409)
    return _page(request, made=token, key=key)


@login_required
@require_POST
def revoke_token(request: HttpRequest, pk: str) -> HttpResponse:
    token = get_object_or_404(tokens_of(cast(User, request.user)), pk=pk)
    revoke(token)
    messages.success(request, _("“%(name)s” is revoked: it signs nobody in any more.") % {"name": token.name})
    return redirect("tokens")


def _page(
    request: HttpRequest, *, form: TokenForm | None = None, status: int = 200, made: Token | None = None, key: str = ""
) -> HttpResponse:
    """`form`: for another one. `key`: of the one that was just `made`."""
    context = {
        "form": form,
        "tokens": tokens_of(cast(User, request.user)),
        "now": timezone.now(),
        "made": made,
        "key": key,
        "most": settings.TOKENS_PER_USER,
        "site": request.build_absolute_uri("/").rstrip("/"),
    }
    return render(request, "pages/tokens.html", context, status=status)
