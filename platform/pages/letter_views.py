"""Which letters somebody gets, chosen by the link in one of them."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.subscription import Letters, choose, gets, person_of


# Mail programs post here with one click, and bring no cookie: the token alone speaks for the person.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def letters_by_mail(request: HttpRequest, token: str, kind: str = Letters.ANNOUNCEMENTS) -> HttpResponse:
    """Looking changes nothing, for some mail servers open every link; the button does."""
    if kind not in Letters.values:
        raise Http404
    letters = Letters(kind)
    person = person_of(token, letters)
    if person is None:
        raise Http404
    if request.method == "POST":
        choose(person, letters, wants=request.POST.get("wants") == "yes")
        person.refresh_from_db()
    context = {"person": person, "letters": letters, "gets": gets(person, letters), "chosen": request.method == "POST"}
    return render(request, "pages/letters_by_mail.html", context)
