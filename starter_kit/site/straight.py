"""Sends a large file straight into a site's store, part by part, where the site names an address for the next part."""

from pathlib import Path
from urllib.parse import urlsplit

import requests

from starter_kit.reporting import Report
from starter_kit.site.api import ANSWER_SECONDS, CONNECT_SECONDS, LONG_PATIENCE_SECONDS, Api, Document
from starter_kit.site.patience import Patience
from starter_kit.trouble import KitError, SiteUnreachable


def send_straight(api: Api, path: str, upload: Document, file: Path, heard: Report) -> None:
    """Put what is missing of the upload at `path`, of which the site has said `upload`. Raises KitError.

    Whatever the store answers, the site is asked how far the file has come: an address that has run out is replaced,
    and a part whose answer was lost is not sent twice.
    """
    patience = Patience(LONG_PATIENCE_SECONDS, api.heard)
    size = file.stat().st_size
    with file.open("rb") as content:
        while address := upload["put_to"]:
            received = int(upload["received_bytes"])
            heard(received, size)
            content.seek(received)
            trouble = _put(address, content.read(int(upload["chunk_bytes"])))
            upload = api.get(path, patience=LONG_PATIENCE_SECONDS)
            if trouble is not None and int(upload["received_bytes"]) == received:
                patience.wait_after(trouble)
            else:
                patience = Patience(LONG_PATIENCE_SECONDS, api.heard)


def _put(address: str, part: bytes) -> SiteUnreachable | None:
    """What went wrong, if anything did; the address is told to nobody. Raises KitError where no bytes are left."""
    if not part:
        raise KitError("The file has become shorter while it was sent. Send it again when it is written.")
    store = urlsplit(address).netloc
    try:
        answer = requests.put(
            address,
            data=part,
            timeout=(CONNECT_SECONDS, ANSWER_SECONDS),
            allow_redirects=False,
            # Neither the token nor what .netrc may hold goes there.
            auth=lambda request: request,
        )
    except requests.RequestException as error:
        return SiteUnreachable(f"{store}: the site's store cannot be reached ({type(error).__name__}).")
    if answer.ok:
        return None
    return SiteUnreachable(f"{store}: the site's store answers {answer.status_code}.")
