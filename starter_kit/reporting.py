"""How work that takes a while says how far it is."""

from collections.abc import Callable

# Called as the work goes on, with the steps done and the steps in all.
Report = Callable[[int, int], None]
