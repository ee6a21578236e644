"""Which submissions the final score is taken from."""

from datetime import UTC, datetime, timedelta

import pytest

from grader.scoring.ranking import Entry, best, final_choice

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def sent(**scores: float) -> list[Entry]:
    """Submissions by key, one a minute in the order given."""
    return [Entry(key, score, NOON + timedelta(minutes=place)) for place, (key, score) in enumerate(scores.items())]


def keys(*args, **how) -> list[str]:
    return [entry.key for entry in final_choice(*args, **how)]


ALICES = sent(a=0.9, b=0.8, c=0.8, d=0.7)


def test_those_that_the_team_selected_count():
    assert keys(ALICES, {"a", "c"}, 2) == ["c", "a"]


def test_one_that_was_selected_is_not_filled_up():
    assert keys(ALICES, {"a"}, 2) == ["a"]


def test_where_none_was_selected_the_best_count_the_earlier_of_equals_first():
    assert keys(ALICES, (), 2) == ["d", "b"]
    assert keys(ALICES, (), 2, lower_is_better=False) == ["a", "b"]


def test_of_too_many_the_best_count():
    assert keys(ALICES, {"a", "b", "c"}, 2) == ["b", "c"]


def test_a_selected_one_that_is_no_candidate_any_more_is_passed_over():
    assert keys(ALICES, {"a", "gone"}, 2) == ["a"]
    assert keys(ALICES, {"gone"}, 1) == ["d"]


def test_who_sent_nothing_has_no_choice():
    assert keys([], {"a"}, 2) == []
    assert best([]) is None


def test_those_whose_score_was_not_told_come_last_the_newest_first():
    assert keys(ALICES, (), 3, untold={"a", "c", "d"}) == ["b", "d", "c"]
    assert keys(ALICES, {"a", "d", "b"}, 2, untold={"a", "d"}) == ["b", "d"]
    assert keys(ALICES, {"a"}, 2, untold={"a"}) == ["a"]


def test_a_choice_of_none_is_an_error():
    with pytest.raises(ValueError, match="1 submission or more, not 0"):
        final_choice(ALICES, (), 0)


@pytest.mark.parametrize(("lower_is_better", "key"), [(True, "d"), (False, "a")])
def test_the_best_is_the_first_of_the_board(lower_is_better, key):
    found = best(ALICES, lower_is_better)
    assert found is not None
    assert found.key == key


def test_the_earlier_of_two_equals_is_the_best():
    found = best(sent(late=0.5, later=0.5))
    assert found is not None
    assert found.key == "late"
