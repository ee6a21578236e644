"""Organizers' Markdown as safe HTML: HTML in the text is shown as text, and the result is cleaned once more."""

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

_parser = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("table")
_TAGS = {
    "p", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "a", "code", "pre", "em", "strong", "blockquote", "hr", "br",
    "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
# A wide table scrolls by itself on a telephone; it can be reached by keyboard for that.
_FRAME = '<div class="scrolling" tabindex="0" role="region" aria-label="Table">'


def to_html(text: str) -> SafeString:
    """Render Markdown; a page's own title is its h1, so the text's headings begin at h2."""
    tokens = _parser.parse(text)
    for token in tokens:
        if token.tag == "h1":
            token.tag = "h2"
    html = _parser.renderer.render(tokens, _parser.options, {})
    cleaned = nh3.clean(html, tags=_TAGS, attributes={"a": {"href"}}, url_schemes={"http", "https", "mailto"})
    framed = cleaned.replace("<table>", f"{_FRAME}<table>").replace("</table>", "</table></div>")
    return mark_safe(framed)  # nosec B308 B703
