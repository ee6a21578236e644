"""What Django's error reports, and its page of DEBUG, may show of the settings."""

import re
from typing import Any

from django.views.debug import SafeExceptionReporterFilter

# An address that carries a password: postgres://user:password@host, redis://:password@host.
_WITH_A_PASSWORD = re.compile(r"://[^/@\s]*:[^/@\s]+@")


class ReporterFilter(SafeExceptionReporterFilter):
    """Hides what Django hides by its name, and whatever holds an address with a password in it."""

    def cleanse_setting(self, key: Any, value: Any) -> Any:
        if isinstance(value, str) and _WITH_A_PASSWORD.search(value):
            return self.cleansed_substitute
        return super().cleanse_setting(key, value)
