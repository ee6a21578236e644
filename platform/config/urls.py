"""Every address of the site."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

from api.docs import DocsView

admin.site.site_header = "Holdout for organizers"
admin.site.site_title = "Holdout"
admin.site.index_title = "Your competitions"
# The admin's door is the site's own sign-in, with its rate limits.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("", include("pages.urls")),
    path("api/v1/", include("api.urls")),
    path("api/docs/", DocsView.as_view(), name="api_docs"),
    path("accounts/", include("allauth.account.urls")),
    path("admin/", admin.site.urls),
]
