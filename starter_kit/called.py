"""How the kit is called here: what it tells people to type must work where they type it."""

import os

# `./run kit` says so of itself; without it the kit is a module of the environment at hand.
KIT = os.environ.get("KIT_CALLED_AS") or "python -m starter_kit"
