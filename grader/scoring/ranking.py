"""The order of a leaderboard: one pure function for the site and for whoever replays it."""

import math
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Entry:
    """What can stand on a board: a unique key, its score, when it reached it; baselines are not ranked."""

    key: str
    score: float
    at: datetime
    is_ranked: bool = True


@dataclass(frozen=True)
class Place:
    """An entry with its rank, counted from 1; None: it stands between the ranks."""

    entry: Entry
    rank: int | None


def rank(entries: Iterable[Entry], lower_is_better: bool = True) -> tuple[Place, ...]:
    """Places from the best to the worst; of equal scores the earlier stands first, then the lower key.

    Every ranked entry has a rank of its own (1, 2, 3 …); an unranked one stands where its score belongs and
    takes no rank from anyone. Raises ValueError for a missing, NaN or infinite score, which no order holds,
    for a time without a zone, and for a key that comes twice.
    """
    contestants = list(entries)
    keys: set[str] = set()
    for entry in contestants:
        # A row from elsewhere may hold None, whatever the annotation says: it must never rank.
        if entry.score is None or not math.isfinite(entry.score):
            raise ValueError(f"Entry {entry.key!r} cannot be ranked: its score is {entry.score}.")
        if entry.at.tzinfo is None:
            raise ValueError(f"Entry {entry.key!r} cannot be ranked: its time has no zone.")
        if entry.key in keys:
            raise ValueError(f"Entry {entry.key!r} cannot be ranked: its key comes twice.")
        keys.add(entry.key)
    sign = 1.0 if lower_is_better else -1.0
    contestants.sort(key=lambda entry: (sign * entry.score, entry.at, entry.key))
    places: list[Place] = []
    ranked_count = 0
    for entry in contestants:
        ranked_count += entry.is_ranked
        places.append(Place(entry, ranked_count if entry.is_ranked else None))
    return tuple(places)


def best(entries: Iterable[Entry], lower_is_better: bool = True) -> Entry | None:
    """The entry that stands first by the order of `rank`, ranked or not; None: there is none. Raises as it does."""
    places = rank(entries, lower_is_better)
    return places[0].entry if places else None


def final_choice(
    candidates: Iterable[Entry],
    selected: Collection[str],
    count: int,
    lower_is_better: bool = True,
    untold: Collection[str] = (),
) -> tuple[Entry, ...]:
    """Which of a team's submissions, by their public scores, its final score is taken from: at most `count`.

    Those whose keys the team has selected; where none of these is a candidate, all are asked. Of more than
    `count` the best by public score are taken, of equal ones the earlier; then those whose keys are `untold`, for
    a score that was not told must choose nothing: the newest first. They come in this order. Raises ValueError
    for a count below 1, and as `rank` does.
    """
    if count < 1:
        raise ValueError(f"A final choice is of 1 submission or more, not {count}.")
    everyone = [place.entry for place in rank(candidates, lower_is_better)]
    without_score = [entry for entry in everyone if entry.key in untold]
    without_score.sort(key=lambda entry: (entry.at, entry.key), reverse=True)
    ordered = [entry for entry in everyone if entry.key not in untold] + without_score
    chosen = [entry for entry in ordered if entry.key in selected]
    return tuple((chosen or ordered)[:count])
