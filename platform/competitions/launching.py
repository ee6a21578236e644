"""Whether a competition has been tried: its latest launch check, and whether anything has changed since."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from competitions.models import Competition, DataAudit, JobState, LaunchCheck, Level

# What neither the rehearsal nor a look at the data depends on.
NOT_TRIED = frozenset(
    {
        "id", "slug", "title", "tagline", "notice", "is_published", "created_at", "tensorflow_version", "archived_at",
        "expected_solution_sha256", "uploads_kept_days", "predictions_kept_days",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One line of the checklist: what was looked at, how it is, what was found, and what to do ("" for nothing)."""

    name: str
    level: Level
    finding: str
    cure: str = ""

    def to_dict(self) -> dict[str, str]:
        return asdict(self) | {"level": self.level.value}


def worst_of(levels: Iterable[str]) -> Level:
    """The heaviest of them; GREEN when there are none."""
    found = set(levels)
    return next((level for level in (Level.RED, Level.YELLOW) if level.value in found), Level.GREEN)


def digest_of(competition: Competition) -> str:
    """A digest of what a launch check looks at, as the rows are now: settings, pages, data files, active solution."""
    row = Competition.objects.filter(pk=competition.pk)
    names = [field.attname for field in Competition._meta.concrete_fields if field.name not in NOT_TRIED]
    state = {
        "settings": row.values(*names).get(),
        "pages": sorted(kind for kind, text in competition.pages.values_list("kind", "text") if text.strip()),
        "data": list(competition.data_files.order_by("name").values("name", "file", "is_hidden")),
        "solution": list(competition.solutions.filter(is_active=True).values("pk", "file")),
    }
    return hashlib.sha256(json.dumps(state, default=str, sort_keys=True).encode()).hexdigest()


def latest_check(competition: Competition) -> LaunchCheck | None:
    """The newest launch check, whatever became of it; None: there was none."""
    return competition.launch_checks.select_related("asked_by").first()


def latest_audit(competition: Competition) -> DataAudit | None:
    """The newest audit, whatever became of it; None: there was none."""
    return competition.data_audits.select_related("asked_by").first()


def data_digest_of(competition: Competition) -> str:
    """A digest of what an audit looks at: the data files, the active solution, the columns and the metric."""
    state = {
        "settings": [
            competition.id_column, competition.target_column, competition.metric, competition.metric_k,
        ],
        "data": list(competition.data_files.order_by("name").values("name", "file")),
        "solution": list(competition.solutions.filter(is_active=True).values("pk", "file")),
    }  # fmt: skip
    return hashlib.sha256(json.dumps(state, default=str, sort_keys=True).encode()).hexdigest()


def is_out_of_date(inspection: LaunchCheck | DataAudit | None) -> bool:
    """Whether what a finished check or audit has looked at has changed since."""
    if inspection is None or inspection.state != JobState.DONE:
        return False
    current = digest_of if isinstance(inspection, LaunchCheck) else data_digest_of
    return inspection.digest != current(inspection.competition)


def red_lines(check: LaunchCheck) -> list[str]:
    """The check's red lines, each as a sentence or two."""
    return [f"{line['name']}: {line['finding']}" for line in check.lines if line["level"] == Level.RED]
