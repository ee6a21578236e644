"""The form of a token."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

# What is offered, where the site lets tokens last so long.
USUAL_DAYS = (7, 30, 90, 365)


class TokenForm(forms.Form):
    name = forms.CharField(
        label=_("Name"),
        max_length=80,
        help_text=_("Where you use it: “laptop”, “CI”."),
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
        error_messages={"required": _("Give the token a name, to know it again.")},
    )
    days = forms.TypedChoiceField(label=_("Lasts"), coerce=int, widget=forms.Select(attrs={"class": "form-select"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        longest = settings.TOKEN_DAYS
        offered = sorted({days for days in USUAL_DAYS if days <= longest} | {longest})
        field = self.fields["days"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = [(days, _("%(days)s days") % {"days": days}) for days in offered]
        field.initial = min(offered, key=lambda days: abs(days - 90))
