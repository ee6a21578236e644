"""A Codabench bundle becomes a competition; what does not fit is told, field by field."""

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from codabench_bundles import LABELS, TEST, YAML, bundle, zipped
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command

from competitions.models import Competition, DataFile, Solution, data_storage, label_storage
from grading.tasks import check_solutions
from teams.joining import join

AT = "/admin/competitions/competition/"


@pytest.fixture
def run(db, tmp_path):
    """run(bundle, …) gives the bundle to the command, and returns what it says."""

    def import_bundle(content: bytes, *arguments: str) -> str:
        path, out = tmp_path / "bundle.zip", io.StringIO()
        path.write_bytes(content)
        call_command("competition", "import-codabench", str(path), *arguments, stdout=out)
        return out.getvalue()

    return import_bundle


@pytest.fixture
def refused(run):
    def say(content: bytes, *arguments: str) -> str:
        with pytest.raises(CommandError) as raised:
            run(content, *arguments)
        assert not Competition.objects.exists()
        return str(raised.value)

    return say


def text(response):
    return response.content.decode()


def test_a_bundle_becomes_an_unpublished_competition_with_its_labels_checked(run):
    said = run(bundle(), "--metric", "mse")
    made = Competition.objects.get()
    assert (made.slug, made.title) == ("ratings-who-likes-what", "Ratings: who likes what?")
    assert (made.tagline, made.entry, made.is_published) == ("Predict five ratings.", "public", False)
    assert made.opens_at == datetime(2026, 12, 31, tzinfo=UTC)
    assert made.closes_at == datetime(2027, 3, 1, 9, 53, tzinfo=UTC)
    assert (made.daily_limit, made.total_limit, made.decimals, made.disclosure) == (3, 100, 4, "plain")
    assert (made.metric, made.lowest, made.highest) == ("mse", None, None)
    pages = dict(made.pages.values_list("kind", "text"))
    assert pages["rules"] == "Play fair.\n"
    assert pages["overview"] == "# Welcome\n\nPredict.\n\n\n## About us\n\nWe like books.\n"
    assert pages["evaluation"] == "How\n\nBy MSE & care.\n"
    files = {data_file.name: data_file for data_file in made.data_files.all()}
    assert {name: file.is_hidden for name, file in files.items()} == {"test.csv": True, "train.csv": False}
    assert files["test.csv"].file.read() == TEST.encode()
    solution = made.solutions.get()
    assert (solution.is_active, solution.public_count, solution.private_count) == (True, 2, 3)
    assert (made.id_column, made.target_column) == ("id", "rating")
    assert "Its solution, version 1, is accepted." in said


def test_the_report_has_a_line_for_each_field_that_is_not_mapped_with_the_reason(run):
    said = run(bundle(), "--metric", "mse")
    for line in (
        "docker_image: not mapped. Files are scored here and no program of the bundle is run",
        "queue: not mapped. It names something on Codabench's own server",
        "fact_sheet: not mapped.",
        "image: not mapped.",
        "made_up_key: not mapped. This key is not known here",
        "tasks: scoring_program: not mapped. Programs of a bundle are never run here",
        "tasks: ingestion_program: not mapped.",
        "phases: auto_migrate_to_this_phase: not mapped.",
        "phases: execution_time_limit: not mapped.",
        "phases: starting_kit: not mapped. It is not in the bundle.",
        "phases: public_data: not mapped. 'read me.txt': a name here is of letters",
        "phases: mapped, but it means something else here. There are 2; one competition is made, of 'Final'.",
        "phases: max_submissions: look at this. No number stands there; 100 is taken, as on Codabench.",
        "phases: max_submissions_per_day: mapped, but it means something else here. 3 for each team; there for each",
        "phases: start: mapped. It is read as 2026-12-31T00:00:00Z",
        "phases: end: look at this. It is read as 2027-03-01T09:53:00Z. Codabench leaves out times of day and zones",
        "leaderboards: submission_rule: mapped, but it means something else here. There, the last submission stands",
        "leaderboards: columns: mapped, but it means something else here. There are several",
        "leaderboards: columns: sorting: look at this. None is set: Codabench takes it as desc, more is better.",
        "leaderboards: columns: sorting: look at this. The column 'mse' looks like a loss",
        "sorting: look at this. The bundle sorts desc, higher is better; of Mean squared error, lower is better.",
        "pages: Evaluation: mapped, but it means something else here. It was HTML: its text is kept",
        "tasks: input_data: mapped, but it means something else here. 1 data file, hidden",
    ):
        assert line in said


def test_without_a_metric_there_is_a_report_and_nothing_else(run):
    said = run(bundle())
    assert said.startswith("No --metric was given; this report takes Mean squared error for it.")
    assert "Nothing was imported: say by --metric" in said
    assert not Competition.objects.exists()


