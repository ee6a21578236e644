"""The commands about a competition: competitions, join, download, leaderboard, quota."""

import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from datasets.download import progress_bar
from starter_kit.called import KIT
from starter_kit.console import bar_in, warned
from starter_kit.site.address import CompetitionOrNoted, SiteOption, find_place, find_site
from starter_kit.site.answering import JsonOption, answering, aside, table
from starter_kit.site.api import Api, Document
from starter_kit.site.downloading import download_file
from starter_kit.site.moments import lasting, moment
from starter_kit.site.signing_in import as_anybody, noted_last, signed_in
from starter_kit.trouble import EXIT_CODES, KitError, WrongUsage
from starter_kit.workspace import DEFAULT_WORK, TRAINING_FILES, Work, Workspace

commands = typer.Typer()


@commands.command(epilog=EXIT_CODES)
def competitions(site: SiteOption = "", as_json: JsonOption = False) -> None:
    """List the site's competitions: what is open, until when, and which you have joined."""
    with answering(as_json) as say:
        api = as_anybody(find_site(site, noted_last(), DEFAULT_WORK))
        found = list(api.rows("competitions/"))
        titles = ("slug", "title", "stage", "closes", "metric", "teams", "a day", "joined")
        listed = table(titles, (_competition_cells(row) for row in found), numbers=("teams", "a day"))
        say({"site": api.site, "results": found}, listed if found else f"There is no competition at {api.site} yet.")


@commands.command(epilog=EXIT_CODES)
def join(
    competition: CompetitionOrNoted = "",
    accept_rules: Annotated[
        bool, typer.Option("--accept-rules", help="You have read the rules and accept them.")
    ] = False,
    invitation: Annotated[str, typer.Option("--invitation", help="The code in an organizer's invitation.")] = "",
    site: SiteOption = "",
    as_json: JsonOption = False,
) -> None:
    """Join a competition. Its rules are printed first; without --accept-rules you are asked."""
    with answering(as_json) as say:
        place = find_place(competition, site, noted_last(), DEFAULT_WORK)
        api = signed_in(place.site)
        found = api.get(f"competitions/{place.slug}/")
        aside(f"The rules of {found['title']}:\n\n{found['rules']}\n")
        if not accept_rules:
            if as_json or not sys.stdin.isatty():
                raise WrongUsage("Read the rules above; when you accept them, join with --accept-rules.")
            if not typer.confirm("Do you accept them?", err=True):
                raise WrongUsage("You have not joined: taking part needs the rules accepted.")
        sent = {"accept_rules": True, "rules_version": found["rules_version"]}
        sent |= {"invitation": invitation} if invitation else {}
        team = api.post(f"competitions/{place.slug}/join/", json=sent)
        say(
            team,
            f"You have joined {found['title']} as {team['name']}.",
            f"Next: {KIT} download {place.slug}",
        )


@commands.command(epilog=EXIT_CODES)
def download(
    competition: CompetitionOrNoted = "",
    to: Annotated[Path | None, typer.Option("--to", help="A folder; else the kit's, where `train` looks.")] = None,
    site: SiteOption = "",
    work: Work = DEFAULT_WORK,
    as_json: JsonOption = False,
) -> None:
    """Download all data files of a competition. Each goes on where it stopped, and is compared by SHA-256."""
    with answering(as_json) as say:
        place = find_place(competition, site, noted_last(), work)
        api, folder = as_anybody(place.site), to or Workspace(work).data
        listed = list(api.rows(f"competitions/{place.slug}/data/"))
        files = []
        with progress_bar(warned.is_terminal) as progress:
            for entry in listed:
                is_new = download_file(api, place.slug, entry, folder, bar_in(progress, entry["name"]))
                files.append({**entry, "path": str(folder / entry["name"]), "is_new": is_new})
        if to is None:
            Workspace(work).note_page(place.page)
        say(
            {"competition": place.slug, "folder": str(folder), "files": files},
            *(
                f"{file['path']} ({file['bytes']:,} bytes){'' if file['is_new'] else ': was here already'}"
                for file in files
            ),
            _next_with(files, Workspace(work)) if to is None else f"{len(files)} files in {folder}.",
        )


