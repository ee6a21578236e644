"""What must be in place around the grading: pages, files, solution, entry, models, the audit."""

from accounts import outbox
from competitions.features import header_of, why_models_cannot_be_asked
from competitions.launching import Line, data_digest_of, latest_audit
from competitions.models import (
    SAMPLE_FILE,
    TEST_FILE,
    TRAIN_FILE,
    Competition,
    EntryPolicy,
    JobState,
    Level,
    PageKind,
    Solution,
)
from grading.launch.answers import ladder
from submissions.model_grading import why_models_wait
from submissions.slice_reports import why_no_slices

MUST_BE_WRITTEN = (PageKind.OVERVIEW, PageKind.EVALUATION, PageKind.RULES)
# So many headlines of the audit are told by the check itself.
TOLD_FINDINGS = 3
UPLOAD_IT = "Upload one under Solutions in the admin."


def surroundings(competition: Competition) -> list[Line]:
    """A line for each thing that can be seen without a label."""
    lines = [pages(competition), files(competition), solution(competition), entry(competition), audited(competition)]
    lines += [ladder(competition)] if competition.is_ladder else []
    lines += [slices(competition)] if competition.item_column else []
    lines += [models(competition)] if competition.takes_models else []
    return lines + ([clusters(competition)] if competition.cluster_column else [])


def pages(competition: Competition) -> Line:
    name = "Pages are written"
    written = {kind for kind, text in competition.pages.values_list("kind", "text") if text.strip()}
    missing = [kind for kind in PageKind if kind not in written]
    if missing == [PageKind.TIMELINE] and competition.closes_at is not None:
        return Line(name, Level.GREEN, "Timeline shows the dates alone; the others have a text.")
    if not missing:
        return Line(name, Level.GREEN, "All of them have a text.")
    level = Level.RED if set(missing) & set(MUST_BE_WRITTEN) else Level.YELLOW
    finding = f"Nothing is written on {_listed([str(kind.label) for kind in missing])}."
    return Line(name, level, finding, "Write it under Pages in the admin.")


def files(competition: Competition) -> Line:
    name = "Data files are there"
    found = {data_file.name: data_file for data_file in competition.data_files.all()}
    gone = [name for name, data_file in found.items() if not data_file.file.storage.exists(str(data_file.file.name))]
    if gone:
        return Line(name, Level.RED, f"The stored file of {_listed(gone)} is gone.", "Upload it again.")
    if TEST_FILE not in found:
        finding = f"There is no {TEST_FILE}: nobody knows what to predict."
        return Line(name, Level.RED, finding, "Add it to the data files.")
    if found[TEST_FILE].is_hidden and not competition.takes_models:
        finding = f"{TEST_FILE} is hidden, and only prediction files are taken: nobody can send any."
        return Line(name, Level.RED, finding, "Show it, or take SavedModels.")
    missing = [name for name in (TRAIN_FILE, SAMPLE_FILE) if name not in found]
    if missing:
        return Line(name, Level.YELLOW, f"There is no {_listed(missing)}.", "Add it, unless that is meant to be so.")
    return Line(name, Level.GREEN, f"{_listed(list(found))}.")


def solution(competition: Competition) -> Line:
    name = "Solution is accepted and active"
    active = competition.solutions.filter(is_active=True).first()
    if active:
        counts = f"{active.public_count:,} public and {active.private_count:,} private rows"
        return Line(name, Level.GREEN, f"Version {active.version}, {counts}.")
    latest = competition.solutions.first()
    if latest is None:
        return Line(name, Level.RED, "There is none.", UPLOAD_IT)
    if latest.verdict == Solution.Verdict.WAITING:
        return Line(name, Level.RED, f"Version {latest.version} waits for its check.", "Run the launch check after it.")
    return Line(name, Level.RED, f"Version {latest.version} was refused; its page says why.", UPLOAD_IT)


def entry(competition: Competition) -> Line:
    name = "Those who should can join"
    if competition.entry == EntryPolicy.LIST and not competition.allowed_emails.strip():
        finding = "The list decides who may join, and it is empty."
        return Line(name, Level.RED, finding, "Write addresses or domains into it.")
    needs_letters = competition.needs_verified_email or competition.entry == EntryPolicy.LIST
    if needs_letters and not outbox.reaches_people():
        finding = "Joining needs a confirmed e-mail address, and this site sends no letters."
        return Line(name, Level.YELLOW, finding, "Set EMAIL_URL to a mail server.")
    return Line(name, Level.GREEN, f"Open to {competition.get_entry_display()}.")


def models(competition: Competition) -> Line:
    name = "SavedModels can be run"
    if problem := why_models_cannot_be_asked(competition):
        return Line(name, Level.RED, problem, f"Mend {TEST_FILE}, or take no SavedModels.")
    if reason := why_models_wait(competition):
        return Line(name, Level.YELLOW, f"They wait: {reason}.", "The Status page says more.")
    return Line(name, Level.GREEN, "A models worker is on.")


def clusters(competition: Competition) -> Line:
    name = "Rows that belong together can be told"
    column = competition.cluster_column
    data_file = competition.data_files.filter(name=TEST_FILE).first()
    columns = header_of(data_file) if data_file is not None else []
    if column not in columns:
        finding = f"{TEST_FILE} has no column {column!r}; it has {_listed(columns) if columns else 'none'}."
        return Line(name, Level.RED, finding, "Name one of its columns under Grading in the admin, or leave it empty.")
    if competition.scored_by.needs_groups:
        finding = f"{competition.metric_label} looks at whole lists, so {column!r} is not used."
        return Line(name, Level.YELLOW, finding, "Leave the column empty.")
    return Line(name, Level.GREEN, f"By {column!r} of {TEST_FILE}.")


def slices(competition: Competition) -> Line:
    name = "Where a submission errs can be told"
    if problem := why_no_slices(competition):
        cure = "Mend it, or leave the column of what a row is about empty, under Grading in the admin."
        return Line(name, Level.YELLOW, problem, cure)
    columns = filter(None, (competition.cluster_column, competition.item_column))
    return Line(name, Level.GREEN, f"By {_listed([repr(column) for column in columns])} of {TRAIN_FILE}.")


def audited(competition: Competition) -> Line:
    name = "Data was audited"
    audit = latest_audit(competition)
    if audit is None:
        return Line(name, Level.YELLOW, "The audit of the data was not run.", "Run it: it takes seconds to minutes.")
    if audit.state != JobState.DONE:
        finding = audit.failure or "The audit has not finished yet."
        return Line(name, Level.YELLOW, finding, "Run the launch check again after it.")
    if audit.digest != data_digest_of(competition):
        return Line(name, Level.YELLOW, "The data have changed since the audit.", "Run the audit again.")
    worst = [finding["headline"] for finding in audit.report["findings"] if finding["level"] == audit.worst]
    count = len(worst)
    if audit.worst == Level.GREEN:
        return Line(name, Level.GREEN, "The audit found nothing to mend.")
    finding = f"The audit has {count} {audit.worst} finding{'' if count == 1 else 's'}: {_first(worst)}"
    return Line(name, Level(audit.worst), finding, "Read them on the Audit page.")


def _first(headlines: list[str]) -> str:
    """As many of the sentences as a line holds, told by the rest's number."""
    left = len(headlines) - TOLD_FINDINGS
    return " ".join(headlines[:TOLD_FINDINGS]) + (f" And {left} more." if left > 0 else "")


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
