"""The sections of somebody's own account, and whether a browser makes keys under this address."""

from dataclasses import dataclass
from typing import Any

from django import template
from django.template import Context
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from accounts.second_factors import takes_passkeys as possible_for

register = template.Library()

# The name of each section's first page, its label, and how the names of its pages begin.
SECTIONS = (
    ("account", _("Profile"), ("account",)),
    ("account_email", _("E-mail address"), ("account_email",)),
    ("account_change_password", _("Password"), ("account_change_password",)),
    ("mfa_index", _("Two-factor sign-in"), ("mfa_",)),
    ("usersessions_list", _("Where you are signed in"), ("usersessions_",)),
    ("tokens", _("Tokens"), ("tokens", "new_token")),
    ("own_letters", _("Letters"), ("own_letters",)),
    ("own_data", _("Your data"), ("own_data",)),
    ("delete_account", _("Delete the account"), ("delete_account",)),
)


@dataclass(frozen=True)
class Section:
    """A link of the account's menu."""

    label: str
    address: str
    is_current: bool


@register.inclusion_tag("account/_sections.html", takes_context=True)
def account_sections(context: Context) -> dict[str, list[Section]]:
    """The menu of the account's pages, those that this site has."""
    match = context["request"].resolver_match
    shown = (match.url_name or "") if match else ""
    sections = []
    for name, label, beginnings in SECTIONS:
        try:
            address = reverse(name)
        except NoReverseMatch:
            continue
        is_current = shown == name or (name != "account" and shown.startswith(beginnings))
        sections.append(Section(str(label), address, is_current))
    return {"sections": sections}


@register.simple_tag(takes_context=True)
def takes_passkeys(context: dict[str, Any]) -> bool:
    """Whether the visitor's browser can make a key for the site under the address that they have opened."""
    return possible_for(context["request"])
