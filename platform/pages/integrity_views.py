"""A competition's integrity, for its organizers: what the board gives away, who asks it, whose files are alike."""

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from grader.scoring.leak_meter import ACCOUNTS
from grader.scoring.probing import FEW_ROWS, NEAR_CONSTANT_SHARE, SAME_FILE_CORRELATION
from grader.scoring.similar_files import compared_by
from leaderboard.integrity import in_words, pairs_of, signs_of, state_of, teams_with_signs
from leaderboard.leakage import DAYS_WITHOUT_AN_END, NotMeasured, leakage_of
from pages.dashboard import list_of
from pages.organizer_views import own_competition_or_404
from submissions.slice_leak import slice_leak_in_words


@require_safe
def integrity(request: HttpRequest, pk: int) -> HttpResponse:
    """The leak meter, signs of probing, similar files."""
    competition = own_competition_or_404(request, pk)
    try:
        leakage, not_measured = leakage_of(competition), ""
    except NotMeasured as reason:
        leakage, not_measured = None, str(reason)
    signs = signs_of(competition)
    pairs = pairs_of(competition)
    context = admin.site.each_context(request) | {
        "title": _("Integrity of %(competition)s") % {"competition": competition.title},
        "competition": competition,
        "leakage": leakage,
        "not_measured": not_measured,
        "on_slices": slice_leak_in_words(competition, leakage.assumed.label_count) if leakage else "",
        "accounts": ACCOUNTS,
        "days_without_an_end": DAYS_WITHOUT_AN_END,
        "teams_with_signs": teams_with_signs(competition),
        "sign_count": signs.count(),
        "signs": [(sign, in_words(sign)) for sign in signs[: settings.PROBING_SIGNS_SHOWN]],
        "few_rows": FEW_ROWS,
        "near_constant": f"{NEAR_CONSTANT_SHARE:.0%}",
        "threshold": SAME_FILE_CORRELATION,
        "state": state_of(competition),
        "compared_by": compared_by(competition.scored_by),
        "pairs": [pair for pair in pairs if not pair.is_with_baseline],
        "pairs_with_baselines": [pair for pair in pairs if pair.is_with_baseline],
        "alike_count": sum(pair.is_beyond_threshold and not pair.is_with_baseline for pair in pairs),
        "teams_list": list_of("teams_team", competition),
        "submissions_list": list_of("submissions_submission", competition),
    }
    return render(request, "admin/integrity.html", context)
