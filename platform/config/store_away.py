"""A store that does not answer: no file of it is lost, and nothing is to blame but the store."""


class StoreAway(Exception):
    """It will pass by itself. It is no OSError, by which files are known that cannot be read."""
