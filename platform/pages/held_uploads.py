"""An organizer's upload kept from one page to the next: looked at first, then acted on. A day later it is gone."""

from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.core.files.base import File
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

SESSION_KEY = "held_uploads"
# Of one visitor; the oldest one makes room.
MOST_HELD = 3


def hold(request: HttpRequest, file: File[Any], **facts: Any) -> UUID:
    """Keep the file for this visitor alone, with what was said beside it (texts and numbers); returns its key."""
    held: dict[str, dict[str, Any]] = request.session.get(SESSION_KEY, {})
    while len(held) >= MOST_HELD:
        _path_of(oldest := next(iter(held))).unlink(missing_ok=True)
        del held[oldest]
    key = uuid4()
    with _path_of(str(key)).open("xb") as copy:
        for chunk in file.chunks():
            copy.write(chunk)
    held[str(key)] = facts
    request.session[SESSION_KEY] = held
    return key


def held_or_404(request: HttpRequest, key: UUID) -> tuple[Path, dict[str, Any]]:
    """The kept file and what was said beside it. Raises Http404 for somebody else's, and for one that is gone."""
    facts = request.session.get(SESSION_KEY, {}).get(str(key))
    path = _path_of(str(key))
    if facts is None or not path.exists():
        raise Http404(_("This upload is not kept any more. Upload it again."))
    return path, dict(facts)


def let_go(request: HttpRequest, key: UUID) -> None:
    """Forget the file: it was acted on."""
    held = request.session.get(SESSION_KEY, {})
    held.pop(str(key), None)
    request.session[SESSION_KEY] = held
    _path_of(str(key)).unlink(missing_ok=True)


def _path_of(key: str) -> Path:
    # The sweeper removes what bears such a name when it is a day old.
    return settings.UPLOAD_TEMP_DIR / f"{key}.upload.zip"
