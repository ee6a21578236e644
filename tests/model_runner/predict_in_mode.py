"""A models worker as some machine or container would start it: mode, archive, run root; prints its report."""

import json
import os
import sys
from pathlib import Path

from locked_child import MODES, ORDINARY_UID, refuse_beforehand
from rows import FEATURES

from grader.model_runner.limits import ModelLimits
from grader.model_runner.outcomes import ModelGradingUnavailable
from grader.model_runner.predicting import predict
from grader.scoring.rejection import Rejected


def main():
    mode, archive, run_root = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    as_root, refused = MODES[mode]
    refuse_beforehand(refused)
    if not as_root and os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(ORDINARY_UID, ORDINARY_UID, ORDINARY_UID)
        os.setresuid(ORDINARY_UID, ORDINARY_UID, ORDINARY_UID)
    try:
        report = predict(archive, FEATURES, ModelLimits(), run_root)
    except ModelGradingUnavailable as problem:
        answer = {"unavailable": problem.reason}
    except Rejected as rejected:
        answer = {"rejected": str(rejected)}
    else:
        predictions = None if report.predictions is None else report.predictions.tolist()
        answer = {"outcome": report.outcome, "predictions": predictions, "walls": report.walls, "log": report.log}
    print(json.dumps({**answer, "loaded_tensorflow": "tensorflow" in sys.modules}))


if __name__ == "__main__":
    main()
