"""The door in the admin: requests to decide, and invitations to make, of an organizer's own competitions."""

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet, Value
from django.http import HttpRequest, HttpResponse
from django.utils.functional import lazy
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.addresses import verified_addresses
from accounts.models import User
from competitions.admin import OfOwnCompetitions, OwnCompetitionsFilter
from competitions.allowed_emails import entries, wrong_entries
from competitions.confirmation import ReasonForm, are_too_many, ask_again
from config.by_locale import whole
from teams.entry import approve, deny
from teams.entry_invitations import invite_addresses, invite_by_link, revoke
from teams.entry_letters import link_of
from teams.models import EntryInvitation, EntryInvitationUse, EntryRequest

MOST_ADDRESSES = 2000
# What mail servers and the database take.
MOST_CHARACTERS = 254


def site_of(request: HttpRequest) -> str:
    """The site's own address as this request has it, without a slash at its end."""
    return request.build_absolute_uri("/").rstrip("/")


@admin.register(EntryRequest)
class EntryRequestAdmin(OfOwnCompetitions):
    """Who asks to take part. The two actions decide; each asks once more, and a denial needs its reason."""

    list_display = ("user", "confirmed_addresses", "competition", "message", "state", "created_at")
    list_filter = ("state", ("competition", OwnCompetitionsFilter))
    search_fields = ("user__username", "user__email", "message")
    list_select_related = ("user", "competition")
    fields = readonly_fields = (
        "competition", "user", "confirmed_addresses", "message", "state", "reason", "decided_by", "decided_at",
        "created_at",
    )  # fmt: skip
    actions = ("approve_requests", "deny_requests")

    def get_queryset(self, request: HttpRequest) -> QuerySet[EntryRequest]:
        own: QuerySet[EntryRequest] = super().get_queryset(request)
        return own.prefetch_related("user__emailaddress_set")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @admin.display(description=gettext_lazy("confirmed addresses"))
    def confirmed_addresses(self, entry_request: EntryRequest) -> str:
        return ", ".join(sorted(verified_addresses(entry_request.user))) or "none"

    @admin.action(description=gettext_lazy("Approve…"), permissions=["view"])
    def approve_requests(self, request: HttpRequest, requests: QuerySet[EntryRequest]) -> HttpResponse | None:
        if are_too_many(request, requests):
            return None
        if "confirmed" not in request.POST:
            return ask_again(
                self,
                request,
                requests,
                label=_("Approve"),
                consequence=_("These people will be able to join."),
                action="approve_requests",
                name=_who_asks,
            )
        moved = approve(
            EntryRequest.objects.filter(pk__in=requests.values("pk")), cast(User, request.user), site_of(request)
        )
        messages.success(request, _("Approved: %(moved)s. These people can join now.") % {"moved": moved})
        return None

    @admin.action(description=gettext_lazy("Deny…"), permissions=["view"])
    def deny_requests(self, request: HttpRequest, requests: QuerySet[EntryRequest]) -> HttpResponse | None:
        if are_too_many(request, requests):
            return None
        form = ReasonForm(request.POST if "confirmed" in request.POST else None)
        if not form.is_valid():
            return ask_again(
                self,
                request,
                requests,
                label=_("Deny"),
                consequence=_("These people will not be let in, and read your reason. You can approve them later."),
                action="deny_requests",
                form=form,
                name=_who_asks,
            )
        chosen = EntryRequest.objects.filter(pk__in=list(requests.values_list("pk", flat=True)))
        moved, count = deny(chosen, cast(User, request.user), form.cleaned_data["reason"]), chosen.count()
        messages.success(request, _("Denied: %(moved)s.") % {"moved": moved})
        if moved < count:
            messages.warning(
                request, _("Left alone: %(count)s, denied before, or the person has joined.") % {"count": count - moved}
            )
        return None


def _who_asks(asked: EntryRequest) -> str:
    return f"{asked.user} ({asked.competition}): {asked.message or _('no message')}"


