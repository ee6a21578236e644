"""`python -m grader.audit --train … --test … --solution …`: the audit as a command."""

import argparse
import json
import math
import sys
from pathlib import Path

from grader.audit import Level, Report, audit
from grader.scoring.metrics import METRICS
from grader.scoring.prediction_format import PredictionFormat
from grader.scoring.rejection import Rejected
from grader.scoring.solution import read_solution

FOUND_RED = 1
CANNOT_AUDIT = 2


def main(arguments: list[str] | None = None) -> int:
    """Print the report. Exit code 0; 1 when a finding is red; 2, with a sentence, when there is nothing to audit."""
    options = _parser().parse_args(arguments)
    try:
        report = _audit(options)
    except (ValueError, Rejected) as problem:
        print(problem, file=sys.stderr)
        return CANNOT_AUDIT
    except OSError as problem:
        print(f"{problem.filename}: cannot be read ({problem.strerror}). Check the path.", file=sys.stderr)
        return CANNOT_AUDIT
    print(json.dumps(report.to_dict(), ensure_ascii=False, indent=2) if options.json else report.to_text())
    return FOUND_RED if report.worst == Level.RED else 0


def _audit(options: argparse.Namespace) -> Report:
    metric = METRICS[options.metric]
    # Any label is looked at: what range a competition allows is its own business.
    expected = PredictionFormat(options.id_column, options.target_column, lowest=-math.inf, highest=math.inf)
    solution = read_solution(options.solution, expected, metric=metric)
    return audit(
        options.train,
        options.test,
        solution,
        id_column=options.id_column,
        target_column=options.target_column,
        metric=options.metric,
        k=options.k,
        more={path.name: path for path in options.more},
        say=lambda text: print(text, file=sys.stderr) if options.verbose else None,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m grader.audit", description=__doc__)
    parser.add_argument("--train", type=Path, help="train.csv, with the target; leave out when none is published")
    parser.add_argument("--test", type=Path, required=True, help="test.csv as participants get it")
    parser.add_argument("--solution", type=Path, required=True, help="id, target and Usage")
    parser.add_argument("--more", type=Path, nargs="+", default=[], help="further tables, such as books.csv")
    parser.add_argument("--metric", choices=sorted(METRICS), default="mse")
    parser.add_argument("--k", type=int, help="places of a list that count, for metrics of lists")
    parser.add_argument("--id-column", default="id")
    parser.add_argument("--target-column", default="rating")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    parser.add_argument("--verbose", action="store_true", help="say on standard error what is being done")
    return parser


if __name__ == "__main__":
    sys.exit(main())
