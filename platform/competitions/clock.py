"""The database's clock: the one that every worker and every web process shares."""

from datetime import datetime

from django.db.models.functions import Now

from competitions.models import Competition


def database_now(competition: Competition) -> datetime:
    """The time by the database's clock, aware, UTC. `competition` names the row that the question rides on."""
    return Competition.objects.annotate(now=Now()).values_list("now", flat=True).get(pk=competition.pk)
