"""`makemessages`, which also finds the names that stand in no source: those that Django makes of attributes."""

from typing import Any

from django.core.management.commands import makemessages

from config.derived_names import derived_names
from config.environment import ROOT

# What speaks English only, or to nobody.
LEFT_OUT = ["tests/*", "var/*", "grader/*", "starter_kit/*", "datasets/*", "platform/static/vendor/*"]


class Command(makemessages.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        options["ignore_patterns"] = [*options["ignore_patterns"], *LEFT_OUT]
        listed = ROOT / "platform" / "config" / "names_made_of_attributes.py"
        lines = [f"gettext_noop({name!r})\n" for name in derived_names()]
        listed.write_text("".join(lines), encoding="utf-8")
        try:
            super().handle(*args, **options)
        finally:
            listed.unlink()
