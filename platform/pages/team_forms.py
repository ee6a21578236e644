"""Forms of entry and teams: they check shape; the rules live in `teams`."""

from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from teams.models import Membership, Team
from teams.names import MOST_CHARACTERS


def text_input(**attributes: str) -> forms.TextInput:
    return forms.TextInput(attrs={"class": "form-control", "autocomplete": "off", **attributes})


class JoinForm(forms.Form):
    accept_rules = forms.BooleanField(
        label=_("I have read the rules and accept them."),
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
        error_messages={"required": _("Joining needs your consent to the rules: tick the box.")},
    )
    # Which text of the rules stood above the box.
    rules_version = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    # What the visitor came with: an organizer's invitation, and the link of the team to go to afterwards.
    invitation = forms.CharField(required=False, max_length=43, widget=forms.HiddenInput)
    team = forms.CharField(required=False, max_length=43, widget=forms.HiddenInput)


class EntryRequestForm(forms.Form):
    message = forms.CharField(
        label=_("Who are you?"),
        required=False,
        max_length=500,
        help_text=_("For the organizers: your name, your class or your team. At most 500 characters."),
        widget=forms.Textarea(attrs={"class": "form-control", "rows": "3"}),
    )


class NameForm(forms.Form):
    name = forms.CharField(
        label=_("Name of the team"),
        max_length=150,
        help_text=format_lazy(_("As the leaderboard shows it; at most {count} characters."), count=MOST_CHARACTERS),
        widget=text_input(),
        error_messages={"required": _("Type a name for the team.")},
    )


class InviteForm(forms.Form):
    username = forms.CharField(
        label=_("User name"),
        max_length=150,
        help_text=_("Of somebody who takes part in this competition. Others come by the link."),
        widget=text_input(),
        error_messages={"required": _("Type the user name of the person to invite.")},
    )


class MergeForm(forms.Form):
    team = forms.CharField(
        label=_("Name of the other team"),
        max_length=150,
        help_text=_("As the leaderboard shows it. Its captain is asked."),
        widget=text_input(),
        error_messages={"required": _("Type the name of the team to merge with.")},
    )


class MemberField(forms.ModelChoiceField[Membership]):
    def label_from_instance(self, obj: Membership) -> str:
        return str(obj.user)


class CaptainForm(forms.Form):
    member = MemberField(
        Membership.objects.none(),
        label=_("Next captain"),
        empty_label=None,
        widget=forms.Select(attrs={"class": "form-select"}),
        error_messages={
            "required": _("Choose who is to be the captain."),
            "invalid_choice": _("That person is not in your team. Choose one of its members."),
        },
    )

    def __init__(self, team: Team, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["member"]
        assert isinstance(field, MemberField)
        field.queryset = team.memberships.filter(is_captain=False).select_related("user")
