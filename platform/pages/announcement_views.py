"""A competition's announcements, and the choice to get them by e-mail."""

from typing import cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.subscription import choose, person_of, token_of
from pages.competition_views import competition_or_404, context_of


@require_safe
def announcements(request: HttpRequest, slug: str) -> HttpResponse:
    """The newest first."""
    competition = competition_or_404(request, slug)
    context = context_of(request, competition, "announcements")
    context["announcements"] = competition.announcements.all()
    if context["team"]:
        context["letters_token"] = token_of(cast(User, request.user))
    return render(request, "pages/announcements.html", context)


# Mail programs post here with one click, and bring no cookie: the token alone speaks for the person.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def announcements_by_mail(request: HttpRequest, token: str) -> HttpResponse:
    """Looking changes nothing, for some mail servers open every link; the button does."""
    person = person_of(token)
    if person is None:
        raise Http404
    if request.method == "POST":
        choose(person, wants_announcements=request.POST.get("wants") == "yes")
        person.refresh_from_db()
    return render(request, "pages/announcements_by_mail.html", {"person": person, "chosen": request.method == "POST"})
