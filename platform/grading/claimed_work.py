"""The frame around every step of a submission: the lease kept alive, and every way of ending accounted for."""

from collections.abc import Callable

import structlog

from config.trouble import is_full_disk
from grading.lease import kept_alive
from submissions import lifecycle
from submissions.lifecycle import Claim, ClaimLost
from submissions.models import Submission

log = structlog.get_logger(__name__)


def carry_out(claim: Claim, work: Callable[[Claim, Submission], None], doing: str) -> bool:
    """Let `work` finish the claimed step. When it cannot, the failure is ours and the step is given back.

    `doing` names the work in the note that the timeline shows, such as "scoring". False: the next step would fare no
    better here, so whoever takes turns should make a pause.
    """
    submission = Submission.objects.select_related("competition", "team__competition").get(pk=claim.submission_id)
    # In every line that is logged meanwhile, with the request that brought the file.
    whose = {"request_id": submission.request_id, "submission": str(claim.submission_id), "attempt": claim.attempt}
    bound = log.bind(**whose, doing=doing)
    try:
        with structlog.contextvars.bound_contextvars(**whose), kept_alive(claim):
            work(claim, submission)
    except ClaimLost:
        bound.warning("claim_lost")
    except Exception as problem:  # The worker must live on; the row goes back to the queue, and the log has it whole.
        bound.exception("step_failed")
        # In the way of every submission, and no fault of this one.
        if is_full_disk(problem):
            lifecycle.hold_off(claim, f"the {doing} stopped because a disk takes nothing more")
            return False
        lifecycle.release(claim, f"the {doing} stopped with {type(problem).__name__}")
    else:
        bound.info("step_done")
    return True
