"""Closing one's account: what would become of everything, and the deed, for which the password is asked once more."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.sign_in import SignInRefused, person_by_password
from api.endpoint import Endpoint
from api.problems import Problem
from api.schema import operation
from api.throttles import SignIns
from api.visits import who
from submissions.account_deletion import DeletionRefused, consequences, delete_account

FOLLOWS = {
    "name_afterwards": "deleted user 17",
    "sent_count": 12,
    "teams": [{"competition": "goodreads", "team": "alice", "is_alone": True, "heir": None}],
    "refusal": "",
}
ALONE = "You are the only organizer of Five stars. Name another organizer there in the admin, then delete your account."
NOT_THEIRS = "The username and/or password you specified are not correct."


class LeftTeam(serializers.Serializer[Any]):
    competition = serializers.CharField(source="team.competition.slug")
    team = serializers.CharField(source="team.name")
    is_alone = serializers.BooleanField(help_text="Nobody else is in it: it loses its name.")
    heir = serializers.CharField(source="heir.username", default=None, allow_null=True, help_text="Leads it then.")


class DeletionForetold(serializers.Serializer[Any]):
    name_afterwards = serializers.CharField(help_text="Under which what was sent stays, with its rank.")
    sent_count = serializers.IntegerField()
    teams = LeftTeam(many=True)
    refusal = serializers.CharField(help_text="Why it cannot be deleted yet. Empty: it can.")


class Proof(serializers.Serializer[Any]):
    username = serializers.CharField(max_length=254, help_text="One's own, so that nothing is deleted by a slip.")
    password = serializers.CharField(max_length=1000, trim_whitespace=False)


class Deleted(serializers.Serializer[Any]):
    name = serializers.CharField(help_text="Under which what was sent stays.")


class DeletionView(Endpoint):
    """The end of the account that the token or session belongs to."""

    def get_throttles(self) -> Any:
        return [*super().get_throttles(), *([SignIns()] if self.request.method == "POST" else [])]

    @operation(
        "foresee_deletion", DeletionForetold, FOLLOWS, tags=["account"], summary="What follows of deleting my account"
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Nothing is done."""
        return Response(DeletionForetold(consequences(who(request))).data)

    @operation(
        "delete_account", Deleted, {"name": "deleted user 17"}, tags=["account"], request=Proof,
        summary="Delete my account, for good", refuses={403: NOT_THEIRS, 409: ALONE},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Every token ends with it. Of an account with a second factor this is done in the browser."""
        sent = Proof(data=request.data)
        sent.is_valid(raise_exception=True)
        _prove(request, sent.validated_data["username"], sent.validated_data["password"])
        try:
            return Response(Deleted({"name": delete_account(who(request))}).data)
        except DeletionRefused as reason:
            raise Problem(409, "deletion_refused", str(reason)) from reason


def _prove(request: Request, username: str, password: str) -> None:
    """Raises Problem unless these are the asker's own."""
    try:
        person = person_by_password(request._request, username, password)
    except SignInRefused as reason:
        sentence = str(reason)
        if reason.code == "second_factor":
            sentence = _(
                "This account has a second factor, which is asked for in the browser. Delete it on /account/deletion/."
            )
        raise Problem(403, reason.code, sentence) from None
    if person != who(request):
        raise Problem(403, "not_yours", _("These are the name and password of another account. Nothing was deleted."))
