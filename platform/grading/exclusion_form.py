from django import forms
from django.conf import settings

from submissions.row_exclusion import ExclusionRefused, ids_in


class ExclusionForm(forms.Form):
    """Which rows of a solution are not to count, as text or as a file, and why. `ids` holds them once it is valid."""

    listed = forms.CharField(
        label="Ids",
        required=False,
        widget=forms.Textarea(attrs={"rows": 10, "cols": 40}),
        help_text="One a line, or set apart by commas or blanks.",
    )
    file = forms.FileField(label="Or a file of them", required=False, help_text="Plain text, written in the same way.")
    reason = forms.CharField(max_length=300, help_text="For the organizers; participants do not see it.")

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.ids: list[int] = []

    def clean(self) -> dict[str, object]:
        values: dict[str, object] = super().clean() or {}
        text = str(values.get("listed") or "")
        if file := self.cleaned_data.get("file"):
            if file.size > settings.FORM_BYTES:
                self.add_error("file", f"The file has {file.size:,} bytes; the most is {settings.FORM_BYTES:,}.")
                return values
            try:
                text += "\n" + file.read().decode()
            except UnicodeDecodeError:
                self.add_error("file", "The file is not plain text in UTF-8. Save it as such.")
                return values
        try:
            self.ids = ids_in(text)
        except ExclusionRefused as problem:
            self.add_error("listed", str(problem))
        return values
