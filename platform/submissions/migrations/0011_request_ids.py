from django.db import migrations, models

from config.live_index import AddIndexLive


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('submissions', '0010_what_retention_removed'),
    ]

    operations = [
        migrations.AddField(
            model_name='submission',
            name='request_id',
            field=models.CharField(blank=True, db_default='', default='', editable=False, help_text='Of the request that brought it, as the logs have it.', max_length=64),
        ),
        AddIndexLive(
            model_name='submission',
            index=models.Index(fields=['status', 'kind', 'attempt'], name='submission_counted'),
        ),
    ]
