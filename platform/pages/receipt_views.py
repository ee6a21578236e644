"""Receipts: a team's own of each score, and the chain of all of them, of which everybody may keep the last link."""

import json
from datetime import datetime
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from config.by_locale import brief_time
from leaderboard.models import Receipt
from leaderboard.receipts import as_kept, chain_of
from pages.competition_views import competition_or_404, context_of
from pages.within_reach import within_reach
from submissions.models import Kind, Submission, Told

# What a receipt says, in the order in which a person reads it.
IN_WORDS = {
    "team": _("Team"),
    "told": _("Answer"),
    "public_score": _("Public score"),
    "metric": _("Metric"),
    "sent_at": _("Sent"),
    "is_late": _("After closing"),
    "scored_at": _("Scored"),
    "kind": _("Kind"),
    "file_bytes": _("Bytes"),
    "file_sha256": _("SHA-256 of the file"),
    "predictions_sha256": _("SHA-256 of its values"),
    "submission": _("Submission"),
    "competition": _("Competition"),
    "solution_version": _("Version of the solution"),
    "commitment": _("Commitment"),
    "grader": _("Grader"),
}


def _in_words(text: str) -> list[tuple[str, object]]:
    """Label and value of each fact of a receipt; what is empty, as a score that was not told, is left out."""
    facts = json.loads(text)
    facts["is_late"] = gettext("yes") if facts["is_late"] else gettext("no")
    facts["told"] = Told(facts["told"]).label
    facts["kind"] = Kind(facts["kind"]).label
    for name in ("sent_at", "scored_at"):
        at = datetime.fromisoformat(facts[name])
        facts[name] = f"{brief_time(at, seconds=True)} UTC"
    return [(str(label), facts[name]) for name, label in IN_WORDS.items() if facts[name] not in (None, "")]


def _scored_or_404(request: HttpRequest, pk: UUID) -> Submission:
    return get_object_or_404(within_reach(request).filter(evaluation__isnull=False), pk=pk)


@login_required
@require_safe
def receipt(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The receipt of a submission's present score."""
    sent = _scored_or_404(request, pk)
    found = Receipt.objects.filter(evaluation=sent.evaluation).first()
    context = context_of(request, sent.competition, "my_submissions")
    facts = _in_words(found.text) if found else []
    return render(request, "pages/receipt.html", context | {"submission": sent, "receipt": found, "facts": facts})


@login_required
@require_safe
def receipt_file(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The same as a file to keep: its text, the digest of it, and where it stands in the chain."""
    sent = _scored_or_404(request, pk)
    found = get_object_or_404(Receipt, evaluation=sent.evaluation)
    name = f"receipt-{found.number}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return JsonResponse(as_kept(found), json_dumps_params={"ensure_ascii": False, "indent": 1}, headers=headers)


@require_safe
def chain(request: HttpRequest, slug: str) -> StreamingHttpResponse:
    """The commitments and the whole chain, as JSON: digests only, which tell nothing of what they are made from."""
    competition = competition_or_404(request, slug)
    return StreamingHttpResponse(chain_of(competition), content_type="application/json")
