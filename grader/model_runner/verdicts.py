"""A refusal on its way from a child to its parent, as plain JSON, and back again as Rejected."""

from grader.model_runner import frames
from grader.model_runner.child_process import Ended
from grader.scoring.rejection import Problem, Rejected

MAX_TEXT_CHARACTERS = 1000


class ChildFailed(Exception):
    """A child of ours ended without a sound answer. Ours to look into; the message holds the end of its log."""

    def __init__(self, job: str, ended: Ended) -> None:
        stopped = f", stopped for {ended.stopped_for}" if ended.stopped_for else ""
        super().__init__(f"The {job} child ended with code {ended.code}{stopped}. {ended.log[-500:]}".rstrip())


def problems_header(rejected: Rejected) -> dict[str, object]:
    """The refusal as a frame's header."""
    return {
        "problems": [[problem.finding, problem.cure] for problem in rejected.problems],
        "problem_count": rejected.problem_count,
    }


def raise_if_rejected(header: dict[str, object]) -> None:
    """Raises Rejected when the header holds a refusal. Texts are cut: the child has read a stranger's file."""
    problems = header.get("problems")
    if not isinstance(problems, list):
        return
    named = [
        Problem(None, str(pair[0])[:MAX_TEXT_CHARACTERS], str(pair[1])[:MAX_TEXT_CHARACTERS])
        for pair in problems
        if isinstance(pair, list) and len(pair) == 2
    ]
    count = header.get("problem_count")
    raise Rejected(named, count if isinstance(count, int) else None)


def answer_of(job: str, ended: Ended) -> dict[str, object]:
    """The one header that the child sent. Raises Rejected when it is a refusal, ChildFailed when there is none."""
    frame = frames.take(ended.result) if ended.code == 0 and ended.stopped_for is None else None
    if frame is None:
        raise ChildFailed(job, ended)
    raise_if_rejected(frame[0])
    return frame[0]
