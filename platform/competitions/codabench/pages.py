"""The pages of a bundle as Markdown pages of here."""

import html
import re
from typing import Any

import nh3
from django.utils.translation import gettext as _

from competitions.as_files.refusal import FilesRefused
from competitions.as_files.schema import text_from
from competitions.codabench.reading import BundleFiles, tables
from competitions.codabench.report import Report
from competitions.models import PageKind
from config.by_locale import whole

MOST_PAGES = 50
# A page's title in a bundle is free; these words tell what it is.
BY_WORD = {
    "evaluation": PageKind.EVALUATION,
    "metric": PageKind.EVALUATION,
    "scoring": PageKind.EVALUATION,
    "term": PageKind.RULES,
    "rule": PageKind.RULES,
    "data": PageKind.DATA,
    "time": PageKind.TIMELINE,
    "schedule": PageKind.TIMELINE,
    "dates": PageKind.TIMELINE,
}
ENDS_A_BLOCK = re.compile(r"</(p|div|h[1-6]|li|tr|ul|ol|table|pre|blockquote)\s*>|<br\s*/?>|<hr\s*/?>", re.IGNORECASE)
IS_HTML = re.compile(r"\s*<(!doctype|html|head|body|div|p|h[1-6]|table|ul|ol|script|style)\b", re.IGNORECASE)


def mapped_pages(content: dict[str, Any], files: BundleFiles, report: Report) -> dict[str, str]:
    """Kind → Markdown. The terms become the rules; a page that is none of ours is put below the overview."""
    parts: dict[PageKind, list[str]] = {kind: [] for kind in PageKind}
    pages = tables(content.get("pages"))
    if len(pages) > MOST_PAGES:
        raise FilesRefused(
            _("pages: there are %(count)s; at most %(most)s are taken. Leave some out.")
            % {"count": whole(len(pages)), "most": MOST_PAGES}
        )
    for number, page in enumerate(pages, 1):
        title = (text_from(page.get("title")) or f"Page {number}")[:100]
        text = _text(f"pages: {title}", page.get("file"), files, report)
        if text is not None:
            kind = _kind_of(title)
            parts[kind].append(text if not parts[kind] else f"## {title}\n\n{text}")
            report.mapped(f"pages: {title}", _("It is on the page “%(kind)s”.") % {"kind": kind.label})
    terms = _text("terms", content.get("terms"), files, report)
    if terms is not None:
        parts[PageKind.RULES].insert(0, terms)
        report.mapped("terms", _("They are the rules, which everybody accepts who joins."))
    return {kind.value: "\n\n".join(found) for kind, found in parts.items()}


def _kind_of(title: str) -> PageKind:
    words = title.lower()
    return next((kind for word, kind in BY_WORD.items() if word in words), PageKind.OVERVIEW)


def _text(place: str, name: Any, files: BundleFiles, report: Report) -> str | None:
    text = files.text(name) if isinstance(name, str) else None
    if text is None:
        report.not_mapped(place, _("Its file is not in the bundle."))
    elif str(name).lower().endswith((".html", ".htm")) or IS_HTML.match(text):
        report.differs(
            place, _("It was HTML: its text is kept, without tags, links, pictures and scripts. Lay it out anew.")
        )
        return _without_tags(text)
    return text


def _without_tags(text: str) -> str:
    """The words of an HTML page, a line for each block."""
    broken = ENDS_A_BLOCK.sub(lambda match: f"{match.group()}\n\n", text)
    words = html.unescape(nh3.clean(broken, tags=set(), clean_content_tags={"script", "style", "head", "title"}))
    lines = (" ".join(line.split()) for line in words.splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"
