"""What Django puts off until somebody asks for a page is done while the web server starts: no visitor waits for it."""

from pathlib import Path

from django.conf import settings
from django.template import engines
from django.template.loader import get_template
from django.urls import reverse
from django.utils import translation


def preload_pages() -> None:
    """Import every view, read every template and every language. Opens no connection, so it may come before a fork."""
    # The first address that is looked up imports all of them, with every form and serializer behind them.
    reverse("home")
    for code, _ in settings.LANGUAGES:
        with translation.override(code):
            translation.gettext("Submit")
    for folder in engines["django"].dirs:
        for path in Path(folder).rglob("*.html"):
            get_template(str(path.relative_to(folder)))
