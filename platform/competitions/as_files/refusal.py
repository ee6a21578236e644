"""Why the files of a competition are not taken."""


class FilesRefused(Exception):
    """The files are refused as they are; each of `problems` is a sentence for whoever sent them."""

    def __init__(self, *problems: str) -> None:
        self.problems = problems
        super().__init__(*problems)

    def __str__(self) -> str:
        return "\n".join(self.problems)
