"""The commands about submissions: submit, submissions."""

import re
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from starter_kit.called import KIT
from starter_kit.console import bar_in, printable, warned
from starter_kit.model_file import is_model
from starter_kit.site.address import CompetitionOrNoted, Place, SiteOption, find_place, find_site
from starter_kit.site.answering import JsonOption, Say, answering, aside, table
from starter_kit.site.api import Api, Document
from starter_kit.site.following import exit_code_of, follow, told_lines, waiting_line
from starter_kit.site.local_check import check_predictions, is_the_sites
from starter_kit.site.moments import moment
from starter_kit.site.sending import Outgoing, send
from starter_kit.site.signing_in import for_one_run, noted_last, signed_in
from starter_kit.trouble import (
    EXIT_CODES,
    ExitCode,
    KitError,
    LimitReached,
    NotAllowed,
    SiteUnreachable,
    Stopped,
    WrongUsage,
)
from starter_kit.workspace import DEFAULT_WORK, TEST_FILE, Work, Workspace

# Held in memory while it is sent in one request, whatever the site takes at once.
LARGEST_AT_ONCE = 20_000_000

# Of an id (a UUID); its beginning is enough to name it.
ID_LENGTH, SHORT_ID = 36, 8

commands = typer.Typer()


@commands.command(epilog=EXIT_CODES)
def submit(
    file: Annotated[Path, typer.Argument(help="A predictions file, or a zip with a SavedModel.")],
    competition: Annotated[
        str, typer.Option("--competition", "--page", help="A slug or a page's address; else the last downloaded.")
    ] = "",
    description: Annotated[str, typer.Option("--description", help="What is new in this one?")] = "",
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Stay until it is scored, or only send it.")] = True,
    select: Annotated[bool, typer.Option("--select", help="When scored, choose it for the final ranking.")] = False,
    again: Annotated[bool, typer.Option("--again", help="Send a file that your team has sent before.")] = False,
    check: Annotated[
        bool, typer.Option("--check/--no-check", help="Read the file first as the site does, where test.csv is here.")
    ] = True,
    user: Annotated[str, typer.Option("--user", help="Sign in for this once; the password is asked for.")] = "",
    site: SiteOption = "",
    work: Work = DEFAULT_WORK,
    as_json: JsonOption = False,
) -> None:
    """Send a file to the competition and wait for its score.

    A predictions file is read first, as the site does, so that a mistake costs nothing. A large file goes in chunks:
    after a lost connection, or Ctrl-C, the same command goes on where it was. The exit code says how it ended.
    """
    with answering(as_json) as say:
        if select and not wait:
            raise WrongUsage("--select waits for the score, and --no-wait does not. Leave one of them out.")
        place = find_place(competition, site, noted_last(), work)
        outgoing = Outgoing.of(file, place.slug, description, again=again)
        known = for_one_run(place.site, user) if user else nullcontext(signed_in(place.site, may_ask=not as_json))
        with known as api:
            found = api.get(f"competitions/{place.slug}/")
            _refuse_early(api, place, found, outgoing)
            if check:
                _check_here(api, found, outgoing, Workspace(work))
            submission = _sent(api, found, outgoing)
            if submission.get("repeat_of"):
                aside(f"It is the same file as your submission {submission['repeat_of']}.")
            if wait:
                aside(f"Received: {submission['url']}")
                submission = _followed(api, submission)
                if select and submission["status"] == "scored":
                    submission = api.post(f"submissions/{submission['id']}/select/", json={"selected": True})
            _tell(say, api, submission)


@commands.command(epilog=EXIT_CODES)
def submissions(
    competition: CompetitionOrNoted = "",
    one: Annotated[str, typer.Option("--id", help="Only this one, in full; its beginning will do.")] = "",
    wait: Annotated[bool, typer.Option("--wait", help="With --id: stay until it has ended.")] = False,
    status: Annotated[str, typer.Option("--status", help="Only those: queued, scored, rejected, …")] = "",
    top: Annotated[int, typer.Option("--top", min=1, help="So many of the latest.")] = 20,
    site: SiteOption = "",
    as_json: JsonOption = False,
) -> None:
    """List your team's submissions, the latest first; --id shows one, and its exit code says how that one ended."""
    with answering(as_json) as say:
        if wait and not one:
            raise WrongUsage("--wait is for one submission: name it with --id.")
        if one:
            api, whole_id = _by_id(one, competition, site)
            found = api.get(f"submissions/{whole_id}/")
            _tell(say, api, _followed(api, found) if wait else found)
        place = find_place(competition, site, noted_last(), DEFAULT_WORK)
        api = signed_in(place.site)
        path, asked = f"competitions/{place.slug}/submissions/", {"status": status} if status else {}
        rows = list(api.rows(path, at_most=top, **asked))
        titles = ("sent", "file", "status", "score", "final", "description", "id")
        listed = table(titles, (_cells(row) for row in rows), numbers=("score",))
        say({"competition": place.slug, "results": rows}, listed if rows else "Your team has sent nothing yet.")


