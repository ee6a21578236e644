"""The addresses under /api/v1/."""

from django.urls import path, re_path

from api.competitions import CompetitionsView
from api.docs import SchemaView
from api.endpoint import NotFound
from api.me import MeView
from api.tokens import CurrentTokenView, TokensView, TokenView

app_name = "api"
urlpatterns = [
    path("schema/", SchemaView.as_view(), name="schema"),
    path("me/", MeView.as_view(), name="me"),
    path("tokens/", TokensView.as_view(), name="tokens"),
    path("tokens/current/", CurrentTokenView.as_view(), name="current_token"),
    path("tokens/<slug:token_id>/", TokenView.as_view(), name="token"),
    path("competitions/", CompetitionsView.as_view(), name="competitions"),
    re_path(r"^", NotFound.as_view()),
]
