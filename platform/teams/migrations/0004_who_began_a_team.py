import re

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

NUMBERED = re.compile(r"(.+?)(?: [0-9]+)?", re.DOTALL)


def say_who_began_them(apps, schema_editor):
    """What was not kept until now is read from the names once: a team begins under its person's name."""
    membership, team = apps.get_model("teams", "Membership"), apps.get_model("teams", "Team")
    people = {}
    rows = membership.objects.values_list("competition_id", "user_id", "user__username", "user__display_name")
    for competition, person, username, shown in rows.iterator(chunk_size=2000):
        for name in filter(None, (username, shown)):
            people[competition, name.casefold()] = person
    begun = []
    for one in team.objects.filter(is_rehearsal=False).iterator(chunk_size=2000):
        name = one.name.casefold()
        person = people.get((one.competition_id, name)) or people.get(
            (one.competition_id, NUMBERED.fullmatch(name)[1])
        )
        if person:
            one.begun_by_id = person
            begun.append(one)
    team.objects.bulk_update(begun, ["begun_by"], batch_size=500)


class Migration(migrations.Migration):
    safe_because = 'It fills a column that the code before it does not know, and changes nothing else of a team.'

    dependencies = [
        ('teams', '0003_entry_invitations_and_mergers'),
        ('accounts', '0004_names_and_choices'),
    ]

    operations = [
        migrations.AddField(
            model_name='team',
            name='begun_by',
            field=models.ForeignKey(editable=False, help_text='Whose team of one it was at first, and by whose name it was called.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='begun_teams', to=settings.AUTH_USER_MODEL),
        ),
        migrations.RunPython(say_who_began_them, migrations.RunPython.noop, elidable=True),
    ]
