"""What the page's script asks before a file is sent: the ids to expect, and what the server would say at its door."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from accounts.models import User
from competitions.row_ids import digest_of, id_runs, public_test_file
from pages.competition_views import competition_or_404
from pages.forms import BeforeUploadForm
from submissions.models import Kind
from submissions.quota import SubmissionRefused, refuse_other_kinds
from submissions.repeats import SentBefore, refuse_repeat
from submissions.uploads import refuse_other_names, too_large
from teams.joining import team_of


# They hold no secret that a packed length could give away.
@gzip_page
@login_required
@require_safe
def submit_ids(request: HttpRequest, slug: str) -> HttpResponse:
    """The ids of test.csv (`competitions.row_ids.id_runs`), for who may have that file; kept by the browser by ETag."""
    competition = competition_or_404(request, slug)
    if competition.data_needs_joining and team_of(cast(User, request.user), competition) is None:
        raise Http404(_("The data are for those who have joined."))
    data_file = public_test_file(competition)
    if data_file is None:
        raise Http404(_("There is no test.csv that participants may read."))
    etag = quote_etag(digest_of(data_file, competition.id_column))
    response = get_conditional_response(request, etag=etag)
    if response is None:
        response = JsonResponse({"runs": id_runs(data_file, competition.id_column)})
    response["ETag"], response["Cache-Control"] = etag, "private, no-cache"
    return response


@login_required
@require_safe
def before_upload(request: HttpRequest, slug: str) -> JsonResponse:
    """What an upload of that name, size, SHA-256 and kind would be refused for, in `problem`; "" where it is not.

    `earlier` beside it: the submission of the same file, which may be sent all the same.
    """
    competition = competition_or_404(request, slug)
    team = team_of(cast(User, request.user), competition)
    form = BeforeUploadForm(request.GET)
    if team is None or not form.is_valid():
        raise Http404(_("There is nobody to send this file."))
    asked = form.cleaned_data
    kind = Kind.SAVED_MODEL if asked["is_model"] else Kind.PREDICTIONS
    said = {"problem": "", "earlier": ""}
    try:
        refuse_other_names(competition, asked["name"])
        refuse_other_kinds(competition, kind)
        said["problem"] = too_large(competition, asked["size"], kind) or ""
        if asked["sha256"] and not said["problem"]:
            refuse_repeat(team, asked["sha256"])
    except SentBefore as refusal:
        said = {"problem": str(refusal), "earlier": refusal.earlier.get_absolute_url()}
    except SubmissionRefused as refusal:
        said["problem"] = str(refusal)
    return JsonResponse(said, headers={"Cache-Control": "no-store"})
