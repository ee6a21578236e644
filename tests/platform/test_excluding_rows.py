"""Rows that should not count: olga names them, the worker writes the version, and it is scored like any other."""

from pathlib import Path

from cast_of_stories import GOOD, SOLUTION
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile

from competitions.models import Competition, Solution, label_storage
from grading.excluded_rows import write_file
from grading.solutions import check
from grading.tasks import check_solutions
from submissions.row_exclusion import exclude_rows


def text(response):
    return response.content.decode()


def exclude(as_olga, base, ids, reason="Printed twice.", **more):
    """Olga's door: the page of a version, its form, and the worker's bell. Returns the page that she sees then."""
    answer = as_olga.post(
        f"/admin/competitions/solution/{base.pk}/exclude-rows/", {"listed": ids, "reason": reason, **more}, follow=True
    )
    check_solutions()
    return text(answer)


def newest(competition):
    return competition.solutions.order_by("-version").first()


def test_rows_are_excluded_by_a_new_version_that_the_worker_writes(
    as_olga, competition, alices_team, graded, rescored, olga, mailbox, django_capture_on_commit_callbacks
):
    submission = graded(alices_team, GOOD)
    base = Solution.objects.get()
    mailbox()
    with django_capture_on_commit_callbacks(execute=True):
        assert "Version 2 is version 1 without 1 rows" in exclude(as_olga, base, " 4 \n")
    assert mailbox() == ["grading.check_solutions"]
    made = newest(competition)
    assert (made.verdict, made.is_active) == (Solution.Verdict.ACCEPTED, False)
    assert (made.public_count, made.private_count, made.ignored_count) == (2, 2, 1)
    assert (made.based_on, made.excluded_ids, made.note, made.uploaded_by) == (base, [4], "Printed twice.", olga)
    assert len(made.sha256) == 64
    with made.file.open() as file:
        assert file.read() == b"id,rating,Usage\n1,5,Public\n2,3,Public\n3,4,Private\n4,1,Ignored\n5,2,Private\n"
    assert "Version 1 without 1 rows: 4" in text(as_olga.get(f"/admin/competitions/solution/{made.pk}/change/"))
    rescored(made)
    submission.refresh_from_db()
    # Row 4 held the only private error.
    assert (submission.evaluation.public_score, submission.evaluation.private_score) == (0.5, 0.0)


def test_ids_may_come_as_a_file_and_in_any_shape(as_olga, competition):
    file = SimpleUploadedFile("ids.txt", b"4; 4\r\n5")
    exclude(as_olga, Solution.objects.get(), "", file=file)
    assert newest(competition).excluded_ids == [4, 5]


def test_ids_that_are_not_there_are_refused_by_name(as_olga, competition):
    shown = exclude(as_olga, Solution.objects.get(), "4, 77")
    assert "1 of the 2 ids has no row in test.csv: 77." in shown
    assert "4, 77</textarea>" in shown
    assert Solution.objects.count() == 1
    # Without test.csv only the worker, who reads the labels, can tell.
    competition.data_files.all().delete()
    exclude(as_olga, Solution.objects.get(), "4, 77, 99")
    made = newest(competition)
    assert made.verdict == Solution.Verdict.REFUSED
    shown = text(as_olga.get(f"/admin/competitions/solution/{made.pk}/change/"))
    assert "2 of the 3 ids have no row in version 1: 77, 99." in shown


def test_a_list_that_is_none_is_refused_on_the_form(as_olga, competition):
    base = Solution.objects.get()
    assert "1 of 2 are no ids: &#x27;four&#x27;." in exclude(as_olga, base, "four 5")
    assert "There is no id in the list." in exclude(as_olga, base, " ")
    assert "This field is required." in exclude(as_olga, base, "4", reason=" ")
    binary = SimpleUploadedFile("ids.txt", b"\xff\xfe4")
    assert "The file is not plain text" in exclude(as_olga, base, "", file=binary)
    assert Solution.objects.count() == 1


def test_not_every_row_of_a_part_can_be_excluded(as_olga, competition):
    exclude(as_olga, Solution.objects.get(), "1 2")
    made = newest(competition)
    assert made.verdict == Solution.Verdict.REFUSED
    assert "Public" in made.problems[0]["finding"]


def test_rows_are_excluded_from_an_accepted_version_only(as_olga, competition):
    competition.data_files.all().delete()
    exclude(as_olga, Solution.objects.get(), "77")
    assert "is refused; rows are excluded from an accepted version." in exclude(as_olga, newest(competition), "4")


def test_excluding_goes_on_from_what_was_excluded(as_olga, competition):
    exclude(as_olga, Solution.objects.get(), "4")
    exclude(as_olga, newest(competition), "5")
    made = newest(competition)
    assert (made.version, made.private_count, made.ignored_count) == (3, 1, 2)


def label_files():
    return list(Path(label_storage().location).rglob("*.csv"))


def test_two_workers_that_hear_one_bell_write_one_file(competition, olga):
    before = len(label_files())
    pk = exclude_rows(Solution.objects.get(), [4], "Printed twice.", olga).pk
    first, second, third = (Solution.objects.get(pk=pk) for _ in range(3))
    assert write_file(first)
    # The second was read before the first had written; the third is checked when all is done.
    assert not check(second)
    assert check(first)
    assert not check(third)
    assert len(label_files()) == before + 1
    assert Path(Solution.objects.get(pk=pk).file.path).is_file()


def test_rows_of_a_version_that_fits_no_more_are_refused_and_hold_nobody_up(as_olga, competition, olga):
    # Nothing was sent yet, so the metric may still change: ratings of 2 to 5 are no classes 0 and 1.
    other = Competition.objects.create(slug="zebras", title="Zebras", tagline="Predict stripes.")
    waits = Solution.objects.create(competition=other, version=1, file=ContentFile(SOLUTION, name="solution.csv"))
    Competition.objects.filter(pk=competition.pk).update(metric="auc")
    exclude(as_olga, Solution.objects.get(competition=competition), "4")
    made = newest(competition)
    assert made.verdict == Solution.Verdict.REFUSED
    shown = text(as_olga.get(f"/admin/competitions/solution/{made.pk}/change/"))
    assert "Version 1 of the solution does not fit the competition&#x27;s columns, range and metric any more" in shown
    waits.refresh_from_db()
    assert waits.verdict == Solution.Verdict.ACCEPTED


def test_a_version_whose_check_breaks_holds_nobody_up(competition):
    other = Competition.objects.create(slug="zebras", title="Zebras", tagline="Predict stripes.")
    waits = Solution.objects.create(competition=other, version=1, file=ContentFile(SOLUTION, name="solution.csv"))
    # Its file has become a folder, which no check expects.
    odd = competition.solutions.create(version=2, file=ContentFile(SOLUTION, name="solution.csv"))
    Path(odd.file.path).unlink()
    Path(odd.file.path).mkdir()
    check_solutions()
    waits.refresh_from_db()
    assert waits.verdict == Solution.Verdict.ACCEPTED
    odd.refresh_from_db()
    assert odd.verdict == Solution.Verdict.WAITING
