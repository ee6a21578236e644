"""Competitions as files, by the command: exported, planned, applied, imported and cloned."""

import io
import zipfile
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from cast_of_stories import SOLUTION
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import User
from competitions.as_files.planning import plan
from competitions.as_files.reading import read
from competitions.as_files.refusal import FilesRefused
from competitions.as_files.schema import NOT_SETTINGS, SETTINGS
from competitions.as_files.source import open_source
from competitions.models import Competition, DataFile, PublishOverride
from grading.tasks import launch_checks
from leaderboard.consequences import apply
from leaderboard.models import Standing
from submissions.launch_jobs import ask_for_launch_check
from teams.joining import join

REASON = "The class knows its rules from the lecture."


def run(*arguments) -> str:
    out = io.StringIO()
    call_command("competition", *map(str, arguments), stdout=out)
    return out.getvalue()


def refused(*arguments) -> str:
    with pytest.raises(CommandError) as raised:
        run(*arguments)
    return str(raised.value)


def tree(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def exported(competition, tmp_path) -> Path:
    """The folder that `competition export stars` has written."""
    run("export", "stars", tmp_path / "stars")
    return tmp_path / "stars"


@pytest.fixture
def edit(exported):
    """edit(old, new) changes a line of the exported competition.yaml."""

    def change(old: str, new: str) -> Path:
        path = exported / "competition.yaml"
        text = path.read_text()
        assert text.count(old) == 1, text
        path.write_text(text.replace(old, new))
        return exported

    return change


def packed(path: Path, files: dict[str, bytes | str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def test_every_field_of_a_competition_is_a_setting_of_the_file_or_an_exception_with_a_reason():
    fields = {field.name for field in [*Competition._meta.fields, *Competition._meta.many_to_many]}
    assert fields == {*SETTINGS, *NOT_SETTINGS}
    assert not set(SETTINGS) & set(NOT_SETTINGS)


def test_a_folder_names_everything_and_the_labels_by_their_hash_alone(exported, competition):
    files = tree(exported)
    assert set(files) == {
        "competition.yaml",
        "data/test.csv",
        *(f"pages/{kind}.md" for kind in ("overview", "data", "evaluation", "rules", "timeline")),
    }
    yaml = files["competition.yaml"].decode()
    assert "\nslug: stars\ntitle: Five stars\n" in yaml
    assert "\norganizers:\n- olga\n" in yaml
    assert f"solution:\n  sha256: {sha256(SOLUTION.encode()).hexdigest()}\n" in yaml
    assert not any(b"Public" in content for content in files.values())


def test_the_plan_of_an_unchanged_export_is_empty(exported):
    assert run("plan", exported).startswith("Nothing to change.")


def test_export_import_export_gives_the_same_bytes_with_the_solution_as_its_hash(exported, tmp_path):
    before = tree(exported)
    Competition.objects.all().delete()
    assert "SHA-256" in run("import", exported, "--publish-because", REASON)
    run("export", "stars", tmp_path / "again")
    assert tree(tmp_path / "again") == before

    run("export", "stars", tmp_path / "one.zip")
    run("export", "stars", tmp_path / "two.zip")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    assert run("plan", tmp_path / "one.zip").startswith("Nothing to change.")


def test_a_competition_from_files_and_labels_grades_a_submission(exported, tmp_path, alice, graded):
    Competition.objects.all().delete()
    labels = tmp_path / "solution.csv"
    labels.write_text(SOLUTION)
    assert "version 1, is accepted" in run(
        "import", exported, "--solution", labels, "--slug", "six", "--publish-because", REASON
    )
    six = Competition.objects.get()
    assert (six.slug, six.solutions.get().is_active) == ("six", True)
    assert graded(join(alice, six)).evaluation.public_score == 0.5


def test_another_solution_than_the_one_that_the_files_name_is_refused_before_anything_is_made(exported, tmp_path):
    Competition.objects.all().delete()
    labels = tmp_path / "solution.csv"
    labels.write_text(SOLUTION.replace("1,5", "1,4"))
    assert "competition.yaml names" in refused("import", exported, "--solution", labels)
    assert not Competition.objects.exists()


def test_labels_leave_by_their_own_command_for_their_owner_alone(competition, tmp_path):
    run("labels", "stars", tmp_path / "labels.csv")
    assert (tmp_path / "labels.csv").read_text() == SOLUTION
    assert (tmp_path / "labels.csv").stat().st_mode & 0o777 == 0o600
    assert "exists already" in refused("labels", "stars", tmp_path / "labels.csv")


def test_an_export_that_fails_leaves_no_file_behind(competition, tmp_path):
    target = tmp_path / "stars.zip"
    assert "cannot be written: No such file or directory" in refused("export", "stars", tmp_path / "none/stars.zip")
    assert "cannot be written: No such file or directory" in refused("labels", "stars", tmp_path / "none/labels.csv")
    stored = competition.data_files.get().file
    stored.storage.delete(stored.name)
    assert "The stored file of test.csv is gone. Upload it again" in refused("export", "stars", target)
    assert not target.exists()


def test_a_plan_shows_the_change_and_writes_nothing_then_apply_makes_it(edit, exported, competition):
    edit("daily_limit: 5", "daily_limit: 3")
    (exported / "pages/rules.md").write_text("Play fair.\nBe kind.\n")
    (exported / "data/books.csv").write_text("name\nEmma\n")
    edit("data:\n", "data:\n- name: books.csv\n  description: What is known.\n")
    shown = run("plan", exported)
    assert "daily_limit: 5 → 3" in shown
    assert "    +Be kind." in shown
    assert "    -The rules of five stars." in shown
    assert "data/books.csv: nothing → 10 bytes, SHA-256 " in shown
    competition.refresh_from_db()
    assert competition.daily_limit == 5
    assert competition.data_files.count() == 1

    run("apply", exported)
    competition.refresh_from_db()
    assert competition.daily_limit == 3
    assert competition.pages.get(kind="rules").text == "Play fair.\nBe kind.\n"
    books = competition.data_files.get(name="books.csv")
    assert (books.description, books.file.read()) == ("What is known.", b"name\nEmma\n")
    assert competition.history.first().daily_limit == 3
    assert run("plan", exported).startswith("Nothing to change.")


def test_what_is_left_out_of_the_files_stays_as_it_is(competition, tmp_path):
    (tmp_path / "competition.yaml").write_text("holdout: 1\nslug: stars\ntagline: Five ratings, hidden.\n")
    assert run("plan", tmp_path).splitlines()[0] == "tagline: 'Predict five ratings.' → 'Five ratings, hidden.'"
    run("apply", tmp_path)
    competition.refresh_from_db()
    assert (competition.tagline, competition.title) == ("Five ratings, hidden.", "Five stars")
    assert competition.pages.get(kind="rules").text == "The rules of five stars."
    assert competition.data_files.count() == 1


def test_a_data_file_may_be_named_by_its_hash_and_left_out(exported):
    (exported / "data/test.csv").unlink()
    assert run("plan", exported).startswith("Nothing to change.")
    Competition.objects.all().delete()
    assert "data/test.csv is not among the files" in refused("import", exported)


def test_a_plan_tells_whom_a_change_meets(edit, exported, competition, alices_team, bobs_team, graded):
    graded(alices_team)
    graded(alices_team)
    graded(bobs_team)
    edit("daily_limit: 5", "daily_limit: 1")
    edit("closes_at: null", "closes_at: 2026-01-01T00:00:00Z")
    opens = competition.opens_at.isoformat().replace("+00:00", "Z")
    edit(f"opens_at: {opens}", "opens_at: 2025-01-01T00:00:00Z")
    (exported / "pages/rules.md").write_text("Other rules.")
    shown = run("plan", exported)
    assert "! daily_limit is below what 1 team used today" in shown
    assert "! closes_at is earlier than 3 submissions already sent in time, which stay ranked." in shown
    assert "! The competition is “open” now, and would be “private results revealed” at once." in shown
    assert "! Private scores and the final ranking would be shown to everyone at once." in shown
    assert "! The rules change; 2 people accepted the text as it was, and are not asked again." in shown


def test_how_the_board_answers_can_be_set_until_a_file_was_sent(edit, exported, competition, alices_team, graded):
    edit("disclosure: plain", "disclosure: whisper")
    assert "disclosure" in refused("apply", exported)
    edit("disclosure: whisper", "disclosure: ladder")
    assert "! The board would answer files otherwise, as a ladder: a score only when" in run("plan", exported)
    run("apply", exported)
    competition.refresh_from_db()
    assert competition.is_ladder
    graded(alices_team)
    edit("disclosure: ladder", "disclosure: plain")
    assert "disclosure stays 'ladder': submissions were sent by it." in refused("apply", exported)


def test_what_scores_were_made_with_is_refused_and_nothing_is_said_to_follow(
    edit, exported, competition, alices_team, graded
):
    graded(alices_team)
    edit("metric: mse", "metric: mae")
    shown = run("plan", exported)
    assert "rescore" not in shown
    assert "metric stays 'mse': submissions were sent by it." in shown
    assert "metric stays 'mse'" in refused("apply", exported)
    competition.refresh_from_db()
    assert competition.metric == "mse"


def test_the_final_ranking_follows_a_new_number_of_choices(edit, exported, alices_team, graded):
    # Errors of 0 on the public rows, 0, 3 and 0 on the private ones; then 1 and 0, and none on the private ones.
    first = graded(alices_team, "id,rating\n1,5\n2,3\n3,4\n4,4\n5,2\n")
    second = graded(alices_team, "id,rating\n1,4\n2,3\n3,4\n4,1\n5,2\n")
    assert Standing.objects.get().final == second.evaluation
    edit("final_selection_count: 2", "final_selection_count: 1")
    assert "! Changing final_selection_count makes the final ranking of 1 team anew." in run("plan", exported)
    run("apply", exported)
    assert Standing.objects.get().final == first.evaluation


def test_publishing_without_a_solution_is_told(edit, exported, competition):
    competition.solutions.all().delete()
    Competition.objects.update(is_published=False)
    shown = run("plan", exported)
    assert "is_published: false → true" in shown
    assert "! Publishing: from now on everyone sees the competition with its pages." in shown
    assert "! It has no accepted solution yet" in shown
    assert (
        "! It is published only with a reason in writing, because of this: The launch check has not been run" in shown
    )


def test_files_publish_through_the_launch_check_or_for_a_reason_that_is_kept(edit, exported, competition):
    publish_it = edit("daily_limit: 5", "daily_limit: 4")
    Competition.objects.update(is_published=False)
    said = refused("apply", publish_it)
    assert "Nothing was applied: Five stars was not published. The launch check has not been run." in said
    competition.refresh_from_db()
    assert (competition.is_published, competition.daily_limit) == (False, 5)

    run("apply", publish_it, "--publish-because", REASON)
    assert PublishOverride.objects.get().reason == REASON
    competition.refresh_from_db()
    assert (competition.is_published, competition.daily_limit) == (True, 4)

    run("apply", edit("is_published: true", "is_published: false"))
    ask_for_launch_check(competition, None)
    launch_checks()
    run("apply", edit("is_published: false", "is_published: true"))
    competition.refresh_from_db()
    assert competition.is_published
    assert PublishOverride.objects.count() == 1


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("daily_limit: 5", "dayly_limit: 5", "the key 'dayly_limit' is not known. Did you mean 'daily_limit'?"),
        ("daily_limit: 5", "daily_limit: five", "daily_limit: found 'five'; expected a whole number."),
        ("daily_limit: 5", "daily_limit: 0", "daily_limit: Ensure this value is greater than or equal to 1."),
        ("daily_limit: 5", "daily_limit: 5\ndaily_limit: 6", "the key 'daily_limit' stands here again."),
        ("daily_limit: 5", "daily_limit: 5: 6", "competition.yaml, line "),
        ("closes_at: null", "closes_at: 2020-01-01T00:00:00Z", "“closes” is 2020-01-01 00:00:00 UTC, before “opens”"),
        ("closes_at: null", "closes_at: 31.12.2026", "expected a time in UTC such as 2026-03-01T18:00:00Z."),
        ("metric: mse", "metric: mean", "metric: Value 'mean' is not a valid choice."),
        ("is_published: true", "is_published: maybe", "is_published: found 'maybe'; expected true or false."),
        ("title: Five stars", "title: 5", "title: found 5; expected a text (in quotes, if in doubt)."),
        ("holdout: 1", "holdout: 2", "this site reads format 1"),
        ("- olga", "- nobody-here", "organizers: 'nobody-here' is nobody who organizes here."),
        ("  is_hidden: false", "  hiden: false", "data: test.csv: the key 'hiden' is not known. Did you mean"),
        ("slug: stars", "slug: five stars", "slug is 'five stars'; expected 1 to 50 letters"),
        ("notice: ''", 'notice: "\\ud800"', "notice: found"),
        ("notice: ''", "notice: &a [*a]", "there are more aliases (*name) than are taken here"),
        ("notice: ''", f"notice: {'[' * 3000}", "competition.yaml"),
        ("daily_limit: 5", f"daily_limit: 0x{'f' * 5000}", "line 20: '0xffffffffffffffffff' is no whole number up to"),
        ("daily_limit: 5", f"daily_limit: {'9' * 5000}", "line 20: '99999999999999999999' is no whole number up to"),
        ("holdout: 1", f"holdout: 0x{'f' * 5000}", "line 2: '0xffffffffffffffffff' is no whole number up to"),
    ],
)
def test_bad_yaml_gets_a_sentence_and_the_competition_stays(edit, competition, old, new, sentence):
    before = Competition.objects.values().get()
    assert sentence in refused("apply", edit(old, new))
    assert Competition.objects.values().get() == before


def test_all_problems_are_named_at_once(edit, exported):
    edit("daily_limit: 5", "dayly_limit: five")
    edit("closes_at: null", "closes_at: soon")
    assert len(refused("apply", exported).splitlines()) == 2


def test_of_very_many_problems_the_first_are_named(edit, exported):
    edit("holdout: 1\n", "holdout: 1\n" + "".join(f"k{number}: 1\n" for number in range(500)))
    said = refused("apply", exported).splitlines()
    assert len(said) == 51
    assert said[-1] == "There is more to mend than these 50."


def test_a_data_file_that_is_named_again_and_again_is_refused(edit, exported):
    edit("data:\n", "data:\n- name: test.csv\n")
    assert "data: test.csv is named twice." in refused("apply", exported)
    edit("data:\n", "data:\n" + "- name: test.csv\n" * 300)
    said = refused("apply", exported)
    assert "data: 302 files are named; a competition has at most 300." in said
    assert "named twice" not in said


def bomb(path: Path) -> Path:
    return packed(path, {"competition.yaml": "holdout: 1\nslug: bomb\n", "data/zeros.csv": bytes(3_000_000)})


@pytest.mark.parametrize("name", ["../evil.csv", "/etc/evil.csv", "data\\evil.csv", "C:/evil.csv", "data//evil.csv"])
def test_a_path_that_leads_outside_is_refused(competition, tmp_path, name):
    sent = packed(tmp_path / "sent.zip", {"competition.yaml": "holdout: 1\nslug: stars\n", name: "1"})
    assert "a path that leads outside of it or is written the wrong way" in refused("apply", sent)


def test_zips_that_are_too_much_or_no_zips_get_a_sentence(competition, tmp_path, settings):
    settings.MAX_UNPACKED_BYTES = 1_000_000
    assert "3,000,022 bytes unpacked; at most 1,000,000 are taken" in refused("import", bomb(tmp_path / "bomb.zip"))

    many = packed(tmp_path / "many.zip", {f"data/{n}": "1" for n in range(301)})
    assert "There are 301 files; a competition has at most 300." in refused("import", many)

    link = tmp_path / "link.zip"
    with zipfile.ZipFile(link, "w") as archive:
        member = zipfile.ZipInfo("data/link.csv")
        member.external_attr = 0o120777 << 16
        archive.writestr(member, "/etc/passwd")
    assert "is a link or a device" in refused("import", link)

    twice = packed(tmp_path / "twice.zip", {"competition.yaml": "holdout: 1", "competition.yamL": "holdout: 1"})
    twice.write_bytes(twice.read_bytes().replace(b"competition.yamL", b"competition.yaml"))
    assert "holds 'competition.yaml' twice" in refused("import", twice)

    (tmp_path / "text.zip").write_text("no zip at all")
    assert "it is no zip, or damaged" in refused("import", tmp_path / "text.zip")
    whole = packed(tmp_path / "whole.zip", {"competition.yaml": "holdout: 1\nslug: six\n" * 50}).read_bytes()
    for at in range(0, len(whole) - 30, 7):
        (tmp_path / "broken.zip").write_bytes(whole[:at] + b"\xff\xfe" + whole[at + 2 :])
        refused("import", tmp_path / "broken.zip")
    assert Competition.objects.count() == 1


def test_a_link_in_a_folder_is_refused(exported):
    (exported / "data/link.csv").symlink_to("/etc/passwd")
    assert "'data/link.csv' is a link or a device." in refused("apply", exported)


def test_files_that_nobody_named_are_refused(exported):
    (exported / "data/extra.csv").write_text("1")
    (exported / "notes.txt").write_text("1")
    said = refused("apply", exported)
    assert "'data/extra.csv' is not named under data: in competition.yaml." in said
    assert "'notes.txt' is no file of a competition." in said


def test_a_wrong_hash_and_broken_encodings_are_named(edit, exported):
    (exported / "data/test.csv").write_text("id\n1\n")
    assert "data/test.csv has the SHA-256 " in refused("apply", exported)
    (exported / "pages/rules.md").write_bytes(b"Fair\n\xff play")
    assert refused("apply", exported) == "pages/rules.md, line 2: this is not UTF-8. Save the file in that encoding."


def test_apply_makes_all_or_nothing(edit, exported, competition, monkeypatch):
    edit("daily_limit: 5", "daily_limit: 3")
    edit("data:\n", "data:\n- name: books.csv\n")
    (exported / "data/books.csv").write_text("name\nEmma\n")
    stored_before = sorted(path for path in DataFile.objects.get().file.storage.listdir("stars")[1])
    monkeypatch.setattr(DataFile, "save", lambda *_, **__: (_ for _ in ()).throw(OSError("the disk is full")))
    with pytest.raises(OSError, match="disk is full"):
        run("apply", exported)
    competition.refresh_from_db()
    assert competition.daily_limit == 5
    assert sorted(DataFile.objects.get().file.storage.listdir("stars")[1]) == stored_before


def test_a_submission_between_plan_and_apply_is_noticed(edit, exported, competition, alices_team, graded):
    with open_source(edit("decimals: 3", "decimals: 5")) as source:
        planned = plan(read(source), Competition.objects.get())
        graded(alices_team)
        with pytest.raises(FilesRefused, match="was changed after this plan was made"):
            apply(planned, None)
    competition.refresh_from_db()
    assert competition.decimals == 3


class SlowFiles:
    """Files that take so long that nobody should wait for them: it is written down whether a transaction was open."""

    def __init__(self, source):
        self.source, self.sizes, self.held_a_transaction = source, source.sizes, set()

    def open(self, name):
        self.held_a_transaction.add(connection.in_atomic_block)
        return self.source.open(name)


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_files_are_copied(edit, exported, competition):
    (exported / "data/test.csv").write_text("id,user_id\n1,a\n")
    text = (exported / "competition.yaml").read_text().split("  size_bytes")[0]
    (exported / "competition.yaml").write_text(text.replace("final_selection_count: 2", "final_selection_count: 1"))
    with open_source(exported) as source:
        slow = SlowFiles(source)
        apply(plan(read(slow), Competition.objects.get()), None)
    assert slow.held_a_transaction == {False}
    assert competition.data_files.get().file.read() == b"id,user_id\n1,a\n"


def test_a_change_between_plan_and_apply_is_noticed(edit, exported, competition):
    edit("daily_limit: 5", "daily_limit: 3")
    against = run("plan", exported).split()[-1]
    competition.pages.filter(kind="rules").update(text="Changed in the admin.")
    assert "was changed after that plan was made. Nothing was applied" in refused(
        "apply", exported, "--against", against
    )
    competition.refresh_from_db()
    assert competition.daily_limit == 5


def test_a_clone_has_pages_data_and_settings_and_nobodys_work(competition, alices_team, graded, olga):
    graded(alices_team)
    Competition.objects.update(closes_at=competition.opens_at + timedelta(days=3))
    run("clone", "stars", "stars-2", "--title", "Five more")
    made = Competition.objects.get(slug="stars-2")
    assert (made.title, made.is_published, made.opens_at) == ("Five more", False, competition.opens_at)
    assert made.closes_at == competition.opens_at + timedelta(days=3)
    assert made.pages.get(kind="rules").text == "The rules of five stars."
    assert made.data_files.get().file.read() == competition.data_files.get().file.read()
    assert made.data_files.get().file.name != competition.data_files.get().file.name
    assert list(made.organizers.all()) == [olga]
    assert not made.teams.exists()
    assert not made.solutions.exists()
    assert made.expected_solution_sha256 == competition.solutions.get().sha256
    assert "already" in refused("clone", "stars", "stars-2")
    assert "There are: stars, stars-2." in refused("clone", "star", "stars-3")


def test_a_plan_for_a_new_competition_shows_values_as_they_are_written(tmp_path, db):
    (tmp_path / "competition.yaml").write_text("holdout: 1\nslug: new\ntitle: New\ntagline: x\nentry: approval\n")
    assert "entry: 'public' → 'approval'\n" in run("plan", tmp_path)


def test_import_and_apply_tell_which_of_them_is_meant(exported):
    assert "Apply the files to it, or give --slug." in refused("import", exported)
    Competition.objects.all().delete()
    assert "There is no competition 'stars'. Import it." in refused("apply", exported)
    assert "exists already and is not empty" in refused_export(exported)


def refused_export(folder: Path) -> str:
    Competition.objects.create(slug="stars", title="Stars", tagline="x", opens_at=datetime(2026, 1, 1, tzinfo=UTC))
    return refused("export", "stars", folder)


def test_whoever_has_lost_the_role_may_stay_named(exported, olga):
    User.objects.filter(pk=olga.pk).update(is_staff=False)
    assert run("plan", exported).startswith("Nothing to change.")
