"""What became of each act of the rehearsal, line by line. No line holds a label."""

from collections.abc import Mapping

from competitions.launching import Line
from competitions.models import Competition, Level
from grader.scoring.disclosure import disclosed
from grader.scoring.ranking import Entry, rank
from grading.launch.acts import Act
from grading.launch.answers import decimals_that_say_all
from submissions.models import Evaluation, Status, Submission

# Of a score that can be reached exactly; a log loss keeps a trace of how close to 0 and 1 its logarithm may come.
NEAR = 1e-9
FIRST_ROW = 2
MOST_DECIMALS = 6
NOT_SENT = "It was not sent: there is no accepted solution to score it with."


def verdicts(competition: Competition, sent: Mapping[Act, Submission], last_id: int) -> list[Line]:
    """A line for each act; `last_id` is the one that MISSING left out."""
    return [
        _sample(competition, sent.get(Act.SAMPLE)),
        _perfect(competition, sent.get(Act.PERFECT)),
        _constant(competition, sent.get(Act.CONSTANT)),
        _told_apart(competition, sent.get(Act.PERFECT), sent.get(Act.CONSTANT)),
        _tie(competition, sent.get(Act.CONSTANT), sent.get(Act.TIE)),
        _nan(sent.get(Act.NAN)),
        _missing(sent.get(Act.MISSING), last_id),
    ]


def scores_of(competition: Competition, evaluation: Evaluation) -> str:
    """ "public 1.234, private 1.240", rounded as participants see scores."""
    public, private = (
        "none" if score is None else f"{disclosed(score, competition.decimals):.{competition.decimals}f}"
        for score in (evaluation.public_score, evaluation.private_score)
    )
    return f"{competition.metric_label}: public {public}, private {private}"


def _sample(competition: Competition, sent: Submission | None) -> Line:
    name = "Sample submission is scored"
    cure = "Mend sample_submission.csv: it is the first file that most participants send."
    if sent is None:
        return Line(name, Level.YELLOW, "There is no sample_submission.csv to try.", "Add one to the data files.")
    if sent.evaluation:
        return Line(name, Level.GREEN, f"{scores_of(competition, sent.evaluation)}.")
    return Line(name, Level.RED, _why_not(sent), cure)


def _perfect(competition: Competition, sent: Submission | None) -> Line:
    name = "Perfect answer gets the best score"
    if sent is None:
        return Line(name, Level.RED, NOT_SENT, "Upload a solution.")
    if sent.evaluation is None:
        if sent.status == Status.REJECTED:
            # Its problems quote its values, which are labels.
            where = ", ".join(f"line {problem['line']}" for problem in sent.problems[:3] if problem["line"])
            finding = f"The labels themselves are rejected as a prediction file ({where or 'as a whole'})."
            return Line(name, Level.RED, finding, "Look at the range, the size limit and the solution's targets.")
        return Line(name, Level.RED, _why_not(sent), "The scoring worker's log has it whole.")
    found = f"{scores_of(competition, sent.evaluation)}."
    if competition.scored_by.takes_k:
        # Full lists of few relevant rows bound some of these below 1.
        return Line(name, Level.GREEN, f"The best that any list can reach: {found}")
    metric = competition.scored_by
    best = metric.lowest if metric.lower_is_better else metric.highest
    parts = (sent.evaluation.public_score, sent.evaluation.private_score)
    if all(part is not None and abs(part - best) <= NEAR for part in parts):
        return Line(name, Level.GREEN, found)
    finding = f"The best possible is {best:g}; the labels themselves reach {found}"
    return Line(name, Level.RED, finding, "The metric does not fit these labels: choose another, or mend the solution.")


def _constant(competition: Competition, sent: Submission | None) -> Line:
    name = "A constant is scored"
    if sent is None:
        return Line(name, Level.RED, NOT_SENT, "Upload a solution.")
    if sent.evaluation:
        return Line(name, Level.GREEN, f"{scores_of(competition, sent.evaluation)}.")
    level = Level.YELLOW if sent.status == Status.REJECTED else Level.RED
    return Line(name, level, _why_not(sent), "Everyone's first try is a constant: look at the range and the metric.")


def _told_apart(competition: Competition, perfect: Submission | None, constant: Submission | None) -> Line:
    name = "Decimals tell scores apart"
    digits = f"{competition.decimals} decimal{'' if competition.decimals == 1 else 's'}"
    if competition.decimals > MOST_DECIMALS:
        finding = f"Scores are shown with {digits}: each one more tells more about the hidden labels."
        return Line(name, Level.YELLOW, finding, "3 to 5 are enough for what a test set can tell apart.")
    if perfect and constant and perfect.evaluation and constant.evaluation:
        shown = {disclosed(e.public_score, competition.decimals) for e in (perfect.evaluation, constant.evaluation)}
        if len(shown) == 1:
            finding = f"With {digits} the perfect answer and a constant get the same score."
            return Line(name, Level.RED, finding, "Show more decimals.")
    wanted = decimals_that_say_all(competition, constant.evaluation if constant else None)
    return Line(name, Level.GREEN, f"Scores are shown with {digits}. {wanted}".rstrip())


def _tie(competition: Competition, earlier: Submission | None, later: Submission | None) -> Line:
    name = "Of equal scores the earlier ranks first"
    if not (earlier and later and earlier.evaluation and later.evaluation):
        return Line(name, Level.YELLOW, "It was not tried: the constant has no score.", "See the line of the constant.")
    if earlier.evaluation.public_score != later.evaluation.public_score:
        return Line(name, Level.RED, "Two equal files got different scores.", "Tell whoever runs this site.")
    entries = [
        Entry(sent.team.name, disclosed(sent.evaluation.public_score, competition.decimals), sent.submitted_at)
        for sent in (later, earlier)
        if sent.evaluation
    ]
    first = rank(entries, competition.scored_by.lower_is_better)[0].entry.key
    if first == earlier.team.name:
        return Line(name, Level.GREEN, "Two equal files: the one sent first ranks first.")
    return Line(name, Level.RED, "Two equal files: the one sent later ranks first.", "Tell whoever runs this site.")


def _nan(sent: Submission | None) -> Line:
    name = "NaN is rejected with its line"
    if sent is None:
        return Line(name, Level.RED, NOT_SENT, "Upload a solution.")
    if sent.status == Status.REJECTED and sent.problems[0]["line"] == FIRST_ROW:
        return Line(name, Level.GREEN, _why_not(sent))
    return Line(
        name, Level.RED, f"A file with NaN on line {FIRST_ROW}: {_why_not(sent)}", "Tell whoever runs this site."
    )


def _missing(sent: Submission | None, last_id: int) -> Line:
    name = "A missing id is rejected by name"
    if sent is None:
        return Line(name, Level.RED, NOT_SENT, "Upload a solution.")
    named = any(str(last_id) in problem["finding"] for problem in sent.problems)
    if sent.status == Status.REJECTED and named:
        return Line(name, Level.GREEN, _why_not(sent))
    return Line(name, Level.RED, f"A file without id {last_id}: {_why_not(sent)}", "Tell whoever runs this site.")


def _why_not(sent: Submission) -> str:
    """What became of it, as its owner would read it. Not for the perfect answer: problems quote values."""
    if sent.status == Status.REJECTED:
        problem = sent.problems[0]
        place = f"Line {problem['line']}: " if problem["line"] else ""
        return f"Rejected. {place}{problem['finding']}"
    if sent.status == Status.FAILED:
        return f"It could not be scored: {sent.failure}."
    return f"It ended as {sent.get_status_display()}."
