"""The letter with a submission's result, for those who want it: posted in the transaction that records the status."""

from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import outbox
from accounts.addresses import verified_addresses
from accounts.models import Letter, ResultLetters
from accounts.subscription import Letters, way_out
from grader.scoring.receipts import shown
from submissions.models import Event, Kind, Status, Submission, Told

RESULTS = (Status.SCORED, Status.REJECTED)
WANT_THIS = Q(submitted_by__result_letters=ResultLetters.ALL) | Q(
    submitted_by__result_letters=ResultLetters.MODELS, kind=Kind.SAVED_MODEL
)


def post_result(submission_id: UUID) -> None:
    """Write to whoever has sent it, when they want it and it has its first result (or failed for the first time).

    Call it in the transaction that records the status, after its event. One that is graded again is told on its page.
    """
    wanted = Submission.objects.filter(
        WANT_THIS, pk=submission_id, submitted_by__is_active=True, team__is_rehearsal=False
    )
    # Few want one, and what a letter needs is much to read.
    if not wanted.exists():
        return
    # The models worker writes of rejections, and may read neither a password nor a score.
    with_names = wanted.select_related("submitted_by", "competition", "team").defer("submitted_by__password")
    sent = with_names.first()
    if sent is None or not _is_first(sent):
        return
    if sent.submitted_by and sent.submitted_by.email.casefold() in verified_addresses(sent.submitted_by):
        outbox.post_all([_letter(sent)])


def _is_first(sent: Submission) -> bool:
    ends = RESULTS if sent.status in RESULTS else (*RESULTS, Status.FAILED)
    return Event.objects.filter(submission=sent, status__in=ends).count() == 1


def _letter(sent: Submission) -> Letter:
    person = sent.submitted_by
    assert person is not None
    stop, headers = way_out(person, Letters.RESULTS)
    paragraphs = [*_said(sent), _("On the site: %(link)s") % {"link": settings.SITE_ADDRESS + sent.get_absolute_url()}]
    choice = settings.SITE_ADDRESS + reverse("own_letters")
    text = "\n\n".join(paragraphs) + "\n\n-- \n"
    text += _("You asked for results by e-mail. Choose others: %(choice)s\nNo more of them: %(stop)s\n") % {
        "choice": choice,
        "stop": stop,
    }
    return outbox.letter_for(person, _subject(sent), text, headers)


def _subject(sent: Submission) -> str:
    names = {"competition": sent.competition.title, "file": sent.original_name}
    if sent.status == Status.REJECTED:
        return _("%(competition)s: %(file)s cannot be graded") % names
    if sent.status == Status.FAILED:
        return _("%(competition)s: %(file)s was not graded, by our fault") % names
    return _("%(competition)s: %(file)s has its result") % names


def _said(sent: Submission) -> list[str]:
    if sent.status == Status.REJECTED:
        return _rejection(sent)
    if sent.status == Status.FAILED:
        return [
            _("Our fault: %(failure)s. It does not count against your limit, and your file is kept.")
            % {"failure": sent.failure}
        ]
    paragraphs = [told_in_words(sent)]
    if sent.is_late:
        paragraphs.append(_("Sent after closing: it has a score on the public part alone, and no rank."))
    return paragraphs


def told_in_words(sent: Submission) -> str:
    """What the team was told of a scored submission: its score, or the word in its place."""
    evaluation, competition = sent.evaluation, sent.competition
    assert evaluation is not None
    if evaluation.told != Told.SCORE:
        return _("%(file)s of %(team)s: %(word)s.") % {
            "file": sent.original_name,
            "team": sent.team.name,
            "word": evaluation.get_told_display(),
        }
    return _("%(file)s of %(team)s: public score %(score)s (%(metric)s).") % {
        "file": sent.original_name,
        "team": sent.team.name,
        "score": shown(evaluation.public_score, competition.decimals),
        "metric": competition.metric_label,
    }


def _rejection(sent: Submission) -> list[str]:
    lines = [_problem(one) for one in sent.problems]
    unnamed = sent.problem_count - len(sent.problems)
    if unnamed > 0:
        lines.append(
            ngettext("And %(count)d more problem.", "And %(count)d more problems.", unnamed) % {"count": unnamed}
        )
    intro = _("%(file)s of %(team)s cannot be graded. It does not count against your limit; mend it and send it again.")
    return [intro % {"file": sent.original_name, "team": sent.team.name}, "\n".join(lines)]


def _problem(one: dict[str, object]) -> str:
    said = f"{one['finding']} {one['cure']}".strip()
    return _("Line %(line)s: %(said)s") % {"line": one["line"], "said": said} if one.get("line") else said
