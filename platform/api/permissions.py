"""Who may ask at all. Which competitions, teams and submissions are theirs, the domain's own questions tell."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework.permissions import SAFE_METHODS, AllowAny, BasePermission, IsAuthenticated
from rest_framework.request import Request

__all__ = ["AllowAny", "IsAuthenticated", "Organizer", "ReadByAnybody"]


class ReadByAnybody(BasePermission):
    """Reading needs no account, as on the pages; all else does."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return request.method in SAFE_METHODS or request.user.is_authenticated


class Organizer(BasePermission):
    """Whoever may enter the admin. The competitions that they may touch: `competitions.access.organized_by`."""

    message = _("Only organizers may do this.")

    def has_permission(self, request: Request, view: Any) -> bool:
        return bool(request.user.is_authenticated and request.user.is_staff)
