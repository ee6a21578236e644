"""Forms of somebody's own account: they check shape; the rules live in the domain."""

from typing import Any

from allauth.account.forms import LoginForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import MOST_CHARACTERS_OF_A_NAME, ResultLetters, User
from pages.team_forms import text_input


class SignInForm(LoginForm):  # type: ignore[misc]  # allauth has no types
    """allauth's own, which calls its first field "Login"."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("Username or e-mail address")
        self.fields["login"].widget.attrs.pop("placeholder", None)


class ProfileForm(forms.Form):
    display_name = forms.CharField(
        label=_("Display name"),
        required=False,
        max_length=150,
        help_text=format_lazy(
            _(
                "Shown beside your user name, and the name under which you begin in a competition. At most {most} "
                "characters; it need not be unique. Teams that you have keep their names: a captain changes those on "
                "the team's page."
            ),
            most=MOST_CHARACTERS_OF_A_NAME,
        ),
        widget=text_input(autocomplete="nickname"),
    )


class LettersForm(forms.Form):
    wants_announcements = forms.BooleanField(
        label=_("Announcements"),
        required=False,
        help_text=_("What the organizers tell everybody who takes part. It stands on the competitions' pages, too."),
    )
    wants_reminders = forms.BooleanField(
        label=_("Reminders"),
        required=False,
        help_text=_("Before a competition closes in which you take part."),
    )
    result_letters = forms.ChoiceField(
        label=_("Results of what you submit"),
        choices=ResultLetters.choices,
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
        help_text=_("They go to a confirmed address only. Your teammates' submissions are theirs."),
    )

    @classmethod
    def of(cls, user: User) -> "LettersForm":
        return cls(initial={name: getattr(user, name) for name in cls.base_fields})


class DeletionForm(forms.Form):
    user_name = forms.CharField(
        label=_("Your user name"),
        max_length=150,
        help_text=_("Type it, so that nothing is deleted by a slip."),
        widget=text_input(),
        error_messages={"required": _("Type your user name: nothing was deleted.")},
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_user_name(self) -> str:
        typed: str = self.cleaned_data["user_name"].strip()
        if typed != self.user.username:
            raise forms.ValidationError(
                _("This is not your user name, which is %(name)s: nothing was deleted."),
                params={"name": self.user.username},
            )
        return typed


class AddKeyForm(AddWebAuthnForm):  # type: ignore[misc]  # allauth has no types
    """A key with its name; one that can do so signs in alone, unless that is not wanted."""

    passwordless = forms.BooleanField(
        label=_("A passkey: it signs me in without the password"),
        required=False,
        initial=True,
        help_text=_(
            "It then asks for a fingerprint, a face or a PIN. Untick this for a key that has none of these: it is a "
            "second factor beside the password."
        ),
    )
