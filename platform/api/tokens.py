"""Tokens: made by password, listed, revoked."""

from typing import Any, cast

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Token, User
from accounts.sign_in import SignInRefused, person_by_password
from accounts.tokens import make_token, revoke, tokens_of
from api.endpoint import Endpoint, Listing
from api.permissions import AllowAny, IsAuthenticated
from api.problems import Problem
from api.schema import operation
from api.throttles import SignIns

# How long somebody waits who has typed too many wrong passwords.
WAIT_SECONDS = 300
STATUS_OF = {"wrong_credentials": 401, "too_many_attempts": 429, "account_closed": 403, "second_factor": 403}
EXAMPLE = {
    "id": "holdout_1a2b3c4",
    "name": "laptop",
    "created_at": "2026-11-01T09:00:00Z",
    "expires_at": "2027-11-01T09:00:00Z",
    "last_used_at": None,
    "is_current": True,
}
MADE = {"token": "holdout_1a2b3c4…", "name": "laptop", "expires_at": "2027-11-01T09:00:00Z"}


class NewToken(serializers.Serializer[Any]):
    username = serializers.CharField(max_length=254, help_text="The user name, or the e-mail address.")
    password = serializers.CharField(max_length=1000, trim_whitespace=False)
    name = serializers.CharField(max_length=80, help_text="Where it is used.")
    expires_in_days = serializers.IntegerField(
        required=False, min_value=1, max_value=100_000, help_text="At most HOLDOUT_TOKEN_DAYS, which is also the usual."
    )


class MadeToken(serializers.Serializer[Any]):
    """`token` is told only now."""

    token = serializers.CharField()
    name = serializers.CharField()
    expires_at = serializers.DateTimeField(allow_null=True)


class TokenRow(serializers.Serializer[Token]):
    id = serializers.CharField(source="token_key", help_text="How the token begins.")
    name = serializers.CharField()
    created_at = serializers.DateTimeField(source="created")
    expires_at = serializers.DateTimeField(source="expiry", allow_null=True)
    last_used_at = serializers.DateTimeField(allow_null=True)
    is_current = serializers.SerializerMethodField()

    def get_is_current(self, token: Token) -> bool:
        auth = self.context["request"].auth
        return isinstance(auth, Token) and auth.pk == token.pk


class TokensView(Listing):
    """One's tokens; a new one costs a password."""

    serializer_class = TokenRow

    def get_permissions(self) -> Any:
        return [AllowAny() if self.request.method == "POST" else IsAuthenticated()]

    def get_throttles(self) -> Any:
        return [*super().get_throttles(), *([SignIns()] if self.request.method == "POST" else [])]

    def get_authenticators(self) -> Any:
        # The password alone speaks here: neither a session nor an old token must come along.
        request = getattr(self, "request", None)
        return [] if request is not None and request.method == "POST" else super().get_authenticators()

    def get_queryset(self) -> QuerySet[Token]:
        return tokens_of(cast(User, self.request.user))

    @operation("tokens", TokenRow(many=True), [EXAMPLE], tags=["account"], summary="My tokens")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @operation(
        "make_token",
        MadeToken,
        MADE,
        status=201,
        request=NewToken,
        refuses={
            401: "The username and/or password you specified are not correct.",
            403: "This account has a second factor, which is asked for in the browser. Make a token on "
            "/account/tokens/ and use that.",
            409: "You have 20 tokens, as many as one may have. Revoke one on /account/tokens/ first.",
        },
        tags=["account"],
        summary="Make a token by user name and password",
    )
    def post(self, request: Request) -> Response:
        asked = NewToken(data=request.data)
        asked.is_valid(raise_exception=True)
        wanted = asked.validated_data
        try:
            user = person_by_password(request._request, wanted["username"], wanted["password"])
        except SignInRefused as reason:
            status = STATUS_OF[reason.code]
            headers = {"Retry-After": str(WAIT_SECONDS)} if status == 429 else {}
            raise Problem(status, reason.code, str(reason), headers=headers) from None
        token, key = make_token(user, wanted["name"], wanted.get("expires_in_days"))
        body = {"token": key, "name": token.name, "expires_at": token.expiry}
        return Response(MadeToken(body).data, status=201, headers={"Cache-Control": "no-store"})


class CurrentTokenView(Endpoint):
    @operation(
        "revoke_current_token",
        None,
        None,
        status=204,
        refuses={404: "You are signed in by the site's session, not by a token."},
        tags=["account"],
        summary="Log out: revoke the token that this request bears",
    )
    def delete(self, request: Request) -> Response:
        if not isinstance(request.auth, Token):
            raise Problem(404, "no_token", _("You are signed in by the site's session, not by a token."))
        revoke(request.auth)
        return Response(status=204)


class TokenView(Endpoint):
    @operation("revoke_token", None, None, status=204, tags=["account"], summary="Revoke one of my tokens")
    def delete(self, request: Request, token_id: str) -> Response:
        found = list(tokens_of(cast(User, request.user)).filter(token_key=token_id))
        if not found:
            raise Problem(404, "not_found", _("You have no token that begins so."))
        for token in found:
            revoke(token)
        return Response(status=204)
