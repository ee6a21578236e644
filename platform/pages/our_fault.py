"""What is answered when something broke on our side: 503 for what passes by itself, else 500."""

import sys

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.template.loader import render_to_string
from django.views.defaults import server_error

from config.trouble import passing_trouble

API = "/api/"


def our_fault(request: HttpRequest) -> HttpResponseBase:
    """Django's handler500, called while the exception is handled. Nothing here asks the database."""
    said = passing_trouble(sys.exc_info()[1])
    if said is None:
        return server_error(request)
    if request.path.startswith(API):
        problem = {"type": "about:blank", "title": "Service Unavailable", "status": 503, "detail": said}
        answer: HttpResponse = JsonResponse(
            problem | {"code": "out_of_order"}, status=503, content_type="application/problem+json"
        )
    else:
        # Without the request, whose user would be read from the database.
        answer = HttpResponse(render_to_string("out_of_order.html", {"text": said}), status=503)
    answer["Retry-After"] = str(settings.TROUBLE_RETRY_SECONDS)
    return answer
