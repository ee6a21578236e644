"""What the kit says when something that can be foreseen goes wrong."""


class KitError(Exception):
    """Shown to the participant as it stands: where, what was found, what to do."""
