"""What organizers send in order to make or change a competition from files."""

from django import forms
from django.core.validators import validate_slug
from django.utils.translation import gettext_lazy as _

from competitions.codabench.mapping import Choice
from competitions.models import metric_choices

TITLE_CHARACTERS = 120


class FromFilesForm(forms.Form):
    """A zip with competition.yaml in it."""

    file = forms.FileField(
        label=_("Zip"), help_text=_("competition.yaml, pages/*.md and data/*, as an export has them.")
    )
    slug = forms.CharField(
        label=_("Slug"),
        required=False,
        max_length=50,
        validators=[validate_slug],
        help_text=_("Under another address than the one in the files. Empty: that one."),
    )


class CodabenchForm(forms.Form):
    """What a bundle does not say by itself."""

    metric = forms.ChoiceField(
        label=_("Metric"), choices=metric_choices, help_text=_("What the bundle's scoring program computes.")
    )
    metric_k = forms.IntegerField(
        required=False, min_value=1, max_value=32_767, label=_("Places of a list"), help_text=_("k of a metric “at k”.")
    )
    phase = forms.CharField(
        label=_("Phase"),
        required=False,
        max_length=100,
        help_text=_("Name or index of the phase that is meant. Empty: the last one."),
    )
    slug = forms.CharField(
        label=_("Slug"),
        required=False,
        max_length=50,
        validators=[validate_slug],
        help_text=_("Empty: made from the title."),
    )

    def choice(self) -> Choice:
        """What was chosen, once the form is valid."""
        values = self.cleaned_data
        return Choice(values["metric"], values["metric_k"], values["slug"], values["phase"])


class CodabenchUploadForm(CodabenchForm):
    """A bundle of version 2."""

    file = forms.FileField(
        label=_("Bundle"), help_text=_("The zip that Codabench exports, or that you would upload there.")
    )
    field_order = ("file",)


class CloneForm(forms.Form):
    """What must differ between a competition and its clone."""

    slug = forms.CharField(
        label=_("Slug"),
        max_length=50,
        validators=[validate_slug],
        help_text=_("The last part of the new competition's address."),
    )
    title = forms.CharField(label=_("Title"), max_length=TITLE_CHARACTERS)
