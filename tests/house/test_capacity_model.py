"""The simulation behind docs/capacity.md, where its answers can be reckoned by hand."""

import pytest

from tests.benchmarks.capacity import Measured, check_table, costs_of, load_table, mean_costs, put_into, steps_table
from tests.benchmarks.capacity_model import Costs, Crowd, Setup, Site, Step, largest_rate

NOTHING = Step(0.0)


def costs(**more: Step | float) -> Costs:
    """Nothing costs anything but what is named."""
    names = (
        "upload", "board", "submissions_page", "submission_page", "poll", "poll_of_each", "refused", "claim",
        "claim_of_each", "score", "record",
    )  # fmt: skip
    return Costs(**{**dict.fromkeys(names, NOTHING), "commit": 0.0, **more})


def test_without_a_queue_a_file_takes_the_sum_of_its_steps():
    priced = costs(upload=Step(0.02, 0.01), claim=Step(0.003), score=Step(0.005), record=Step(0.01, 0.002))
    found = Site(Setup("", shared=64), priced, Crowd(0, ((100.0, 0.5),))).play()
    assert found.p95(found.upload) == pytest.approx(0.03)
    assert found.p95(found.scored) == pytest.approx(0.05)
    assert found.sent == len(found.scored)


def test_a_core_that_is_needed_half_the_time_is_half_busy():
    found = Site(Setup("", shared=1), costs(upload=Step(0.05)), Crowd(0, ((500.0, 10.0),))).play()
    assert found.shares["the cores"] == pytest.approx(0.5, abs=0.05)
    assert found.gives_first == "the cores"


def test_what_others_take_and_what_is_done_beside_is_taken_from_the_cores():
    crowd = Crowd(0, ((500.0, 5.0),))
    taken = Site(Setup("", shared=1, others=0.2), costs(upload=Step(0.05)), crowd).play()
    beside = Site(Setup("", shared=1), costs(upload=Step(0.05), beside=0.2), crowd).play()
    for found in (taken, beside):
        assert found.shares["the cores"] == pytest.approx(0.45, abs=0.05)


def test_one_server_queues_as_the_formula_says():
    """M/D/1 (Pollaczek & Khinchine): at a load of 0.8 the mean time there is s + 0.8 · s / (2 · 0.2) = 3 s."""
    found = Site(Setup("", web=1, threads=1, shared=1), costs(upload=Step(0.1)), Crowd(0, ((2_000.0, 8.0),))).play()
    assert sum(found.upload) / len(found.upload) == pytest.approx(0.3, rel=0.2)


def test_what_is_too_much_is_refused_comes_back_and_is_scored():
    setup = Setup("", web=1, threads=2, scoring=1, shared=1)
    found = Site(setup, costs(upload=Step(0.1)), Crowd(0, ((60.0, 20.0), (90.0, 0.0)))).play()
    assert found.busy > 0
    # Who is served has waited for little more than half a second, and nobody for minutes.
    assert found.p95(found.upload[200:]) < 1.0
    assert len(found.scored) == found.sent


def test_the_largest_rate_is_what_the_busiest_part_bears():
    rate, beyond = largest_rate(Setup("", scoring=1, shared=8), costs(score=Step(0.1)), lookers=0)
    assert rate == pytest.approx(10.0, rel=0.25)
    assert beyond.waiting_in_the_end > 0
    priced = costs(commit=0.02)
    _, beyond = largest_rate(Setup("", web=8, scoring=8, shared=16), priced, lookers=0)
    assert beyond.gives_first == "commits, one by one"


def test_a_web_process_works_at_no_more_than_one_request_at_a_time():
    """However many threads and cores it has: its threads share one interpreter."""
    priced = costs(board=Step(0.1))
    alone, two = (
        Site(Setup("", web=web, threads=8, shared=16), priced, Crowd(100, ((60.0, 0.0),))).play() for web in (1, 2)
    )
    assert alone.shares["the web processes"] == pytest.approx(1.0, abs=0.02)
    assert alone.gives_first == "the web processes"
    assert two.p95(two.page) < alone.p95(alone.page)


def test_costs_are_the_mean_of_before_and_after():
    before, after = {"upload": [0.02, 0.004], "commit": 0.001}, {"upload": [0.04, 0.006], "commit": 0.003}
    assert mean_costs(before, after) == {"upload": [pytest.approx(0.03), pytest.approx(0.005)], "commit": 0.002}


def test_the_same_seed_tells_the_same():
    priced = costs(upload=Step(0.05), board=Step(0.01), score=Step(0.02))
    first, again = (Site(Setup("", shared=2), priced, Crowd(20, ((30.0, 8.0),))).play() for _ in range(2))
    assert first == again


def test_the_tables_say_what_was_measured():
    names = ("upload", "claim", "score", "record", "board", "submissions_page", "submission_page", "poll", "refused")
    raw = {name: [0.04, 0.01] for name in names} | {
        "claim_behind_many": [0.06, 0.01], "poll_behind_many": [0.04, 0.03], "commit": 0.002,
    }  # fmt: skip
    assert "| 40.0 ms | 10.0 ms | 1,728,000 |" in steps_table(raw)[2]
    assert costs_of(raw).claim_of_each == Step(pytest.approx(0.00001), 0.0)
    told = check_table(costs_of(raw), Measured(1000.0, 0.25))
    assert "1000.0" in told[2]
    assert "0.25 of its cores" in told[3]
    assert told[-1].endswith("MISSED |")


def test_a_page_takes_the_tables_of_the_last_run_between_its_marks():
    page = "Before.\n\n<!-- load -->\nold\n<!-- end -->\n\n<!-- hour -->\nkept\n<!-- end -->\n"
    row = {"what": "half of it", "measured": "9 ms", "compared": "", "target": "≤ 300 ms", "is_met": True, "value": 0.0}
    made = load_table({"parts": {"load": {"rows": [row]}}})
    written = put_into(page, made)
    assert "<!-- load -->\n| what |" in written
    assert "| half of it | 9 ms |  | ≤ 300 ms | met |\n<!-- end -->" in written
    assert "old" not in written
    assert "kept" in written
    assert put_into(written, made) == written
    assert load_table({"facts": {}}) == {}
