"""What a web process does not load by importing the grader's scoring room."""

import pkgutil
import subprocess
import sys
from pathlib import Path

import grader.scoring

HEAVY = {"pandas", "django", "celery", "tensorflow", "keras"}


def test_scoring_loads_without_pandas_django_and_tensorflow():
    modules = [f"grader.scoring.{module.name}" for module in pkgutil.iter_modules(grader.scoring.__path__)]
    assert "grader.scoring.predictions" in modules
    program = f"import sys, {', '.join([*modules, 'grader.grade'])}\nprint(*sys.modules)"
    house = Path(grader.scoring.__file__).parents[2]
    loaded = subprocess.run(
        [sys.executable, "-c", program], cwd=house, capture_output=True, text=True, check=True
    ).stdout.split()
    assert "numpy" in loaded
    assert HEAVY.isdisjoint(loaded)
