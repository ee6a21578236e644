"""What a data file is refused with. Apart from the reading, so that naming it costs no pandas."""


class TableError(Exception):
    """A data file is not the table it should be; the text names file, finding and cure."""
