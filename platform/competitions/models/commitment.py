"""What a competition's organizers have bound themselves to."""

from django.db import models
from django.db.models.functions import Length, Now
from django.db.models.lookups import Exact
from django.utils.translation import gettext as _

from competitions.models.competition import Competition
from competitions.models.solution import Solution, label_storage

DIGEST_CHARACTERS = 64


class Commitment(models.Model):
    """A salted digest of a solution, its split and the settings that scores are made by.

    Never changed, and kept as long as its solution, which nobody can delete on the site.
    The scoring worker makes it (`grading.commitments`); the salt lies among the labels until an archive is published.
    `terms`: those settings and the grader's version, as canonical JSON.
    """

    competition = models.ForeignKey(Competition, on_delete=models.CASCADE, related_name="commitments")
    solution = models.ForeignKey(Solution, on_delete=models.CASCADE, related_name="commitments")
    digest = models.CharField(max_length=DIGEST_CHARACTERS)
    terms = models.TextField()
    grader = models.CharField(max_length=60)
    salt = models.FileField(storage=label_storage, max_length=200)
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["solution", "terms"], name="one_commitment_per_solution_and_terms"),
            models.CheckConstraint(
                condition=Exact(Length("digest"), DIGEST_CHARACTERS), name="a_commitment_is_a_digest"
            ),
        ]

    def __str__(self) -> str:
        return _("%(digest)s… of version %(solution_version)s") % {
            "digest": self.digest[:12],
            "solution_version": self.solution.version,
        }
