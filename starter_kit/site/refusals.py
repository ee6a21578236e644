"""What the site answers when it does not do what was asked (problem+json, RFC 9457), in the kit's words."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urljoin

import requests

from starter_kit.called import KIT
from starter_kit.site.moments import lasting, moment
from starter_kit.trouble import KitError, LimitReached, NotAllowed, SiteFault, WrongUsage

MAY_PASS = (429, 502, 503, 504)
# What to type, where the page's own sentence speaks of the page.
_CURES = {
    "sent_before": "Send it again all the same with --again.",
    "second_factor": "Make a token at {site}/account/tokens/, then: {kit} login --token",
    "not_joined": "Join with: {kit} join",
    "wrong_credentials": "A forgotten password is set anew at {site}/accounts/password/reset/",
    "not_found": "`{kit} competitions` lists what there is.",
}

# Refusals that are about the person and the time, not about what was sent.
_NOT_FOR_THEM = ("joining_refused", "selection_refused")


def refusal(answer: requests.Response) -> KitError:
    """The trouble that an answer of 300 or above tells, with problems line by line where the site names lines."""
    told = problem_of(answer)
    kind, status, site = _kind(answer, told), answer.status_code, urljoin(answer.url, "/").rstrip("/")
    if answer.is_redirect:
        target = urljoin(answer.url, answer.headers["Location"])
        return kind(f"{answer.url}: the site sends us on to {target}. Give that address if you trust it.")
    if not told:
        return kind(_without_words(answer))
    code = str(told.get("code", ""))
    sentences = [str(told.get("detail") or told.get("title") or f"The site answered {status}.")]
    if status == HTTPStatus.NOT_FOUND:
        sentences[0] = f"{answer.url}: {sentences[0]}"
    again_at = told.get("reset_at") or told.get("retry_at")
    if again_at and moment(again_at) not in sentences[0]:
        sentences.append(f"It is possible again at {moment(again_at)}.")
    seconds = answer.headers.get("Retry-After", "")
    if not again_at and seconds.isdigit() and (later := f"in {lasting(int(seconds))}.") not in sentences[0]:
        sentences.append(f"It is possible again {later}")
    if status == HTTPStatus.UNAUTHORIZED and code != "wrong_credentials":
        sentences.append(f"Sign in with: {KIT} login --site {site}")
    if code in _CURES:
        sentences.append(_CURES[code].format(site=site, kit=KIT))
    lines = problem_lines(told.get("problems"))
    facts = {name: value for name, value in told.items() if name not in ("type", "title", "detail")}
    return kind("\n".join([" ".join(sentences), *(line for line in lines if line not in sentences[0])]), **facts)


def problem_of(answer: requests.Response) -> dict[str, Any]:
    """The problem document; empty when the answer is none, so that it came from something else on the way."""
    if "json" not in answer.headers.get("Content-Type", ""):
        return {}
    try:
        found = answer.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def problem_lines(problems: Any) -> list[str]:
    """`problems` as the page prints them: the line first, where there is one."""
    lines = []
    for problem in problems or ():
        if not isinstance(problem, dict):
            lines.append(str(problem))
            continue
        message, place = str(problem.get("message", "")), problem.get("field", "")
        if problem.get("line") is not None and not message.startswith("Line "):
            place = f"Line {problem['line']}"
        lines.append(f"{place}: {message}" if place else message)
    return lines


def retry_after(answer: requests.Response) -> float | None:
    """After how many seconds the same may be tried again; None: trying again brings nothing."""
    if answer.status_code not in MAY_PASS or problem_of(answer).get("reset_at"):
        return None
    told = answer.headers.get("Retry-After", "")
    if told.isdigit():
        return float(told)
    try:
        return max(0.0, (parsedate_to_datetime(told) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return 0.0


def _kind(answer: requests.Response, told: dict[str, Any]) -> type[KitError]:
    status = answer.status_code
    if status == HTTPStatus.TOO_MANY_REQUESTS or "reset_at" in told:
        return LimitReached
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN) or told.get("code") in _NOT_FOR_THEM:
        return NotAllowed
    if status == HTTPStatus.NOT_FOUND or answer.is_redirect:
        return WrongUsage
    return SiteFault if status >= HTTPStatus.INTERNAL_SERVER_ERROR else KitError


def _without_words(answer: requests.Response) -> str:
    place = f"{answer.url}: the site answered {answer.status_code}"
    if answer.status_code == HTTPStatus.NOT_FOUND:
        return f"{place}. Is this the address of a Holdout site, and up to date? Give its address with --site."
    if answer.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        return f"{place}: too many requests. Wait {answer.headers.get('Retry-After', 'some')} seconds."
    if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return f"{place}: it has a fault or rests. Try again in a minute; if it stays so, tell the organizers."
    return f"{place}, without a reason. If it stays so, tell the organizers."
