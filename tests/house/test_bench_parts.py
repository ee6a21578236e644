"""`./run bench` keeps what it has, whatever becomes of one of its parts."""

import json

import pytest

from tests.benchmarks.bench import Bench, Part, chosen, read, rows_of, run, write
from tests.benchmarks.growth import Series, draw
from tests.benchmarks.row import Row

FINE = Row("how long it takes", "1 s", "", "≤ 2 s", True, 1.0)
MISSED = Row("how large it is", "9 MB", "", "≤ 2 MB", False)


def broken(_: Bench) -> list[Row]:
    raise AssertionError("the site did not start\nand here is its log")


PARTS = (
    Part("time", "Timing", lambda _: [FINE]),
    Part("broken", "Breaking", broken),
    Part("size", "Weighing", lambda _: [MISSED]),
)


@pytest.fixture
def bench(tmp_path):
    said: list[str] = []
    made = Bench(tmp_path, said.append)
    return made, said


def test_a_part_that_fails_is_a_row_and_the_others_are_measured(bench, tmp_path):
    made, said = bench
    path = tmp_path / "kept" / "bench.json"
    kept = read(path)
    run(PARTS, made, kept, lambda now: write(path, now))
    fine, failed, missed = rows_of(json.loads(path.read_text()), PARTS)
    assert (fine, missed) == (FINE, MISSED)
    assert failed.measured == "FAILED: AssertionError the site did not start"
    assert failed.verdict == "MISSED"
    assert any("here is its log" in line for line in said)
    assert [line for line in said if line.startswith("[")] == ["[1/3] Timing …", "[2/3] Breaking …", "[3/3] Weighing …"]


def test_what_is_measured_again_takes_the_place_of_what_was(bench, tmp_path):
    made, _ = bench
    kept: dict = {}
    run(PARTS, made, kept, lambda now: None)
    mended = Part("broken", "Mending", lambda _: [FINE])
    run([mended], made, kept, lambda now: None)
    assert rows_of(kept, PARTS) == [FINE, FINE, MISSED]


def test_facts_of_one_part_are_there_for_the_next_run(bench):
    made, _ = bench
    kept: dict = {}

    def tells(bench: Bench) -> list[Row]:
        bench.facts["capacity"] = 9.5
        return []

    run([Part("load", "Playing", tells)], made, kept, lambda now: None)
    run([Part("time", "Timing", lambda bench: [Row(str(bench.facts), "", "", "", True)])], made, kept, lambda now: None)
    assert rows_of(kept, PARTS)[0].what == "{'capacity': 9.5}"


def test_parts_are_chosen_by_their_names():
    assert [part.name for part in chosen(PARTS, ["size", "time"])] == ["time", "size"]
    assert chosen(PARTS, []) == list(PARTS)
    with pytest.raises(SystemExit, match=r"--only sizes: there is no such part\. There are: broken, size, time"):
        chosen(PARTS, ["sizes"])


def test_curves_are_drawn_beside_the_table(tmp_path):
    curve = Series("rows of the test set", "rows", "seconds", [(1000.0, 0.1, 0.2), (1_000_000.0, 1.0, 1.2)])
    few = Series("scoring processes", "processes", "seconds", [(1.0, 3.0, 3.0), (2.0, 2.0, 2.0)])
    picture, pixels = draw([curve, few], tmp_path / "beside" / "upload-to-score")
    assert "<svg" in picture.read_text()
    assert pixels.read_bytes().startswith(b"\x89PNG")
