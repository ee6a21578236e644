"""How the run of a model can end: a fixed set of words, and what each tells the participant."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from grader.model_runner.limits import MIB, ModelLimits
from grader.scoring.rejection import Problem

if TYPE_CHECKING:
    # The children, which start without NumPy, know the words too.
    from grader.scoring.arrays import Float64Array

# Exit codes of a child that ended itself before it had opened anything of the participant's.
WALLS_FAILED_CODE = 70
RUNNER_FAILED_CODE = 71


class ModelGradingUnavailable(Exception):
    """This machine cannot run a stranger's model safely, or has no TensorFlow. `reason` is a sentence."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class Outcome(StrEnum):
    """The end of a run. A model can choose between the words that blame it, never write one of its own."""

    OK = "ok"
    TIMED_OUT = "timed_out"
    OUT_OF_CPU_TIME = "out_of_cpu_time"
    OUT_OF_MEMORY = "out_of_memory"
    TOO_MANY_THREADS = "too_many_threads"
    FORBIDDEN_SYSCALL = "forbidden_syscall"
    CRASHED = "crashed"
    MODEL_ERROR = "model_error"
    NO_RESULT = "no_result"
    OUTPUT_TOO_LARGE = "output_too_large"
    WRONG_SHAPE = "wrong_shape"
    WRONG_TYPE = "wrong_type"
    NOT_FINITE = "not_finite"
    WALLS_FAILED = "walls_failed"
    RUNNER_FAILED = "runner_failed"

    @property
    def is_participants_fault(self) -> bool:
        """Whether the sender can mend it; otherwise it is ours, and costs them nothing."""
        return self not in (Outcome.OK, Outcome.WALLS_FAILED, Outcome.RUNNER_FAILED)


@dataclass(frozen=True)
class RunReport:
    """One run of one model.

    `predictions` has shape (n,) in the order of the features' rows; None unless `outcome` is OK. `log` holds
    TensorFlow's error and what the run printed, and may quote hidden features: for organizers only, except after
    a run on public rows. `walls` names the walls that stood when the model was opened. `depends_on_batch`: some
    rows, asked again in another order and batch, were answered differently. `exported_with` is TensorFlow's version
    as the export names it, "" if it does not.
    """

    outcome: Outcome
    predictions: "Float64Array | None"
    log: str
    seconds: float
    peak_rss_bytes: int
    walls: tuple[str, ...]
    depends_on_batch: bool = False
    exported_with: str = ""


BATCH_WARNING = Problem(
    None,
    "The model answers differently when the same rows come in another order or batch.",
    "Call its layers with training=False, and use no statistics of the batch and no random numbers.",
)


def newer_export(exported_with: str, runs_with: str) -> Problem | None:
    """What is to be said of a model that failed and was exported with a newer TensorFlow; None: it was not."""
    if _version(exported_with) <= _version(runs_with):
        return None
    return Problem(
        None,
        f"It was exported with TensorFlow {exported_with}; models are run with {runs_with} here.",
        f"Export it with TensorFlow {runs_with} or older.",
    )


def _version(text: str) -> tuple[int, ...]:
    """Major and minor number; () when it is none."""
    parts = text.split(".")[:2]
    return tuple(int(part) for part in parts) if all(part.isdecimal() for part in parts) else ()


def explain(outcome: Outcome, limits: ModelLimits) -> Problem:
    """What the participant is told: finding and cure, in fixed words, nothing that the run has seen.

    Raises ValueError for OK, which needs no explanation.
    """
    match outcome:
        case Outcome.OK:
            raise ValueError("A run that went well needs no explanation.")
        case Outcome.TIMED_OUT:
            finding = f"The model did not finish within {limits.wall_seconds:g} seconds."
            cure = "Make it smaller, and look for ops that wait for something."
        case Outcome.OUT_OF_CPU_TIME:
            finding = f"The model used more than {limits.cpu_seconds} seconds of processor time."
            cure = "Make it smaller, and look for loops that do not end."
        case Outcome.OUT_OF_MEMORY:
            finding = f"The model needed more than {limits.memory_bytes // MIB:,} MiB of memory."
            cure = f"Make it smaller; it is called with at most {limits.batch_rows:,} rows at once."
        case Outcome.TOO_MANY_THREADS:
            finding = f"The model started more than {limits.max_threads} threads."
            cure = "Leave private thread pools and parallel datasets out of it."
        case Outcome.FORBIDDEN_SYSCALL:
            finding = "The model asked the operating system for something that no model needs."
            cure = "Export it with model.export() from plain Keras or TensorFlow ops."
        case Outcome.CRASHED:
            finding = "TensorFlow crashed while it ran the model."
            cure = "Load the exported folder at home and call it on a few thousand rows of the training data."
        case Outcome.MODEL_ERROR:
            finding = "TensorFlow reported an error while it loaded or ran the model."
            cure = "It must accept any text in its inputs, unknown and empty ones too, in batches of any size."
        case Outcome.NO_RESULT:
            finding = "The model ended its process without an answer."
            cure = "Leave out ops that end the program."
        case Outcome.OUTPUT_TOO_LARGE:
            finding = "The model answered with far more values than there are rows."
            cure = "Return one number for each row, shape (n,) or (n, 1)."
        case Outcome.WRONG_SHAPE:
            finding = "The model's output does not have one value for each row."
            cure = "Return shape (n,) or (n, 1) for n rows."
        case Outcome.WRONG_TYPE:
            finding = "The model's output has another type than its signature declares."
            cure = "Export it again with model.export()."
        case Outcome.NOT_FINITE:
            finding = "The model's output holds NaN or an infinity."
            cure = "Look for divisions by zero and logarithms of zero, above all for inputs never seen in training."
        case Outcome.WALLS_FAILED | Outcome.RUNNER_FAILED:
            finding = "The model could not be run because of an error of ours."
            cure = "It does not count against your limit; nothing is left for you to do."
    return Problem(None, finding, cure)
