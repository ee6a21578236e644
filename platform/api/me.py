"""Who is asking."""

from typing import cast

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from api.endpoint import Endpoint
from api.schema import operation


class Me(serializers.Serializer[User]):
    username = serializers.CharField()
    display_name = serializers.SerializerMethodField()
    email = serializers.CharField()
    is_organizer = serializers.BooleanField(source="is_staff")

    def get_display_name(self, user: User) -> str:
        return user.shown_name


class MeView(Endpoint):
    """The account that the token or session belongs to."""

    @operation(
        "me",
        Me,
        {"username": "alice", "display_name": "Alice", "email": "alice@example.org", "is_organizer": False},
        tags=["account"],
        summary="Who I am",
    )
    def get(self, request: Request) -> Response:
        return Response(Me(cast(User, request.user)).data)
