"""What a data file holds, found once: the file on the disk never changes, another one has another stored name."""

from django.db import models
from django.db.models import Q

from competitions.models.data_file import DataFile


class DataContents(models.Model):
    """Size, digest, and of a table its columns and first rows. Only `competitions.data_contents` writes one.

    `stored_name`: of the file that was looked at. `row_count` None: it is no table that could be read. `columns` and
    `first_rows` hold as much as is shown; `column_count` says how many there are.
    """

    data_file = models.OneToOneField(DataFile, on_delete=models.CASCADE, related_name="contents")
    stored_name = models.CharField(max_length=200)
    size_bytes = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    row_count = models.PositiveBigIntegerField(null=True)
    column_count = models.PositiveIntegerField(null=True)
    columns = models.JSONField(default=list)
    first_rows = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(row_count__isnull=True, column_count__isnull=True)
                | Q(row_count__isnull=False, column_count__isnull=False),
                name="a_table_has_rows_and_columns",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.data_file}: {self.size_bytes} bytes"
