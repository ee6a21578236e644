"""Large files in chunks, for the page's script and for programs; every answer is JSON.

    POST  competitions/<slug>/uploads/   name, size, sha256?, send_again?, direct?
                                                                           → where to go on from, and with what
    GET   uploads/<id>/                                                    → the same
    PUT   uploads/<id>/?offset=N         the next bytes                    → the same
    POST  uploads/<id>/finish/           sha256?, description?, send_again? → the submission's address
    POST  uploads/<id>/cancel/

Where the answer names an address in `put_to`, the next `chunk_bytes` are PUT there, without a cookie or a token, and
GET says how far the file has come. What is refused is said in `problem`; `offset` beside it says which byte is next,
`earlier` where the same file is.
"""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast
from uuid import UUID

from django.conf import settings
from django.forms import Form
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from config.bodies import said_length, what_comes
from config.by_locale import whole
from pages.competition_views import competition_or_404
from pages.forms import BeginUploadForm, FinishUploadForm
from submissions import chunked_uploads
from submissions.chunked_uploads import OtherOffset, UploadEnded
from submissions.direct_uploads import address_of_next_part
from submissions.models import ChunkedUpload
from submissions.quota import SubmissionRefused
from submissions.repeats import SentBefore
from teams.joining import team_of

P = ParamSpec("P")


def _for_programs(view: Callable[Concatenate[HttpRequest, P], HttpResponse]) -> Callable[..., HttpResponse]:
    """Sign-in and refusals answered in JSON, not by a page."""

    @wraps(view)
    def answer(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not request.user.is_authenticated:
            return _problem(_("You are signed out. Sign in and choose the file again: what has come is kept."), 401)
        try:
            return view(request, *args, **kwargs)
        except ChunkedUpload.DoesNotExist:
            return _problem(_("There is no such upload of yours. Begin a new one."), 404)
        except OtherOffset as refusal:
            return _problem(str(refusal), 409, offset=refusal.offset)
        except SentBefore as refusal:
            return _problem(str(refusal), 409, earlier=refusal.earlier.get_absolute_url())
        except UploadEnded as refusal:
            return _problem(str(refusal), 410)
        except SubmissionRefused as refusal:
            return _problem(str(refusal), 409)

    return answer


@_for_programs
@require_POST
def begin(request: HttpRequest, slug: str) -> HttpResponse:
    competition = competition_or_404(request, slug)
    user = cast(User, request.user)
    team = team_of(user, competition)
    if team is None:
        return _problem(_("Join %(competition)s first; then you can submit.") % {"competition": competition.title}, 403)
    form = BeginUploadForm(request.POST)
    if not form.is_valid():
        return _misshapen(form)
    asked = form.cleaned_data
    upload = chunked_uploads.begin(
        team,
        user,
        asked["name"],
        asked["size"],
        asked["sha256"],
        send_again=asked["send_again"],
        direct=asked["direct"],
    )
    return _state(upload)


# The token is looked at after the method: of a PUT it is in the head, and the body of a POST is never read for it.
@csrf_exempt
@_for_programs
@require_http_methods(["GET", "PUT"])
@csrf_protect
def upload(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How far it has come; PUT adds a chunk, whose size is judged by its head."""
    mine = _mine(request, pk)
    if request.method == "GET":
        return _state(mine)
    length, offset = said_length(request), request.GET.get("offset", "")
    if length is None:
        return _problem(_("The chunk does not say how long it is (Content-Length)."), 411)
    if length > settings.CHUNK_BYTES:
        return _problem(
            _("The chunk has %(length)s bytes; at most %(chunk_bytes)s are taken at once.")
            % {"length": whole(length), "chunk_bytes": whole(settings.CHUNK_BYTES)},
            413,
        )
    if not (offset.isascii() and offset.isdigit() and len(offset) < 16):
        return _problem(
            _("offset=%(offset)r is not the number of the chunk's first byte.") % {"offset": offset[:20]}, 400
        )
    return _state(chunked_uploads.append(mine.pk, int(offset), what_comes(request)))


upload.judges_its_own_size = True  # type: ignore[attr-defined]  # for pages.body_limit


@_for_programs
@require_POST
def finish(request: HttpRequest, pk: UUID) -> HttpResponse:
    mine = _mine(request, pk)
    form = FinishUploadForm(request.POST)
    if not form.is_valid():
        return _misshapen(form)
    asked = form.cleaned_data
    submission = chunked_uploads.finish(mine.pk, asked["sha256"], asked["description"], send_again=asked["send_again"])
    return JsonResponse({"submission": submission.get_absolute_url()})


@_for_programs
@require_POST
def cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Cancelling what has ended changes nothing; `cancelled` says whether it did."""
    return JsonResponse({"cancelled": chunked_uploads.abandon(_mine(request, pk))})


def _mine(request: HttpRequest, pk: UUID) -> ChunkedUpload:
    """The upload, if this user has begun it and is still in its team."""
    user = cast(User, request.user)
    return ChunkedUpload.objects.filter(user=user, team__memberships__user=user).get(pk=pk)


def _state(upload: ChunkedUpload) -> JsonResponse:
    upload = chunked_uploads.looked_at(upload)
    return JsonResponse(
        {
            "id": upload.pk,
            "address": reverse("upload", args=[upload.pk]),
            "offset": upload.received_bytes,
            "size": upload.size_bytes,
            "chunk_bytes": upload.part_bytes or settings.CHUNK_BYTES,
            "put_to": address_of_next_part(upload),
        },
        headers={"Cache-Control": "no-store"},
    )


def _misshapen(form: Form) -> JsonResponse:
    return _problem(" ".join(f"{name}: {error}" for name, errors in form.errors.items() for error in errors), 400)


def _problem(sentence: str, status: int, **more: object) -> JsonResponse:
    return JsonResponse({"problem": sentence, **more}, status=status)
