"""A start makes the seeded competitions once: not again when organizers have renamed or deleted them."""

from io import StringIO

import pytest
from cast_of_stories import GOOD
from django.core.files.base import ContentFile
from django.core.management import call_command

from competitions.models import Competition, DataFile

SEEDED = ("goodreads", "secret-shelves", "top-books", "finished")


@pytest.fixture
def others_deleted(db):
    """Every seeded competition but the last was there once."""
    for slug in SEEDED[:-1]:
        Competition.objects.create(slug=slug, title=slug).delete()


def start():
    said = StringIO()
    call_command("seed", at_start=True, stdout=said)
    return said.getvalue()


def test_a_renamed_one_is_the_seeded_one_still(others_deleted, competition):
    for slug in ("finished", "our-own-name"):
        competition.slug = slug
        competition.save()
    sample = ContentFile(GOOD, "s.csv")
    DataFile.objects.create(competition=competition, name="sample_submission.csv", file=sample)
    start()
    assert Competition.objects.get() == competition
    assert [team.name for team in competition.teams.filter(is_baseline=True)] == ["The same chance for all"]
    assert "Baseline" not in start()
    # Nor once more beside one that has another name by now.
    competition.teams.update(name="As many of each")
    assert "Baseline" not in start()
    assert competition.teams.get().name == "As many of each"


def test_a_deleted_one_stays_away_and_the_start_says_so(others_deleted):
    Competition.objects.create(slug="finished", title="Finished").delete()
    said = start()
    assert not Competition.objects.exists()
    assert [f"The competition '{slug}' was deleted; it is not made again." in said for slug in SEEDED] == [True] * 4


def test_an_organizers_own_competition_of_that_name_gets_no_baseline(others_deleted, competition):
    seeded = Competition.objects.create(slug="finished", title="Finished")
    seeded.slug = "renamed"
    seeded.save()
    DataFile.objects.create(competition=seeded, name="sample_submission.csv", file=ContentFile(GOOD, "s.csv"))
    seeded.solutions.create(version=1, verdict="accepted", is_active=True, file="x.csv")
    competition.slug = "finished"
    competition.save()
    start()
    assert not competition.teams.exists()
    assert seeded.teams.get().name == "The same chance for all"
