"""`python -m grader.verify ARCHIVE`: replay the final ranking of a published archive, and find what was changed."""

import argparse
import sys
from pathlib import Path

from grader.verify.contents import Contents
from grader.verify.findings import Findings
from grader.verify.opening import BadArchive
from grader.verify.replay import Kept, replay

FIRST_PLACES = 10


def main(arguments: list[str] | None = None) -> int:
    """Print what was checked and found. Exit code 0: everything fits; 1: something does not, or cannot be read."""
    options = _parser().parse_args(arguments)
    kept = Kept(options.sha256, tuple(options.commitment), tuple(options.link), tuple(options.receipt))
    try:
        contents, findings = replay(options.archive, kept, _say)
    except BadArchive as problem:
        print(_printable(str(problem)), file=sys.stderr)
        return 1
    except OSError as problem:
        print(f"{problem.filename}: it cannot be read ({problem.strerror}). Check the path.", file=sys.stderr)
        return 1
    return _said(contents, findings, kept)


def _said(contents: Contents, findings: Findings, kept: Kept) -> int:
    if findings.count:
        for finding in findings.named:
            _say(str(finding))
        unnamed = findings.count - len(findings.named)
        if unnamed:
            print(f"And {unnamed:,} more of these kinds.")
        print(f"NOT VERIFIED: {findings.count:,} {'thing does' if findings.count == 1 else 'things do'} not fit.")
        return 1
    for line in contents.final[:FIRST_PLACES]:
        _say(f"{'-' if line.rank is None else line.rank:>6}  {line.score:>12}  {line.name}")
    _say(f"VERIFIED: the final ranking of {contents.title} follows from the archive, and nothing in it was changed.")
    if not (kept.sha256 or kept.links):
        print(
            "Whoever writes a whole archive anew can make it fit. Compare it with what the site has shown and others "
            f"have kept: its SHA-256 (--sha256), the commitments (--commitment) and the chain's last link (--link): "
            f"{contents.head}"
        )
    return 0


def _say(line: str) -> None:
    print(_printable(line), flush=True)


def _printable(text: str) -> str:
    """What strangers have written must not steer the reader's terminal."""
    return "".join(character if character.isprintable() else "?" for character in text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m grader.verify", description=__doc__)
    parser.add_argument("archive", type=Path, help="the zip that the site offers after the reveal")
    parser.add_argument("--sha256", default="", help="of the zip, as the site shows it")
    parser.add_argument("--commitment", action="append", default=[], help="a digest that the Evaluation page showed")
    parser.add_argument("--link", action="append", default=[], help="a link of the receipts' chain that you have kept")
    parser.add_argument("--receipt", action="append", type=Path, default=[], help="a receipt that you have kept")
    return parser


if __name__ == "__main__":
    sys.exit(main())
