from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_delete


class TeamsConfig(AppConfig):
    name = "teams"

    def ready(self) -> None:
        from teams.members import ensure_captain
        from teams.models import Membership, Team

        def appoint(instance: Membership, **_: Any) -> None:
            if instance.is_captain and (team := Team.objects.filter(pk=instance.team_id).first()):
                ensure_captain(team)

        # A deleted account takes its membership along, from wherever it is deleted.
        post_delete.connect(appoint, sender=Membership, weak=False, dispatch_uid="captain_of_those_who_stay")
