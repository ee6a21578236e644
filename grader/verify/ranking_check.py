"""Whether the boards follow from the submissions: they are made again by the rule of `grader.scoring.ranking`."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import zip_longest

from grader.scoring.disclosure import disclosed
from grader.scoring.ranking import Entry, best, final_choice, rank
from grader.scoring.receipts import shown
from grader.verify.contents import TOLD_ITS_SCORE, Contents, Line, Sent
from grader.verify.findings import Findings
from grader.verify.layout import RANKING, SUBMISSIONS

ASK = "Ask the organizers which ranking is right."


def check_ranking(contents: Contents, submissions: Sequence[Sent], replayed: set[str], findings: Findings) -> None:
    """Both boards, line by line. `replayed`: the submissions whose scores were made again from their files."""
    by_team = _that_count(contents, submissions)
    chosen = {team: _chosen(sent, contents) for team, sent in by_team.items()}
    recorded = [sent.id for of_team in chosen.values() for sent in of_team if sent.id not in replayed]
    for submission in recorded:
        findings.add(
            f"{SUBMISSIONS}, {submission}", "The final ranking rests on it, and its file is not in the archive.", ASK
        )
    final = _final(contents, chosen)
    _compare("final board", final, contents.final, findings)
    _compare("public board", _public(contents, by_team), contents.public, findings)
    names = {key: team.name for key, team in contents.teams.items()}
    for line in (*contents.final, *contents.public):
        if names.get(line.team) != line.name:
            findings.add(RANKING, f"Team {line.team} is {line.name!r} there, and {names.get(line.team)!r} else.", ASK)
    findings.say(f"Ranking: {len(final):,} teams ranked again from {sum(map(len, by_team.values())):,} submissions.")


def _that_count(contents: Contents, submissions: Sequence[Sent]) -> dict[int, list[Sent]]:
    """By team: in time, scored and not disqualified, of teams that are neither disqualified nor merged."""
    by_team: dict[int, list[Sent]] = defaultdict(list)
    for sent in submissions:
        team = contents.teams.get(sent.team)
        if team is None or team.is_disqualified or team.merged_into is not None:
            continue
        if not (sent.is_late or sent.is_disqualified or sent.public is None):
            by_team[sent.team].append(sent)
    return by_team


def _chosen(sent: Sequence[Sent], contents: Contents) -> list[Sent]:
    """What a team's final score is taken from."""
    rules = contents.rules
    by_key = {_key(one.key): one for one in sent}
    choice = final_choice(
        [_public_entry(one, contents) for one in sent],
        {_key(one.key) for one in sent if one.is_selected},
        rules.final_selection_count,
        rules.metric.lower_is_better,
        {_key(one.key) for one in sent if one.told != TOLD_ITS_SCORE},
    )
    return [by_key[entry.key] for entry in choice]


def _final(contents: Contents, chosen: dict[int, list[Sent]]) -> list[Line]:
    rules = contents.rules
    entries = []
    for key, sent in chosen.items():
        private = {_key(one.key): one for one in sent if one.private is not None}
        scored = [Entry(name, one.private, one.sent_at) for name, one in private.items() if one.private is not None]
        first = best(scored, rules.metric.lower_is_better)
        if first is not None:
            score = disclosed(first.score, rules.decimals)
            entries.append(Entry(_key(key), score, first.at, not contents.teams[key].is_baseline))
    return [
        _as_line(place.rank, int(place.entry.key), place.entry.score, contents)
        for place in rank(entries, rules.metric.lower_is_better)
    ]


def _public(contents: Contents, by_team: dict[int, list[Sent]]) -> list[Line]:
    lower = contents.rules.metric.lower_is_better
    entries, without = [], []
    for key, sent in by_team.items():
        first = best((_public_entry(one, contents) for one in sent if one.told == TOLD_ITS_SCORE), lower)
        if first is None:
            without.append((min(one.sent_at for one in sent), key))
        else:
            entries.append(Entry(_key(key), first.score, first.at, not contents.teams[key].is_baseline))
    lines = [_as_line(at.rank, int(at.entry.key), at.entry.score, contents) for at in rank(entries, lower)]
    return [*lines, *(_as_line(None, key, None, contents) for _, key in sorted(without))]


def _public_entry(sent: Sent, contents: Contents) -> Entry:
    if sent.public is None:
        raise ValueError(f"Submission {sent.id} has no score.")
    return Entry(_key(sent.key), disclosed(sent.public, contents.rules.decimals), sent.sent_at)


def _as_line(its_rank: int | None, key: int, score: float | None, contents: Contents) -> Line:
    text = None if score is None else shown(score, contents.rules.decimals)
    return Line(its_rank, key, contents.teams[key].name, text)


def _key(number: int) -> str:
    """A key as the ranking compares keys: texts in the order of the numbers."""
    return f"{number:020}"


def _compare(board: str, again: Sequence[Line], archived: Sequence[Line], findings: Findings) -> None:
    for number, (here, there) in enumerate(zip_longest(again, archived), 1):
        if here is None or there is None or (here.rank, here.team, here.score) != (there.rank, there.team, there.score):
            findings.add(
                f"{RANKING}, {board}, line {number}",
                f"It says {_in_words(there)}; replayed, it is {_in_words(here)}.",
                ASK,
            )


def _in_words(line: Line | None) -> str:
    if line is None:
        return "nobody"
    place = "without a rank" if line.rank is None else f"rank {line.rank}"
    return f"{line.name!r}, {place}, {'without a score' if line.score is None else f'with {line.score}'}"
