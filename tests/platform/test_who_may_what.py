"""Every address of the site, asked by everybody: who may, what no page lets through, and what no deed goes without.

`who_may_what.txt` is the table: a method, a route, and what each of seven people is answered (`in`: the sign-in).
A new address, or an answer that changed, fails with the line as it is now: judge it, then put it into the table.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from every_address import Address, Answer, Visitor, every_address, filled
from filled_site import RAW
from filled_site import people as people
from filled_site import places as places

TABLE = Path(__file__).with_name("who_may_what.txt")
WHO = ("nobody", "erin", "alice", "bob", "olga", "vera", "root")
# Enough for most of the deeds: whoever may do one does it, and is not refused for what was sent.
FORM = {
    "accept_rules": "on", "name": "A new name", "username": "erin", "description": "better", "message": "me",
    "confirmed": "yes", "reason": "Because it has to be so, this once.", "title": "News", "text": "Soon.",
    "selected": True, "label": "laptop", "team": "carol", "competition": "1", "captain": "bob", "size": 5,
}  # fmt: skip
# A script without an address is data for one that has it, or nothing.
INLINE = re.compile(
    r"<style|\sstyle=|\son[a-z]+=[\"']|<script(?![^>]*(?:\ssrc=|type=\"application/json\"))|javascript:"
)
# Deeds without the token of a session: mail programs unsubscribe with one click by the letter's own token; a program
# signs in by name and password, and has no session.
WITHOUT_A_SESSION = {
    "/announcements-by-mail/<str:token>/",
    "/letters/<slug:kind>/<str:token>/",
    "/api/v1/tokens/",
}


@dataclass
class Walk:
    """What somebody with a list finds who asks every address as everybody."""

    lines: list[str] = field(default_factory=list)
    faults: set[str] = field(default_factory=set)
    unguarded: set[str] = field(default_factory=set)


@pytest.fixture
def walk(places, people):
    """walk(addresses) asks all of them."""
    visitors = {name: Visitor(people.get(name)) for name in WHO}
    forger = Visitor(people["root"], enforce_csrf_checks=True)

    def through(addresses: list[Address]) -> Walk:
        found = Walk()
        for address in addresses:
            path = filled(address.route, places)
            for method in address.methods:
                said = {} if method == "get" else {"data": FORM}
                given = [visitors[name].ask(method, path, **said) for name in WHO]
                found.lines.append(written(method, address.route, given))
                found.faults |= {f"{method} {address.route} {fault}" for answer in given for fault in faults_of(answer)}
                if method != "get" and forger.ask(method, path, **said).status not in (403, 404, 405):
                    found.unguarded.add(address.route)
        return found

    return through


def written(method: str, route: str, given: list[Answer]) -> str:
    """A line of the table."""
    return f"{method.upper():6} {route:92} " + " ".join(f"{said_of(answer):>3}" for answer in given)


def said_of(answer: Answer) -> str:
    if answer.status in (301, 302) and answer.headers["Location"].startswith(("/accounts/login/", "/admin/login/")):
        return "in"
    return str(answer.status)


def faults_of(answer: Answer):
    """What is wrong with an answer, whoever it is for."""
    policy = answer.headers.get("Content-Security-Policy", "")
    if "script-src 'self';" not in policy or "unsafe" in policy or "Permissions-Policy" not in answer.headers:
        yield "goes without the strict policies"
    if answer.status >= 500:
        yield f"fails with {answer.status}"
    if answer.headers.get("Content-Type", "").startswith("text/html"):
        page = answer.text
        yield from (f"has {found[0]!r} inline" for found in INLINE.finditer(page))
        yield from (
            f"shows raw: …{page[max(0, found.start() - 60) : found.end() + 30]}…" for found in RAW.finditer(page)
        )


def addresses(*, of_the_admin: bool) -> list[Address]:
    return [address for address in every_address() if address.route.startswith("/admin/") is of_the_admin]


def test_the_table_names_every_address_and_no_other():
    named = {tuple(line.split()[:2]) for line in TABLE.read_text().splitlines()[1:]}
    assert named == {(method.upper(), address.route) for address in every_address() for method in address.methods}


def check(found: Walk) -> None:
    table = set(TABLE.read_text().splitlines())
    assert [line for line in found.lines if line not in table] == []
    assert found.faults == set()
    assert found.unguarded - WITHOUT_A_SESSION == set()


def test_pages_and_api_answer_as_the_table_says_and_show_no_strangers_text_raw(walk):
    check(walk(addresses(of_the_admin=False)))


def test_the_admin_answers_as_the_table_says_and_shows_no_strangers_text_raw(walk):
    check(walk(addresses(of_the_admin=True)))
