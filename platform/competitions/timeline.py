"""The time line of a competition: at which stage it is, and what may be done then.

Everything is decided by one moment that the caller names: the database's time of a submission, or the time of a
request. Nothing is switched on or off by a job.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

NAMES = {
    "opens_at": gettext_lazy("opens"),
    "merger_deadline_at": gettext_lazy("team merger deadline"),
    "entry_deadline_at": gettext_lazy("entry deadline"),
    "closes_at": gettext_lazy("closes"),
    "reveals_at": gettext_lazy("private results revealed"),
    "archived_at": gettext_lazy("archived"),
}
# Each that is set stands no later than those after it.
ORDERED_DATES = tuple(NAMES)


class Stage(TextChoices):
    """Where a competition is in its time line."""

    DRAFT = "draft", gettext_lazy("draft")
    PUBLISHED = "published", gettext_lazy("published")
    OPEN = "open", gettext_lazy("open")
    CLOSED = "closed", gettext_lazy("closed")
    REVEALED = "revealed", gettext_lazy("private results revealed")
    ARCHIVED = "archived", gettext_lazy("archived")


@dataclass(frozen=True)
class Milestone:
    """One date of a competition's time line."""

    field: str
    name: str
    at: datetime
    is_past: bool


@dataclass(frozen=True)
class Timeline:
    """The dates of a competition, aware; None: not set.

    `upload_grace`: how long after closing an upload that was begun before may end.
    """

    is_published: bool
    opens_at: datetime
    merger_deadline_at: datetime | None = None
    entry_deadline_at: datetime | None = None
    closes_at: datetime | None = None
    reveals_at: datetime | None = None
    archived_at: datetime | None = None
    upload_grace: timedelta = timedelta(0)

    def stage(self, at: datetime) -> Stage:
        """The stage at that moment (aware): the one rule that pages, submissions, entry and mergers go by."""
        if not self.is_published:
            return Stage.DRAFT
        if self.archived_at is not None and at >= self.archived_at:
            return Stage.ARCHIVED
        if at < self.opens_at:
            return Stage.PUBLISHED
        if self.closes_at is None or at < self.closes_at:
            return Stage.OPEN
        return Stage.REVEALED if self._is_revealed(at) else Stage.CLOSED

    def may_enter(self, at: datetime) -> bool:
        """Whether somebody new may join: from publishing on, until the entry deadline, or until it closes."""
        if self.stage(at) not in (Stage.PUBLISHED, Stage.OPEN):
            return False
        return self.entry_deadline_at is None or at < self.entry_deadline_at

    def may_merge(self, at: datetime) -> bool:
        """Whether teams may still change: until the merger deadline, or until it closes."""
        if self.stage(at) not in (Stage.PUBLISHED, Stage.OPEN):
            return False
        return self.merger_deadline_at is None or at < self.merger_deadline_at

    def shows_private(self, at: datetime) -> bool:
        """Whether private scores and the final ranking are shown to everyone."""
        return self.is_published and self._is_revealed(at)

    @property
    def revealed_at(self) -> datetime | None:
        """From when on private results are shown; None: it never closes."""
        # Whoever still uploads must not see how the others did.
        return self.closes_at and (self.reveals_at or self.closes_at + self.upload_grace)

    def _is_revealed(self, at: datetime) -> bool:
        return self.revealed_at is not None and at >= self.revealed_at

    def milestones(self, at: datetime) -> list[Milestone]:
        """The dates that are set, in their order."""
        return [Milestone(field, str(NAMES[field]), moment, at >= moment) for field, moment in self._set_dates()]

    def out_of_order(self) -> Iterator[tuple[str, str]]:
        """(field, sentence) for each date that stands before one that must come first."""
        latest: tuple[str, datetime] | None = None
        for field, moment in self._set_dates():
            if latest is not None and moment < latest[1]:
                yield (
                    field,
                    _(
                        "“%(field)s” is %(moment)s UTC, before “%(earlier)s” (%(latest)s UTC). Set it to that "
                        "time or later."
                    )
                    % {
                        "field": NAMES[field],
                        "moment": f"{moment:%Y-%m-%d %H:%M:%S}",
                        "earlier": NAMES[latest[0]],
                        "latest": f"{latest[1]:%Y-%m-%d %H:%M:%S}",
                    },
                )
            else:
                latest = (field, moment)
        if (
            self.closes_at
            and self.reveals_at
            and self.closes_at <= self.reveals_at < self.closes_at + self.upload_grace
        ):
            yield (
                "reveals_at",
                _(
                    "Uploads that are on their way when it closes may end until %(closes_at)s UTC. Reveal "
                    "private results then or later."
                )
                % {"closes_at": f"{self.closes_at + self.upload_grace:%Y-%m-%d %H:%M:%S}"},
            )

    def _set_dates(self) -> Iterator[tuple[str, datetime]]:
        for field in ORDERED_DATES:
            if (moment := getattr(self, field)) is not None:
                yield field, moment
