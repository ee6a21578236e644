"""Binding the organizers: a digest of labels, split, settings and grader, made by the one process that reads labels.

A version has one for each set of settings that it was accepted or scored under; a published one stays.
"""

import secrets
from collections.abc import Iterator

import structlog
from django.core.files.base import ContentFile
from django.db.models import Q
from django.db.models.functions import Now

from competitions.models import Commitment, Solution, label_storage
from competitions.terms import terms_of
from grader.scoring.commitment import SALT_BYTES, canonical, commitment, split_digest
from grader.scoring.solution import Solution as Labels
from grader.scoring.version import grader_version
from grading.labels import LabelsDoNotFit, labels_of

log = structlog.get_logger(__name__)


def commitment_to(version: Solution, labels: Labels | None = None) -> Commitment:
    """That of an accepted version under the settings and the grader of now; made where there is none.

    `labels`: those of the version, where they were read already. Raises LabelsDoNotFit.
    """
    terms = _terms(version)
    found = Commitment.objects.select_related("solution").filter(solution=version, terms=terms).first()
    return found or _make(version, labels or labels_of(version), terms)


def commit_missing() -> None:
    """Make the commitments that `missing` speaks of."""
    for version in _without():
        try:
            commitment_to(version)
        except (LabelsDoNotFit, OSError) as problem:  # The other competitions must not wait for this one.
            log.warning("no_commitment", solution=version.pk, problem=type(problem).__name__)


def missing() -> bool:
    """Whether a solution that counts lacks one: its settings or the grader have changed, or it is from before these."""
    return next(_without(), None) is not None


def _without() -> Iterator[Solution]:
    """Those of competitions that still take submissions, or will."""
    ended = Q(competition__archived_at__lte=Now()) | Q(competition__closes_at__lte=Now())
    active = Solution.objects.filter(is_active=True).exclude(ended).select_related("competition")
    made = set(Commitment.objects.filter(solution__in=active).values_list("solution", "terms"))
    yield from (version for version in active if (version.pk, _terms(version)) not in made)


def _terms(version: Solution) -> str:
    return canonical({**terms_of(version.competition), "grader": grader_version()})


def _make(version: Solution, labels: Labels, terms: str) -> Commitment:
    salt = secrets.token_bytes(SALT_BYTES)
    facts = {**terms_of(version.competition), "grader": grader_version()}
    digest = commitment(salt, version.sha256, split_digest(labels), facts)
    name = label_storage().save(f"{version.competition.slug}/{secrets.token_hex(16)}.salt", ContentFile(salt))
    made, is_new = Commitment.objects.select_related("solution").get_or_create(
        solution=version,
        terms=terms,
        defaults={
            "competition": version.competition,
            "digest": digest,
            "grader": grader_version(),
            "salt": name,
        },
    )
    if not is_new:  # Another worker was first.
        label_storage().delete(name)
    return made