@commands.command(epilog=EXIT_CODES)
def leaderboard(
    competition: CompetitionOrNoted = "",
    top: Annotated[int, typer.Option("--top", min=1, help="So many rows.")] = 20,
    find: Annotated[str, typer.Option("--find", help="Only teams with this in their name.")] = "",
    final: Annotated[bool, typer.Option("--final", help="The final board, when private results are out.")] = False,
    site: SiteOption = "",
    as_json: JsonOption = False,
) -> None:
    """Show the leaderboard: scores, and the places that each team may have on other rows of the same kind (95 %)."""
    with answering(as_json) as say:
        place = find_place(competition, site, noted_last(), DEFAULT_WORK)
        api = as_anybody(place.site)
        path = f"competitions/{place.slug}/leaderboard/"
        asked: dict[str, Any] = {"board": "final" if final else "public", **({"q": find} if find else {})}
        page = api.get(path, **asked)
        rows = list(api.rows(path, at_most=top, **asked))
        mine = next((row for row in rows if row.get("is_mine")), None) or _my_row(api, path, asked["board"])
        say(
            {**{name: page[name] for name in page if name not in ("next", "previous")}, "results": rows, "mine": mine},
            *_board(rows, mine, page, find),
        )


@commands.command(epilog=EXIT_CODES)
def quota(competition: CompetitionOrNoted = "", site: SiteOption = "", as_json: JsonOption = False) -> None:
    """Say how many submissions your team has left, and when there are more."""
    with answering(as_json) as say:
        place = find_place(competition, site, noted_last(), DEFAULT_WORK)
        found = signed_in(place.site).get(f"competitions/{place.slug}/quota/")
        say(found, *quota_lines(found))


def quota_lines(found: Document) -> Iterator[str]:
    """What is left of a team's limits, in lines."""
    yield f"{found['left']} of {found['daily_limit']} submissions left."
    if found.get("left_in_all") is not None:
        yield f"{found['left_in_all']} left in all."
    if found.get("reset_at"):
        until = (datetime.fromisoformat(found["reset_at"]) - datetime.now(UTC)).total_seconds()
        yield f"The next is possible at {moment(found['reset_at'])}, in {lasting(until)}."
    if models := found.get("models"):
        yield f"Your models may run for {models['seconds_left']:.0f} of {models['seconds_per_day']:,} s today."
    if not found["can_submit"] and found.get("reason"):
        yield str(found["reason"])


def _next_with(files: list[Document], work: Workspace) -> str:
    """What to do with them: the kit trains on ratings of books; for anything else somebody brings their own."""
    trains = set(TRAINING_FILES) <= {file["name"] for file in files}
    return work.next_command("train biases-books" if trains else "submit YOUR_PREDICTIONS.csv")


def _competition_cells(row: Document) -> tuple[object, ...]:
    joined = "yes" if row.get("joined") else ""
    closes = moment(row["closes_at"]) or "never"
    return (
        row["slug"], row["title"], row["stage"], closes, row["metric"], row["team_count"], row["daily_limit"], joined,
    )  # fmt: skip


def _my_row(api: Api, path: str, board: str) -> Document | None:
    """The caller's own row; None: there is none, or nobody is signed in."""
    if api.is_signed_in:
        with suppress(KitError):
            return api.get(f"{path}me/", board=board)
    return None


def _board(rows: list[Document], mine: Document | None, page: Document, find: str) -> Iterator[str | Table]:
    if not rows:
        yield f"No team has '{find}' in its name." if find else "Nobody stands on this board yet."
        return
    shown = (
        [*rows, mine] if mine and mine.get("rank") is not None and not any(row.get("is_mine") for row in rows) else rows
    )
    titles = ("rank", "team", "score", "places", "entries", "last")
    yield table(titles, (_board_cells(row) for row in shown), numbers=("rank", "score", "entries"))
    if len(rows) < page["count"]:
        yield f"{len(rows)} of {page['count']:,} rows; --top shows more, --find looks for a name."
    if page.get("certainty_sentence"):
        yield str(page["certainty_sentence"])


def _board_cells(row: Document) -> tuple[object, ...]:
    places = row.get("places")
    between = "" if not places else str(places[0]) if places[0] == places[1] else f"{places[0]} to {places[1]}"
    name = f"{row['team']} (you)" if row.get("is_mine") else row["team"]
    rank = "baseline" if row.get("is_baseline") else row["rank"]
    return rank, name, row.get("score_text", row.get("score")), between, row.get("entries"), moment(row.get("last_at"))