class InvitationForm(forms.ModelForm[EntryInvitation]):
    addresses = forms.CharField(
        label=gettext_lazy("e-mail addresses"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=format_lazy(
            gettext_lazy(
                "One invitation for each, which only the person who has confirmed that address can use. Paste as many "
                "as {most}, parted by lines, blanks or commas. Empty: one link, for whoever has it."
            ),
            most=lazy(whole, str)(MOST_ADDRESSES),
        ),
    )

    class Meta:
        model = EntryInvitation
        fields = ("competition", "max_uses")
        labels = {"max_uses": gettext_lazy("people who may enter by the link")}
        help_texts = {"max_uses": gettext_lazy("Of a link without an address.")}

    def clean_addresses(self) -> list[str]:
        text = self.cleaned_data["addresses"]
        pasted = entries(text)
        wrong = [entry for entry in pasted if entry.startswith("@")] or wrong_entries(text)
        if wrong:
            raise ValidationError(
                _("'%(wrong)s' is not an e-mail address. Write it as ada@example.org.") % {"wrong": wrong[0]}
            )
        if long := [entry for entry in pasted if len(entry) > MOST_CHARACTERS]:
            raise ValidationError(
                _("'%(address)s…' has %(count)s characters; %(most)s is the most of an address.")
                % {"address": long[0][:40], "count": len(long[0]), "most": MOST_CHARACTERS}
            )
        if len(pasted) > MOST_ADDRESSES:
            raise ValidationError(
                _("These are %(count)s addresses; %(most)s at once is the most.")
                % {"count": whole(len(pasted)), "most": whole(MOST_ADDRESSES)}
            )
        return pasted


class UseInline(admin.TabularInline[EntryInvitationUse, EntryInvitation]):
    model = EntryInvitationUse
    extra = 0
    can_delete = False
    fields = readonly_fields = ("user", "used_at")

    def has_add_permission(self, *_: Any) -> bool:
        return False

    def has_view_permission(self, *_: Any) -> bool:
        return True


@admin.register(EntryInvitation)
class EntryInvitationAdmin(OfOwnCompetitions):
    """Invitations with their links to copy, and who has used them."""

    form = InvitationForm
    list_display = ("whom", "competition", "link", "uses", "is_revoked", "made_by", "created_at")
    list_filter = (("competition", OwnCompetitionsFilter),)
    search_fields = ("email", "uses__user__username")
    list_select_related = ("competition", "made_by")
    list_display_links = ("whom",)
    inlines = (UseInline,)
    actions = ("revoke_invitations",)

    def get_fields(self, request: HttpRequest, obj: EntryInvitation | None = None) -> tuple[str, ...]:
        if obj is None:
            return ("competition", "addresses", "max_uses")
        return ("competition", "whom", "link", "uses", "revoked_at", "made_by", "created_at")

    def get_readonly_fields(self, request: HttpRequest, obj: EntryInvitation | None = None) -> tuple[str, ...]:
        return () if obj is None else self.get_fields(request, obj)

    def get_inlines(self, request: HttpRequest, obj: EntryInvitation | None) -> Any:
        return () if obj is None else self.inlines

    def get_queryset(self, request: HttpRequest) -> QuerySet[EntryInvitation]:
        own: QuerySet[EntryInvitation] = super().get_queryset(request)
        return own.annotate(site=Value(site_of(request)))

    @admin.display(description=gettext_lazy("for"))
    def whom(self, invitation: EntryInvitation) -> str:
        return invitation.email or _("whoever has the link")

    @admin.display(description=gettext_lazy("link"))
    def link(self, invitation: EntryInvitation) -> SafeString:
        return format_html("<code>{}</code>", link_of(invitation, invitation.site))  # type: ignore[attr-defined]

    @admin.display(description=gettext_lazy("used"))
    def uses(self, invitation: EntryInvitation) -> str:
        return _("%(use_count)s of %(max_uses)s") % {"use_count": invitation.use_count, "max_uses": invitation.max_uses}

    @admin.display(description=gettext_lazy("revoked"), boolean=True)
    def is_revoked(self, invitation: EntryInvitation) -> bool:
        return invitation.revoked_at is not None

    def save_model(self, request: HttpRequest, obj: EntryInvitation, form: InvitationForm, change: bool) -> None:
        """One link, or one invitation for each pasted address; those with an open one keep it."""
        addresses, maker = form.cleaned_data["addresses"], cast(User, request.user)
        if not addresses:
            obj.pk = invite_by_link(obj.competition, obj.max_uses, maker).pk
            messages.success(
                request,
                _("A link to %(competition)s was made: copy it from the list.") % {"competition": obj.competition},
            )
            return
        made = invite_addresses(obj.competition, addresses, maker, site_of(request))
        known = EntryInvitation.objects.filter(competition=obj.competition, email__in=addresses, revoked_at=None)
        obj.pk = (made or list(known))[0].pk
        if made:
            sentence = ngettext(
                "%(count)s invitation was made. Letters are on their way to these addresses: %(count)s.",
                "%(count)s invitations were made. Letters are on their way to these addresses: %(count)s.",
                len(made),
            )
            messages.success(request, sentence % {"count": whole(len(made))})
        if len(made) < len(set(addresses)):
            messages.info(
                request,
                _("Invited before, and left alone: %(count)s of the addresses.")
                % {"count": len(set(addresses)) - len(made)},
            )

    def response_add(self, request: HttpRequest, obj: EntryInvitation, post_url_continue: str | None = None) -> Any:
        """Back to the list, without the admin's own sentence: it would name one invitation of many."""
        return self.response_post_save_add(request, obj)

    def log_addition(self, request: HttpRequest, obj: EntryInvitation, message: Any) -> Any:
        return super().log_addition(request, EntryInvitation.objects.get(pk=obj.pk), message)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.action(description=gettext_lazy("Revoke"), permissions=["view"])
    def revoke_invitations(self, request: HttpRequest, invitations: QuerySet[EntryInvitation]) -> None:
        chosen = EntryInvitation.objects.filter(pk__in=list(invitations.values_list("pk", flat=True)))
        messages.success(request, _("Revoked: %(revoke)s. Who has entered by them stays.") % {"revoke": revoke(chosen)})
