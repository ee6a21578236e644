from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.by_locale import whole
from submissions.row_exclusion import ExclusionRefused, ids_in


class ExclusionForm(forms.Form):
    """Which rows of a solution are not to count, as text or as a file, and why. `ids` holds them once it is valid."""

    listed = forms.CharField(
        label=gettext_lazy("Ids"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 10, "cols": 40}),
        help_text=gettext_lazy("One a line, or set apart by commas or blanks."),
    )
    file = forms.FileField(
        label=gettext_lazy("Or a file of them"),
        required=False,
        help_text=gettext_lazy("Plain text, written in the same way."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        help_text=gettext_lazy("For the organizers; participants do not see it."),
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.ids: list[int] = []

    def clean(self) -> dict[str, object]:
        values: dict[str, object] = super().clean() or {}
        text = str(values.get("listed") or "")
        if file := self.cleaned_data.get("file"):
            if file.size > settings.FORM_BYTES:
                self.add_error(
                    "file",
                    _("The file has %(size)s bytes; the most is %(most)s.")
                    % {"size": whole(file.size), "most": whole(settings.FORM_BYTES)},
                )
                return values
            try:
                text += "\n" + file.read().decode()
            except UnicodeDecodeError:
                self.add_error("file", _("The file is not plain text in UTF-8. Save it as such."))
                return values
        try:
            self.ids = ids_in(text)
        except ExclusionRefused as problem:
            self.add_error("listed", str(problem))
        return values
