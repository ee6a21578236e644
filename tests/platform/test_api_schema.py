"""The API's description and the API itself agree: whatever is asked, the answer is one that is written down."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from cast_of_stories import BAD, GOOD
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, given, strategies
from hypothesis import settings as effort
from programs import Program
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from accounts.tokens import make_token
from grading.tasks import score_waiting
from submissions import chunked_uploads
from submissions.models import Submission

AGREE = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
)
# Of each operation, each of two people; 40 of each found no more.
EXAMPLES = 3
# What organizers ask is asked by test_api_organize_schema.
ORGANIZERS = "/api/v1/organize/"


def modest(examples: int) -> effort:
    """So many examples of an operation, the same in each run."""
    return effort(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )


@pytest.fixture
def unlimited(settings) -> None:
    for name in ("TOKEN", "USER", "ADDRESS"):
        setattr(settings, f"API_REQUESTS_PER_{name}", 0)
    settings.API_UPLOADS_PER_USER = settings.API_SIGN_INS_PER_ADDRESS = 0


@pytest.fixture
def within_the_test() -> Iterator[None]:
    """Requests leave the test's own connection open, as those of Django's client do."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def real(alice, alices_team, competition, graded) -> dict[str, Any]:
    """Names of things that are there, by the parameter that names them."""
    for text in (GOOD, BAD):
        graded(alices_team, text)
    upload = chunked_uploads.begin(alices_team, alice, "big.csv", 100)
    return {
        "slug": "stars",
        "name": "test.csv",
        "submissions": str(Submission.objects.first().pk),
        "uploads": str(upload.pk),
    }


@pytest.mark.parametrize("who", ["anybody", "alice"])
def test_every_answer_is_one_that_the_description_names(unlimited, within_the_test, real, alice, who):
    headers = {"Authorization": f"Token {make_token(alice, 'schema')[1]}"} if who == "alice" else {}
    described = schemathesis.openapi.from_wsgi("/api/v1/schema/", get_wsgi_application())
    asked = 0
    operations = [found.ok() for found in described.get_all_operations()]
    for operation in (one for one in operations if not one.path.startswith(ORGANIZERS)):

        @given(case=operation.as_strategy(), is_real=strategies.booleans())
        @modest(EXAMPLES)
        def ask(case, is_real):
            if is_real:
                name_what_is_there(case, real)
            case.call_and_validate(headers=headers, checks=AGREE)

        ask()
        asked += 1
    paths = Program().get("/api/v1/schema/").json()["paths"]
    assert asked == sum(len(methods) for path, methods in paths.items() if not path.startswith(ORGANIZERS))
    score_waiting()


def name_what_is_there(case: Any, real: dict[str, Any]) -> None:
    """Ask about what exists: made-up names would only ever be told that there is no such thing."""
    for name in list(case.path_parameters):
        kind = case.path.split("/")[3]
        wanted = real.get(kind if name == "id" else name)
        if wanted is not None:
            case.path_parameters[name] = wanted
