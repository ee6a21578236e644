from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        """All models are there, and no form has been made of them yet."""
        from config.derived_names import translate_derived_names

        translate_derived_names()
