"""The site's API, `/api/v1/`, as one person sees it: a token, patience with the network, and refusals as KitError."""

from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests
from requests.auth import AuthBase

from starter_kit.site.patience import Patience
from starter_kit.site.refusals import refusal, retry_after
from starter_kit.trouble import KitError, SiteFault, SiteUnreachable

Document = dict[str, Any]

CONNECT_SECONDS, ANSWER_SECONDS = 10.0, 120.0
# How long the network or the site may be away: while somebody looks on, and while something long is under way.
SHORT_PATIENCE_SECONDS, LONG_PATIENCE_SECONDS = 3.0, 300.0


class _Token(AuthBase):
    """The Authorization header; without a token none at all, not even from .netrc."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token:
            request.headers["Authorization"] = f"Token {self._token}"
        return request


class _MayPass(Exception):
    """A trouble that may be gone after so many seconds."""

    def __init__(self, trouble: KitError, seconds: float) -> None:
        super().__init__(str(trouble))
        self.trouble = trouble
        self.seconds = seconds


class Api:
    """A site's API. Every call raises KitError, of the kind that the exit code comes from; none follows a redirect."""

    def __init__(self, site: str, token: str = "", heard: Callable[[str], None] = lambda _: None) -> None:
        """`heard` is told when something is tried again."""
        self.site = site
        self.is_signed_in = bool(token)
        self.heard = heard
        self._http = requests.Session()
        self._http.auth = _Token(token)
        # Bytes as they are: a download that goes on, and SHA-256, speak of the file's own.
        self._http.headers.update({"User-Agent": "holdout-starter-kit", "Accept-Encoding": "identity"})

    def get(self, path: str, *, patience: float = SHORT_PATIENCE_SECONDS, **query: Any) -> Document:
        """The document at `path`."""
        return self._document(self.ask("GET", path, patience=patience, params=query))

    def post(self, path: str, *, patience: float = 0.0, **sent: Any) -> Document:
        """What is answered to a POST; `patience`: it may be sent again, as it does the same twice as once."""
        return self._document(self.ask("POST", path, patience=patience, **sent))

    def rows(self, path: str, *, at_most: int | None = None, **query: Any) -> Iterator[Document]:
        """A list row by row, page by page; at most so many rows."""
        given = 0
        while True:
            page = self.get(path, **query)
            for row in page["results"]:
                if given == at_most:
                    return
                yield row
                given += 1
            if not page.get("next"):
                return
            # Only its query: where the site lies is known better here than behind a proxy.
            query |= dict(parse_qsl(urlsplit(page["next"]).query))

    def ask(self, method: str, path: str, *, patience: float = 0.0, **sent: Any) -> requests.Response:
        """The answer to a request below `/api/v1/`.

        No answer, and what passes by itself, is tried again within `patience` seconds, as late as Retry-After says.
        """
        waiting = Patience(patience, self.heard)
        while True:
            try:
                return self._answer(method, path, sent)
            except _MayPass as passing:
                waiting.wait_after(passing.trouble, at_least=passing.seconds)

    def _answer(self, method: str, path: str, sent: dict[str, Any]) -> requests.Response:
        try:
            answer = self._http.request(
                method,
                f"{self.site}/api/v1/{path}",
                timeout=(CONNECT_SECONDS, ANSWER_SECONDS),
                allow_redirects=False,
                **sent,
            )
        except requests.RequestException as error:
            raise _MayPass(unreachable(self.site, error), 0.0) from error
        if answer.status_code < HTTPStatus.MULTIPLE_CHOICES:
            if not sent.get("stream") and _is_cut_off(answer):
                raise _MayPass(SiteUnreachable(f"{self.site}: the answer was cut off."), 0.0)
            return answer
        trouble, seconds = refusal(answer), retry_after(answer)
        raise trouble if seconds is None else _MayPass(trouble, seconds)

    def _document(self, answer: requests.Response) -> Document:
        if answer.status_code == HTTPStatus.NO_CONTENT:
            return {}
        try:
            found = answer.json()
        except ValueError as error:
            raise SiteFault(
                f"{answer.url}: the answer is no JSON. Is this the address of a Holdout site? Give it with --site."
            ) from error
        return found if isinstance(found, dict) else {"results": found}


def _is_cut_off(answer: requests.Response) -> bool:
    """Whether the connection was lost within the answer: in its head, or in its JSON."""
    content_type = answer.headers.get("Content-Type", "")
    if answer.status_code == HTTPStatus.NO_CONTENT or (content_type and "json" not in content_type):
        return False
    try:
        answer.json()
    except ValueError:
        return True
    return False


def unreachable(site: str, error: Exception) -> SiteUnreachable:
    """The site does not answer: why, in few words."""
    cause: BaseException = error
    while (deeper := getattr(cause, "reason", None) or cause.__cause__ or cause.__context__) and isinstance(
        deeper, BaseException
    ):
        cause = deeper
    return SiteUnreachable(f"{site}: cannot be reached ({cause}). Is the site running, and the address right?")