def test_another_phase_can_be_meant_and_its_dates_have_the_month_first(run):
    run(bundle(), "--metric", "mse", "--phase", "Development", "--slug", "dev")
    made = Competition.objects.get(slug="dev")
    assert made.opens_at == datetime(2026, 1, 1, tzinfo=UTC)
    assert made.closes_at == datetime(2026, 12, 30, tzinfo=UTC)
    assert (made.daily_limit, made.total_limit) == (5, 100)


@pytest.mark.parametrize(
    ("sorting", "metric", "said"),
    [
        ("asc", "mse", "sorting: mapped. Mean squared error: lower is better, as the bundle has it."),
        ("desc", "mse", "The bundle sorts desc, higher is better; of Mean squared error, lower is better."),
        ("asc", "r2", "The bundle sorts asc, lower is better;"),
    ],
)
def test_the_metrics_direction_is_compared_with_the_bundles(run, sorting, metric, said):
    yaml = YAML.replace("precision: 4", f"precision: 4\n        sorting: {sorting}")
    assert said in run(bundle(yaml), "--metric", metric)


def test_labels_that_participants_get_as_well_are_no_solution(run):
    said = run(bundle(public_zip=zipped({"all.csv": LABELS})), "--metric", "mse")
    assert "labels.csv is among the input or public data as well: whoever has it has the labels." in said
    made = Competition.objects.get()
    assert (made.labels_are_public, made.solutions.count()) == (True, 0)

    Competition.objects.all().delete()
    run(bundle(YAML.replace("input_data: input_data", "input_data: reference_data.zip")), "--metric", "mse")
    assert Competition.objects.get().labels_are_public


def test_the_labels_of_lists_have_their_groups(run):
    labels = "id,relevance,group,Usage\n1,2,7,Public\n2,0,7,Public\n3,1,8,Private\n4,0,8,Private\n5,0,8,Private\n"
    run(bundle(reference_data_zip=zipped({"labels.csv": labels})), "--metric", "ndcg_at_k", "--metric-k", "2")
    made = Competition.objects.get()
    assert (made.metric_label, made.target_column, made.solutions.get().is_active) == ("NDCG@2", "score", True)


@pytest.mark.parametrize(
    "reference",
    [
        zipped({"labels.csv": "1,5\n2,3\n"}),
        zipped({"labels.csv": LABELS, "more.csv": "x"}),
        zipped({"labels.npy": b"\x93NUMPY"}),
    ],
)
def test_labels_in_another_form_are_told_of_without_a_word_of_them(run, reference):
    said = run(bundle(reference_data_zip=reference), "--metric", "mse")
    assert "tasks: reference_data: not mapped. It is not one CSV of that kind with a header." in said
    assert "Make a CSV with the columns id, target, Usage" in said
    assert "1,5" not in said
    assert not Solution.objects.exists()


def test_no_program_of_a_bundle_is_kept_anywhere(run, settings):
    run(bundle(), "--metric", "mse")
    stored = [path for path in settings.VAR.rglob("*.py") if "never run" in path.read_text()]
    assert stored == []
    assert not DataFile.objects.filter(name__endswith=".py").exists()


@pytest.mark.parametrize(
    ("yaml", "said"),
    [
        ("title: x\n", "competition.yaml has no phases, tasks, leaderboards"),
        (YAML.replace("version: 2", "version: 1"), "bundles of version 2 can be imported"),
        ("html: {overview: a.html}\nphases: {1: {phasenumber: 1}}\n", "This is a bundle of CodaLab 1.5."),
        ("- a\n", "holds no keys"),
        ("a: [\n", "competition.yaml, line "),
        ("holdout: 1\nslug: x\n", "These are the files of a competition of this site."),
        (YAML.replace("1234-5678", "&a [" + "*a, " * 30 + "]"), "there are more aliases"),
    ],
)
def test_what_is_no_bundle_of_version_2_gets_a_sentence(refused, yaml, said):
    assert said in refused(bundle(yaml), "--metric", "mse")


def test_odd_values_are_told_and_stop_nothing(run):
    yaml = (
        YAML.replace("start: 2026-12-31", "start: [1]")
        .replace("tasks: [0]", "tasks: 0")
        .replace("submission_rule: Force_Last", "submission_rule: {a: b}")
        .replace("precision: 4", "precision: lots")
        .replace("2027-03-01T18:53:00+09:00", "31-31-2027")
        .replace("file: about.md", "file: 5")
        .replace("max_submissions_per_day: 3", "max_submissions_per_day: -3")
    )
    said = run(bundle(yaml), "--metric", "mse")
    assert "phases: start: look at this. Set the date by hand: what stands there is no date." in said
    assert "phases: end: look at this." in said
    assert "pages: About us: not mapped. Its file is not in the bundle." in said
    assert Competition.objects.get().daily_limit == 5


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("title: About us", 'title: "\\ud800"', "pages: Page 3: mapped."),
        ("made_up_key", '"\\ud800"', "'\\ud800': not mapped."),
        ("2026-12-31", "0001-01-01T00:00:00+10:00", "Set the date by hand: '0001-01-01T00:00:00+10:00' is no date"),
        ("made_up_key: 1", "\n".join(f"k{number}: 1" for number in range(90)), "…: not mapped. And 44 more keys."),
    ],
)
def test_what_no_page_or_calendar_can_hold_is_told(run, old, new, said):
    assert said in run(bundle(YAML.replace(old, new))).encode().decode()


