"""Long lists in pages."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request


class Pages(PageNumberPagination):
    """`?page=` and `?page_size=`, up to API_MAX_PAGE_SIZE; the answer names the pages beside it."""

    page_size_query_param = "page_size"
    invalid_page_message = _("There is no such page of this list.")  # type: ignore[assignment]

    def get_page_size(self, request: Request) -> int | None:
        self.page_size = settings.API_PAGE_SIZE
        self.max_page_size = settings.API_MAX_PAGE_SIZE
        return super().get_page_size(request)
