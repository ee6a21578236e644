"""Where every child begins: finds its job, closes what it was not given, and does it.

Started by child_process.py as a script, isolated (-I -S -B): no site packages, no user paths, no environment.
"""

import importlib
import json
import os
import sys
from pathlib import Path

JOBS = {
    "unpack": "grader.model_runner.unpacking",
    "screen": "grader.model_runner.inspecting",
    "run": "grader.model_runner.running",
}
OWN_DESCRIPTORS = 4


def main() -> None:
    """Do the job that the command line names, with its arguments, and end without any clean-up."""
    os.closerange(OWN_DESCRIPTORS, 4096)
    job, parent, arguments = sys.argv[1], int(sys.argv[2]), json.loads(sys.argv[3])
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    importlib.import_module(JOBS[job]).work(parent, arguments)
    os._exit(0)


if __name__ == "__main__":
    main()
