"""Forms check shape; the rules live in the domain."""

from django import forms


class UploadForm(forms.Form):
    file = forms.FileField(
        label="Prediction file",
        help_text=".csv, .csv.gz, or a .zip that holds one .csv",
        allow_empty_file=True,
        widget=forms.ClearableFileInput(attrs={"class": "form-control", "accept": ".csv,.gz,.zip"}),
        error_messages={"required": "No file was sent. Choose one and upload again."},
    )
    description = forms.CharField(
        label="Description",
        required=False,
        max_length=300,
        help_text="For your team: what is new in this one?",
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )


class JoinForm(forms.Form):
    accept_rules = forms.BooleanField(
        label="I have read the rules and accept them.",
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
        error_messages={"required": "Joining needs your consent to the rules: tick the box."},
    )
