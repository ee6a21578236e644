"""Asking for a version of the solution that is another one without some rows; the scoring worker writes it."""

import re

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from competitions.features import test_ids
from competitions.models import Competition, Solution
from competitions.solution_versions import next_version
from grader.scoring.rejection import quoted
from submissions.dispatch import check_solutions_after_commit

NAMED_IDS = 5


class ExclusionRefused(Exception):
    """The list of rows cannot be taken; the message says why."""


def ids_in(text: str) -> list[int]:
    """The whole numbers of a list, set apart by blanks, lines, commas or semicolons; each once, ascending.

    Raises ExclusionRefused for anything else, and for an empty list.
    """
    cells = [cell for cell in re.split(r"[\s,;]+", text) if cell]
    wrong = [cell for cell in cells if not re.fullmatch(r"-?[0-9]{1,18}", cell, re.ASCII)]
    if wrong:
        named = ", ".join(quoted(cell) for cell in wrong[:NAMED_IDS])
        raise ExclusionRefused(
            _("%(wrong)s of %(all)s are no ids: %(named)s. Write whole numbers only.")
            % {"wrong": f"{len(wrong):,}", "all": f"{len(cells):,}", "named": named}
        )
    if not cells:
        raise ExclusionRefused(_("There is no id in the list. Write one id a line."))
    return sorted({int(cell) for cell in cells})


def refuse_unknown(competition: Competition, ids: list[int]) -> None:
    """Raises ExclusionRefused for ids that test.csv lacks; where it cannot be read, the worker finds them."""
    known = test_ids(competition)
    unknown = [row_id for row_id in ids if row_id not in known] if known is not None else []
    if unknown:
        named = ", ".join(map(str, unknown[:NAMED_IDS])) + (" …" if len(unknown) > NAMED_IDS else "")
        sentence = ngettext(
            "%(unknown)s of the %(all)s ids has no row in test.csv: %(named)s. Exclude ids of test.csv only.",
            "%(unknown)s of the %(all)s ids have no row in test.csv: %(named)s. Exclude ids of test.csv only.",
            len(unknown),
        )
        raise ExclusionRefused(sentence % {"unknown": f"{len(unknown):,}", "all": f"{len(ids):,}", "named": named})


def exclude_rows(base: Solution, ids: list[int], reason: str, user: User | None) -> Solution:
    """Ask for a new version: `base` with these rows ignored. The scoring worker writes and checks it.

    Raises ExclusionRefused where the base was not accepted or no reason is given.
    """
    if base.verdict != Solution.Verdict.ACCEPTED:
        raise ExclusionRefused(
            _("%(base)s is %(verdict)s; rows are excluded from an accepted version.")
            % {"base": base, "verdict": base.get_verdict_display()}
        )
    if not reason.strip():
        raise ExclusionRefused(_("Say why these rows do not count: the other organizers will want to know."))
    with transaction.atomic():
        solution = Solution.objects.create(
            competition=base.competition,
            version=next_version(base.competition),
            based_on=base,
            excluded_ids=ids,
            note=reason.strip()[:300],
            uploaded_by=user,
        )
        check_solutions_after_commit()
    return solution
