"""A SavedModel of the starter kit's size over 20,827 rows: behind walls, bare, and with `import tensorflow`.

`python -m tests.benchmarks.saved_model` prints two rows. The contenders take turns, each in fresh processes; the
best of the rounds counts, so that a busy neighbour hits all alike.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

from datasets.synthetic import make_world
from grader.model_runner import feature_file
from grader.model_runner.archive import unpack
from grader.model_runner.capi import library_path
from grader.model_runner.limits import ModelLimits
from grader.model_runner.outcomes import Outcome
from grader.model_runner.predicting import predict
from grader.model_runner.screening import screen
from grader.model_runner.signature import Signature
from grader.model_runner.supervisor import run_model
from tests.benchmarks.row import Row

ROWS = 20_827
ROUNDS = 7
SLOW_ROUNDS = 3
HERE = Path(__file__).resolve().parent
ENVIRONMENT = {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "0", "CUDA_VISIBLE_DEVICES": ""}


def measure(folder: Path) -> list[Row]:
    """Seconds by the wall clock, from the call to the predictions, in a folder that ordinary users can pass."""
    test = make_world("a benchmark").test.head(ROWS)
    columns = {name: test[name].tolist() for name in ("user_id", "book_name")}
    (folder / "columns.json").write_text(json.dumps(columns))
    saved, archive, limits = folder / "saved", folder / "model.zip", ModelLimits()
    _python_loader(folder, "build")
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in sorted(saved.rglob("*")):
            packed.write(path, path.relative_to(saved))
    model_dir = unpack(archive, folder, limits)
    signature = screen(model_dir, list(columns))
    asked = _asked_of_the_floor(folder, model_dir, columns, signature)

    def behind_walls() -> None:
        assert run_model(model_dir, columns, signature, limits).outcome is Outcome.OK

    def from_zip_to_predictions() -> None:
        assert predict(archive, columns, limits, folder / "runs").outcome is Outcome.OK

    seconds: dict[str, list[float]] = {"walls": [], "zip": [], "floor": [], "import": []}
    for number in range(ROUNDS):
        seconds["walls"].append(_seconds(behind_walls))
        seconds["zip"].append(_seconds(from_zip_to_predictions))
        seconds["floor"].append(_seconds(lambda: _bare_c_api(asked)))
        if number < SLOW_ROUNDS:
            seconds["import"].append(_seconds(lambda: _python_loader(folder)))
    return _rows({name: min(found) for name, found in seconds.items()}, len(test))


def _rows(seconds: dict[str, float], row_count: int) -> list[Row]:
    of_floor, of_import = seconds["walls"] / seconds["floor"], seconds["zip"] / seconds["import"]
    return [
        Row(
            f"SavedModel of {row_count:,} rows, whole sandboxed run",
            f"{seconds['walls']:.2f} s",
            f"{of_floor:.2f} × C API without walls ({seconds['floor']:.2f} s)",
            "≤ 1.3 ×",
            of_floor <= 1.3,
        ),
        Row(
            "… from the zip: unpacked, screened, run",
            f"{seconds['zip']:.2f} s",
            f"{of_import:.2f} × import tensorflow ({seconds['import']:.2f} s)",
            "≤ 0.35 ×",
            of_import <= 0.35,
            seconds["zip"],
        ),
    ]


def _seconds(work: Callable[[], None]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _asked_of_the_floor(folder: Path, model_dir: Path, columns: dict[str, list[str]], signature: Signature) -> str:
    with (folder / "features").open("w+b") as file:
        table = feature_file.write(file, columns, ROWS, 1)
    inputs = [(each.tensor, table.column_starts[each.name]) for each in signature.inputs]
    return json.dumps(
        {
            "library": str(library_path()),
            "root": str(HERE.parents[1]),
            "features": str(folder / "features"),
            "model": str(model_dir),
            "inputs": inputs,
            "output": signature.output_tensor,
            "rows": table.row_count,
        }
    )


def _bare_c_api(asked: str) -> None:
    _run([sys.executable, "-I", "-S", "-B", str(HERE / "bare_c_api.py"), asked], ENVIRONMENT)


def _python_loader(folder: Path, *more: str) -> None:
    script = [sys.executable, str(HERE / "python_loader.py"), str(folder / "saved"), str(folder / "columns.json")]
    _run([*script, *more], {**os.environ, **ENVIRONMENT})


def _run(command: list[str], environment: dict[str, str]) -> None:
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    if int(done.stdout) != ROWS:
        raise RuntimeError(f"{command[-1]} answered {done.stdout.strip()} rows of {ROWS:,}.")


def main() -> None:
    """Print the rows."""
    with tempfile.TemporaryDirectory(prefix="holdout-bench-") as name:
        Path(name).chmod(0o755)
        for row in measure(Path(name)):
            print(f"{row.what} | {row.measured} | {row.compared} | {row.target} | {'met' if row.is_met else 'MISSED'}")


if __name__ == "__main__":
    main()
