"""The organizers' half of the API answers as its description says, whatever Olga's program asks."""

from typing import Any

import schemathesis
from django.core.wsgi import get_wsgi_application
from hypothesis import given, strategies
from organizers_program import whole as whole
from test_api_schema import AGREE, EXAMPLES, ORGANIZERS, modest
from test_api_schema import unlimited as unlimited
from test_api_schema import within_the_test as within_the_test

from accounts.tokens import make_token


def test_every_answer_to_an_organizer_is_one_that_the_description_names(unlimited, within_the_test, whole, olga):
    headers = {"Authorization": f"Token {make_token(olga, 'schema')[1]}"}
    described = schemathesis.openapi.from_wsgi("/api/v1/schema/", get_wsgi_application())
    operations = [found.ok() for found in described.get_all_operations()]
    asked = 0
    for operation in (one for one in operations if one.path.startswith(ORGANIZERS)):

        @given(case=operation.as_strategy(), is_real=strategies.booleans())
        @modest((EXAMPLES + 1) // 2)
        def ask(case, is_real):
            if is_real:
                name_what_is_there(case, whole)
            case.call_and_validate(headers=headers, checks=AGREE)

        ask()
        asked += 1
    assert asked > 40


def name_what_is_there(case: Any, whole: dict[str, Any]) -> None:
    """Ask about what exists: made-up names would only ever be told that there is no such thing."""
    places = {"slug": "stars", "version": whole["version"]}
    for name in ("rescores", "teams", "submissions", "entry-requests"):
        if f"/{name}/" in case.path:
            places["id"] = whole[name]
    for name in list(case.path_parameters):
        case.path_parameters[name] = places.get(name, case.path_parameters[name])
