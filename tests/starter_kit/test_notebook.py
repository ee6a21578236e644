"""The notebook, executed from the first cell to the last as a participant would."""

import os
from pathlib import Path

import nbclient
import nbformat
import pytest

from grader.scoring.predictions import PredictionFormat, read_predictions
from grader.scoring.solution import read_solution

NOTEBOOK = Path(__file__).parents[2] / "starter_kit" / "first_submission.ipynb"


@pytest.fixture(scope="module")
def executed(competition, tmp_path_factory):
    """The notebook after all its cells ran, and the folder that it worked in."""
    work = tmp_path_factory.mktemp("notebook") / "kit"
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    kept = dict(os.environ)
    os.environ |= {"KIT_DATA": str(competition.public), "KIT_WORK": str(work), "PYTHONPATH": str(NOTEBOOK.parents[1])}
    try:
        nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3").execute(cwd=str(NOTEBOOK.parent))
    finally:
        os.environ.clear()
        os.environ.update(kept)
    return notebook, work


def printed(notebook) -> str:
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return "".join(output.get("text", "") for output in outputs)


def test_it_ends_in_a_model_that_the_server_would_take(executed):
    notebook, work = executed
    assert "It runs: MSE" in printed(notebook)
    assert (work / "saved_model.zip").is_file()


def test_its_predictions_are_accepted(executed, competition):
    _, work = executed
    solution = read_solution(competition.solution, PredictionFormat())
    assert len(read_predictions(work / "predictions.csv", solution.row_ids, PredictionFormat())) == len(
        solution.row_ids
    )


def test_it_is_kept_without_outputs():
    cells = [cell for cell in nbformat.read(NOTEBOOK, as_version=4).cells if cell.cell_type == "code"]
    assert all(not cell.outputs and cell.execution_count is None for cell in cells)
