"""Receipts: a team's own of each score, and the chain of all of them, of which everybody may keep the last link."""

import json
from typing import cast
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from competitions.commitments import published_commitments
from grader.scoring.receipts import CHAIN_BEGINS
from leaderboard.models import Receipt
from leaderboard.receipts import head_of, lines_of_chain
from pages.competition_views import competition_or_404, context_of
from pages.submission_views import within_reach
from submissions.models import Submission


def _scored_or_404(request: HttpRequest, pk: UUID) -> Submission:
    return get_object_or_404(within_reach(request).filter(evaluation__isnull=False), pk=pk)


@login_required
@require_safe
def receipt(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The receipt of a submission's present score."""
    sent = _scored_or_404(request, pk)
    found = Receipt.objects.filter(evaluation=sent.evaluation).first()
    context = context_of(request, sent.competition, "my_submissions")
    facts = json.loads(found.text).items() if found else ()
    return render(request, "pages/receipt.html", context | {"submission": sent, "receipt": found, "facts": facts})


@login_required
@require_safe
def receipt_file(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The same as a file to keep: its text, the digest of it, and where it stands in the chain."""
    sent = _scored_or_404(request, pk)
    found = get_object_or_404(Receipt, evaluation=sent.evaluation)
    before = Receipt.objects.filter(competition=found.competition_id, number=found.number - 1).first()
    content = {
        "text": found.text,
        "digest": found.digest,
        "number": found.number,
        "link_before": before.link if before else CHAIN_BEGINS,
        "link": found.link,
    }
    name = f"receipt-{found.number}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return JsonResponse(content, json_dumps_params={"ensure_ascii": False, "indent": 1}, headers=headers)


@require_safe
def chain(request: HttpRequest, slug: str) -> StreamingHttpResponse:
    """The commitments and the whole chain, as JSON: digests only, which tell nothing of what they are made from."""
    competition = competition_or_404(request, slug)
    head = head_of(competition)
    begins = {
        "competition": slug,
        "commitments": [
            {
                "version": made.solution.version,
                "digest": made.digest,
                "grader": made.grader,
                "made_at": made.made_at.isoformat(),
            }
            for made in published_commitments(competition)
        ],
        "head": head.link if head else CHAIN_BEGINS,
        "count": head.number if head else 0,
    }
    answer = lines_of_chain(competition, begins, cast(int, begins["count"]))
    return StreamingHttpResponse(answer, content_type="application/json")
