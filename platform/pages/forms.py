"""Forms check shape; the rules live in the domain."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from competitions.models import SHORTEST_REASON, Competition

# Label and help by what a competition takes: (prediction files, models).
FILES_ARE = {
    (True, False): (_("Prediction file"), _(".csv, .csv.gz, or a .zip that holds one .csv")),
    (False, True): (_("SavedModel"), _("a .zip that holds one SavedModel directory")),
    (True, True): (
        _("Prediction file or SavedModel"),
        _(".csv, .csv.gz, or a .zip that holds one .csv; or a .zip that holds one SavedModel directory"),
    ),
}


class UploadForm(forms.Form):
    file = forms.FileField(
        allow_empty_file=True,
        widget=forms.ClearableFileInput(attrs={"class": "form-control"}),
        error_messages={"required": _("No file was sent. Choose one and upload again.")},
    )
    description = forms.CharField(
        label=_("Description"),
        required=False,
        max_length=300,
        help_text=_("For your team: what is new in this one?"),
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )

    def __init__(self, competition: Competition, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["file"]
        field.label, field.help_text = FILES_ARE[competition.takes_predictions, competition.takes_models]
        field.widget.attrs["accept"] = ".csv,.gz,.zip" if competition.takes_predictions else ".zip"


class DescriptionForm(forms.Form):
    """What a team says of a submission; how long it may be is the domain's rule, which says what was found."""

    description = forms.CharField(
        label=_("Description"),
        required=False,
        widget=forms.TextInput(
            attrs={
                "class": "form-control",
                "autocomplete": "off",
                "maxlength": settings.DESCRIPTION_CHARACTERS,
                "aria-describedby": "description-limit",
            }
        ),
    )


class PublishForm(forms.Form):
    reason = forms.CharField(
        label=_("Why it is published all the same"),
        required=False,
        max_length=2000,
        help_text=format_lazy(_("At least {count} characters."), count=SHORTEST_REASON),
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 3}),
    )


class ArchiveForm(forms.Form):
    confirmed = forms.BooleanField(
        label=_("I want everybody to have the hidden labels, for good."),
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
        error_messages={"required": _("Nothing was published: tick the box first, for it cannot be undone.")},
    )


class RepeatForm(forms.Form):
    """Whether the sender wants to be told that the same file was sent before, and then sends it all the same."""

    ask_before_repeating = forms.BooleanField(required=False)
    send_again = forms.BooleanField(required=False)


def _sha256_field() -> forms.RegexField:
    return forms.RegexField(
        r"^[0-9A-Fa-f]{64}\Z",
        required=False,
        error_messages={"invalid": _("A SHA-256 has 64 hexadecimal digits.")},
    )


class PromiseForm(forms.Form):
    """What a program says of the file that it sends along, so that both can compare it."""

    sha256 = _sha256_field()


class BeforeUploadForm(forms.Form):
    """A file that a page has at hand and asks about."""

    name = forms.CharField(max_length=500)
    size = forms.IntegerField(min_value=0, max_value=2**53)
    sha256 = _sha256_field()
    is_model = forms.BooleanField(required=False)


class BeginUploadForm(forms.Form):
    """A file that is to come in chunks."""

    name = forms.CharField(max_length=500)
    size = forms.IntegerField(min_value=1, max_value=2**53)
    sha256 = _sha256_field()
    send_again = forms.BooleanField(required=False)
    direct = forms.BooleanField(required=False)


class FinishUploadForm(forms.Form):
    sha256 = _sha256_field()
    description = forms.CharField(required=False, max_length=300)
    send_again = forms.BooleanField(required=False)