def _by_id(one: str, competition: str, site: str) -> tuple[Api, str]:
    """The API, and the whole id of a submission that is named by it, or by how it begins."""
    if not re.fullmatch(r"[0-9A-Fa-f-]{4,36}", one):
        raise WrongUsage(f"'{one}' is no submission's id. `submissions` lists them.")
    if len(one) == ID_LENGTH and not competition:
        return signed_in(find_site(site, noted_last(), DEFAULT_WORK)), one
    place = find_place(competition, site, noted_last(), DEFAULT_WORK)
    api = signed_in(place.site)
    rows = api.rows(f"competitions/{place.slug}/submissions/")
    found = [row["id"] for row in rows if row["id"].startswith(one.lower())]
    if len(found) != 1:
        what = f"{len(found)} submissions of your team begin" if found else "no submission of your team begins"
        raise WrongUsage(f"'{one}': {what} with it. `submissions {place.slug}` lists them.")
    return api, found[0]


def _refuse_early(api: Api, place: Place, found: Document, outgoing: Outgoing) -> None:
    """What the site would say after all bytes were sent is said before."""
    largest = found.get("max_upload_bytes")
    if largest and outgoing.size > largest:
        raise KitError(
            f"{outgoing.path} has {outgoing.size:,} bytes; at most {largest:,} are accepted. "
            "Write fewer decimals, or pack it as .csv.gz or .zip."
        )
    quota = api.get(f"competitions/{place.slug}/quota/")
    if quota["can_submit"]:
        return
    reason = quota.get("reason") or "Your team cannot send a file now."
    if quota["left"]:
        raise NotAllowed(reason)
    raise LimitReached(reason, reset_at=quota["reset_at"])


def _check_here(api: Api, found: Document, outgoing: Outgoing, work: Workspace) -> None:
    """The check that costs nothing. Raises Rejected. Says nothing where it cannot be made."""
    if is_model(outgoing.path):
        return
    try:
        test_file = work.test_file(None)
    except KitError:
        return
    listed = {row["name"]: row for row in api.rows(f"competitions/{outgoing.slug}/data/")}
    if not is_the_sites(test_file, listed.get(TEST_FILE)):
        aside(f"{test_file} is not the site's: the file is checked there alone. `download` brings the site's.")
        return
    check_predictions(outgoing.path, test_file, found)


def _sent(api: Api, found: Document, outgoing: Outgoing) -> Document:
    """Send the file, with a bar. Stopped or cut off, it says what became of it."""
    above = min(int(found["chunk_above_bytes"]), LARGEST_AT_ONCE)
    if outgoing.size > above:
        left = f"{outgoing.path} is not sent whole. The same command goes on where it was."
    else:
        left = f"{outgoing.path} may have been received or not: `{KIT} submissions` tells."
    columns = TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn()
    with Progress(*columns, console=warned, transient=True, disable=not warned.is_terminal) as progress:
        try:
            return send(api, outgoing, above, bar_in(progress, outgoing.path.name))
        except KeyboardInterrupt as stopped:
            raise Stopped(left) from stopped
        except SiteUnreachable as cut:
            raise SiteUnreachable(f"{cut}\n{left}") from cut


def _followed(api: Api, submission: Document) -> Document:
    """The submission when it has ended, with its line kept up to date on stderr. Stopped, it says how to look again."""
    words = f"submissions --id {submission['id']} --wait --site {api.site}"
    again = (
        f"The file was received, and is scored all the same. Look again with: {KIT} {words}\nor at {submission['url']}"
    )
    with warned.status(waiting_line(submission)) as line:

        def heard(seen: Document) -> None:
            line.update(printable(waiting_line(seen)))

        try:
            return follow(api, submission, heard)
        except KeyboardInterrupt as stopped:
            raise Stopped(again, submission=submission) from stopped
        except SiteUnreachable as cut:
            raise SiteUnreachable(f"{cut}\n{again}", submission=submission) from cut


def _tell(say: Say, api: Api, submission: Document) -> NoReturn:
    """Print what came of it, and end with the exit code that says so."""
    mine = None
    if submission["status"] == "scored":
        with suppress(KitError):
            mine = api.get(f"competitions/{submission['competition']}/leaderboard/me/")
    exit_code = exit_code_of(submission)
    lines = list(told_lines(submission, mine))
    document = {**submission, "rank": (mine or {}).get("rank"), "exit_code": int(exit_code)}
    if say.as_json or exit_code == ExitCode.FINE:
        say(document, *lines)
    else:
        aside("\n".join(lines))
    raise typer.Exit(exit_code)


def _cells(row: Document) -> tuple[object, ...]:
    final = "chosen" if row.get("is_selected") else "late" if row.get("is_late") else ""
    return (
        moment(row["submitted_at"]), row["file_name"], row["status"], row.get("score_text"), final,
        row.get("description"), row["id"][:SHORT_ID],
    )  # fmt: skip
