from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('submissions', '0010_what_retention_removed'),
    ]

    operations = [
        migrations.AddField(
            model_name='submission',
            name='request_id',
            field=models.CharField(blank=True, db_default='', default='', editable=False, help_text='Of the request that brought it, as the logs have it.', max_length=64),
        ),
        migrations.AddIndex(
            model_name='submission',
            index=models.Index(fields=['status', 'kind', 'attempt'], name='submission_counted'),
        ),
    ]
