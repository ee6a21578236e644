"""What a request brings: how long it has waited, how long it says to be, and as much of it as comes."""

from django.http import HttpRequest, UnreadablePostError

READ_BYTES = 65_536
# In its WSGI environment: the seconds between its arrival in this process and the thread that took it up.
WAITED = "holdout.waited"


def said_length(request: HttpRequest) -> int | None:
    """How many bytes the body has, by the request's head. None: that does not say it."""
    length = request.headers.get("Content-Length") or ""
    if request.headers.get("Transfer-Encoding") or not (length.isascii() and length.isdigit()):
        return None
    return int(length)


def what_comes(request: HttpRequest) -> bytes:
    """The body, or as much of it as came before the connection was lost: it need not be sent again."""
    parts = []
    try:
        while part := request.read(READ_BYTES):
            parts.append(part)
    except UnreadablePostError:
        pass
    return b"".join(parts)
