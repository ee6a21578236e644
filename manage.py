#!/usr/bin/env python
"""Django's command line, with `platform/` as a source root (it must never become a package: see ARCHITECTURE.md)."""

import os
import sys
from pathlib import Path


def main() -> None:
    root = Path(__file__).resolve().parent
    sys.path[:0] = [str(root / "platform"), str(root)]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.management import execute_from_command_line
    from django.db import DatabaseError

    try:
        execute_from_command_line(sys.argv)
    except DatabaseError:
        from config.database_reach import why_away

        if "--traceback" in sys.argv or not (away := why_away()):
            raise
        sys.exit(away)


if __name__ == "__main__":
    main()