def test_the_last_day_of_the_calendar_has_no_day_after_it(refused):
    yaml = YAML.replace("2026-12-31", "9999-12-31").replace("2027-03-01T18:53:00+09:00", "9999-12-31")
    assert "The competition must close after it opens." in refused(bundle(yaml), "--metric", "mse")


def test_one_page_that_is_named_a_thousand_times_is_refused(refused):
    yaml = YAML.replace("pages:\n", "pages:\n" + "  - {title: a, file: about.md}\n" * 1000)
    assert "pages: there are 1,003; at most 50 are taken." in refused(bundle(yaml), "--metric", "mse")


def test_bombs_in_bombs_and_paths_outside_are_refused(refused, settings):
    settings.MAX_UNPACKED_BYTES = 1_000_000
    bomb = zipped({"zeros.csv": bytes(3_000_000)})
    assert "at most 1,000,000 are taken" in refused(bundle(public_zip=bomb), "--metric", "mse")
    evil = zipped({"../evil.csv": "1"})
    assert "a path that leads outside" in refused(bundle(public_zip=evil), "--metric", "mse")
    assert "cannot be read: it is no zip" in refused(bundle(public_zip=b"no zip"), "--metric", "mse")


def files_of(storage):
    return {path for path in Path(storage.location).rglob("*") if path.is_file()}


def test_an_import_that_fails_at_its_labels_leaves_no_file_behind(run, monkeypatch):
    before = files_of(data_storage())
    monkeypatch.setattr(label_storage(), "_save", lambda *_: (_ for _ in ()).throw(OSError("the disk is full")))
    with pytest.raises(OSError, match="disk is full"):
        run(bundle(), "--metric", "mse")
    assert not Competition.objects.exists()
    assert files_of(data_storage()) == before


def test_an_import_that_is_refused_leaves_no_labels_behind(run):
    before = files_of(label_storage())
    Competition.objects.create(slug="taken", title="Taken", tagline="x")
    with pytest.raises(CommandError, match="There is a competition 'taken' already"):
        run(bundle(), "--metric", "mse", "--slug", "taken")
    assert files_of(label_storage()) == before


def test_dates_out_of_order_are_refused(refused):
    yaml = YAML.replace("2027-03-01T18:53:00+09:00", "2026-03-01")
    assert "“closes” is 2026-03-01 00:00:00 UTC, before “opens”" in refused(bundle(yaml), "--metric", "mse")


def test_an_organizer_imports_a_bundle_in_the_admin_and_bob_gets_a_score(
    as_olga, bob, graded, mailbox, django_capture_on_commit_callbacks
):
    sent = {"file": SimpleUploadedFile("bundle.zip", bundle()), "metric": "r2"}
    response = as_olga.post(f"{AT}from-codabench/", sent)
    report = response["Location"]
    assert "The bundle sorts desc, higher is better" not in text(as_olga.get(report))
    response = as_olga.post(report, {"metric": "mse", "look": "Show"}, follow=True)
    assert "The bundle sorts desc, higher is better; of Mean squared error" in text(response)
    assert "docker_image" in text(response)
    assert not Competition.objects.exists()

    with django_capture_on_commit_callbacks(execute=True):
        response = as_olga.post(report, {"metric": "mse"}, follow=True)
    assert "is made, unpublished" in text(response)
    assert mailbox() == ["grading.check_solutions"]
    check_solutions()
    made = Competition.objects.get()
    assert [user.username for user in made.organizers.all()] == ["olga"]
    assert as_olga.get(report).status_code == 404

    Competition.objects.update(is_published=True, opens_at=datetime(2026, 1, 1, tzinfo=UTC))
    DataFile.objects.update(is_hidden=False)
    made.refresh_from_db()
    assert graded(join(bob, made), "id,rating\n1,4\n2,3\n3,4\n4,4\n5,2\n").evaluation.public_score == 0.5


def test_a_bundle_that_cannot_be_read_and_a_metric_without_its_k_are_told_in_the_admin(as_olga):
    sent = {"file": SimpleUploadedFile("bundle.zip", b"no zip"), "metric": "mse"}
    assert "it is no zip, or damaged" in text(as_olga.post(f"{AT}from-codabench/", sent, follow=True))
    sent = {"file": SimpleUploadedFile("bundle.zip", bundle()), "metric": "ndcg_at_k"}
    page = text(as_olga.post(f"{AT}from-codabench/", sent, follow=True))
    assert "looks at the first k places of a list: say how many" in page
    assert 'value="Import"' not in page
