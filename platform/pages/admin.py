"""Organizers' announcements: written, looked at, published."""

from typing import Any, cast
from uuid import uuid4

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from competitions.access import organized_by
from competitions.admin import OfOwnCompetitions, OwnCompetitionsFilter
from competitions.history import OwnHistoryAdmin
from competitions.models import Announcement
from teams.announcing import announce, recipients, subject_of


class AnnouncementForm(forms.ModelForm[Announcement]):
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    by_mail = forms.BooleanField(
        label=gettext_lazy("Also by e-mail"),
        required=False,
        help_text=gettext_lazy("The next page says to how many people."),
    )

    class Meta:
        model = Announcement
        fields = ("competition", "title", "text")
        help_texts = {"title": gettext_lazy("Plain text: Markdown is not read in it.")}
        widgets = {
            "title": forms.TextInput(attrs={"class": "vTextField"}),
            "text": forms.Textarea(attrs={"rows": 10, "class": "vLargeTextField"}),
        }


@admin.register(Announcement)
class AnnouncementAdmin(OwnHistoryAdmin, OfOwnCompetitions):
    """A new one is shown as participants will see it before it is published; later, mistakes can be mended."""

    list_display = ("title", "competition", "by", "published_at", "letter_count")
    list_filter = (("competition", OwnCompetitionsFilter),)
    list_select_related = ("competition", "by")
    search_fields = ("title", "text")
    date_hierarchy = "published_at"
    fields = ("competition", "title", "text", "by", "published_at", "letter_count")
    readonly_fields = ("competition", "by", "published_at", "letter_count")

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """The form, then how it will look and who gets a letter, then publishing."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        initial = {"competition": request.GET.get("competition")}
        form = AnnouncementForm(request.POST if request.method == "POST" else None, initial=initial)
        cast(Any, form.fields["competition"]).queryset = organized_by(request.user)
        is_ready = form.is_bound and form.is_valid() and "change" not in request.POST
        if is_ready and "publish" in request.POST:
            return self._publish(request, form)
        context = self.admin_site.each_context(request) | {"form": form, "opts": self.opts, "title": _("Announce")}
        if not is_ready:
            return TemplateResponse(request, "admin/announcement_form.html", context)
        draft = form.save(commit=False)
        context |= {
            "draft": draft,
            "title": _("How it will look"),
            "subject": subject_of(draft),
            "by_mail": form.cleaned_data["by_mail"],
            "recipient_count": len(recipients(draft.competition)),
        }
        return TemplateResponse(request, "admin/announcement_preview.html", context)

    def _publish(self, request: HttpRequest, form: AnnouncementForm) -> HttpResponse:
        draft = form.save(commit=False)
        draft.pk, draft.by = form.cleaned_data["key"], cast(User, request.user)
        site = request.build_absolute_uri("/").rstrip("/")
        if announce(draft, by_mail=form.cleaned_data["by_mail"], site=site):
            self.log_addition(request, draft, "Published.")
            messages.success(
                request,
                _("Published: %(draft)s. Letters on their way: %(letter_count)s.")
                % {"draft": draft.title, "letter_count": draft.letter_count},
            )
        else:
            messages.warning(request, _("It was published already; nothing was done twice."))
        return redirect("admin:competitions_announcement_changelist")
