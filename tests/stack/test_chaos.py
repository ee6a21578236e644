"""With real processes, a real broker and a real database: everything dies in turn, and nothing is lost or doubled."""

import os
import random

import pytest
from rich.console import Console

from tests.chaos.bells import FATES
from tests.chaos.report import table
from tests.chaos.set_ups import SET_UPS
from tests.chaos.story import tell
from tests.chaos.verdict import broken_promises

# Another one each time; CHAOS_SEED tells a story again, as far as the machine goes along.
SEED = int(os.environ.get("CHAOS_SEED", random.randrange(10**6)))

EVERYWHERE = {"a worker", "a worker's child", "a worker whose clock is off", "beat", "a web process", "the web server"}


def survives(kind, folder, count):
    print(f"CHAOS_SEED={SEED}")
    told = tell(kind, folder, count, SEED)
    Console(width=160).print(table([told]))
    assert broken_promises(told) == []
    assert len(told.facts["submissions"]) == count
    assert told.struck.keys() >= EVERYWHERE
    assert all(told.bells[fate] for fate in FATES)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("kind", SET_UPS, ids=lambda kind: kind.name)
def test_nothing_is_lost_while_everything_dies(kind, tmp_path):
    survives(kind, tmp_path, 200)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("kind", SET_UPS, ids=lambda kind: kind.name)
def test_nothing_is_lost_in_a_thousand_while_everything_dies(kind, tmp_path):
    survives(kind, tmp_path, 1000)
