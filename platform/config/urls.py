"""Every address of the site."""

from allauth.account.decorators import secure_admin_login
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.models import Group
from django.urls import include, path
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import cache_control
from django.views.i18n import JavaScriptCatalog

from api.docs import DocsView

handler500 = "pages.our_fault.our_fault"
admin.site.site_header = _("Holdout for organizers")
admin.site.site_title = "Holdout"
admin.site.index_title = _("Your competitions")
# The admin's door is the site's own sign-in, with its rate limits and second factors.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

# Nobody edits these by hand: the organizers' group is the site's own, second factors and sessions their owners'.
admin.site.unregister([Group, Authenticator, UserSession])

# What the scripts in static/site say, in the reader's language: gettext, ngettext and interpolate for them.
words = cache_control(max_age=3600)(JavaScriptCatalog.as_view(packages=["config"]))

urlpatterns = [
    path("", include("pages.urls")),
    path("api/v1/", include("api.urls")),
    path("api/docs/", DocsView.as_view(), name="api_docs"),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("accounts/sessions/", include("allauth.usersessions.urls")),
    path("admin/", admin.site.urls),
    path("words.js", words, name="words"),
]
