"""Whatever a competition says, its files say it back to the byte: export → import → export."""

import string
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from django.core.files.base import ContentFile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from competitions.as_files.applying import apply
from competitions.as_files.planning import plan
from competitions.as_files.reading import read
from competitions.as_files.source import open_source
from competitions.as_files.writing import export_to_folder, export_to_zip
from competitions.as_files.yaml_text import dump, load
from competitions.models import (
    Competition,
    DataFile,
    DisclosurePolicy,
    EntryPolicy,
    LimitWindow,
    OutOfRangePolicy,
    Page,
    PageKind,
)
from competitions.timeline import ORDERED_DATES
from grader.scoring.metric import TargetKind
from grader.scoring.metrics import METRICS

# What trips YAML up: quotes, colons, hashes, numbers and words that mean something, spaces, all kinds of line ends.
TROUBLE = [
    "a: b", "# no comment", "- item", "'single'", '"double"', " leading", "trailing ", "\ttab", "no", "null", "~",
    "1e3", "0o17", "12:30", "2026-03-01", "2026-03-01T18:00:00Z", "&a", "*a", "!!python/object",
    "{}", "[1]", "%", "@", "`",
    "a\r\nb\r\n", "\r", "\n", "\n\n", "a\n", "a\n\n", "  a\n b", "a\n  b\n", "\x85", "\u2028x", "\ufeffx",
    "百年孤独", "🙂", "é", "\x1b", "\x7f", "a\n\tb", "|", ">", "? x", "<<", "=", "---", "...",
    "a\n---\nb", "a\n...\n", "a #b",
    "a:",
]  # fmt: skip
texts = st.one_of(
    st.sampled_from(TROUBLE),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60),
    st.lists(st.sampled_from(TROUBLE), max_size=4).map("\n".join),
)
wanted = texts.filter(bool)
counts = st.integers(1, 30_000)
names = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,20}", fullmatch=True)
dates = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@st.composite
def time_lines(draw) -> dict[str, datetime | None]:
    moments = sorted(draw(st.lists(dates, min_size=6, max_size=6)))
    line = {name: at + timedelta(hours=number) for number, (name, at) in enumerate(zip(ORDERED_DATES, moments))}  # noqa: B905
    for name in ORDERED_DATES[1:]:
        if draw(st.booleans()):
            line[name] = None
    if line["closes_at"] is None:
        line["reveals_at"] = None
    return line


@st.composite
def settings_of_a_competition(draw) -> dict[str, object]:
    metric = draw(st.sampled_from(sorted(METRICS)))
    lowest, highest = draw(st.none() | st.floats(-1e300, 0)), draw(st.none() | st.floats(1e-300, 1e300))
    if METRICS[metric].target_kind != TargetKind.NUMBER:
        lowest, highest = 0.0, 1.0
    return {
        "title": draw(wanted)[:120],
        "tagline": draw(wanted)[:200],
        "notice": draw(texts),
        "allowed_emails": draw(
            st.sampled_from(["@example.org", "ada@example.org\n@example.net\n", "@a.org\r\n@b.org"])
        ),
        "is_published": draw(st.booleans()),
        **draw(time_lines()),
        "entry": draw(st.sampled_from(EntryPolicy.values)),
        "needs_verified_email": draw(st.booleans()),
        "max_team_size": draw(counts),
        "daily_limit": draw(counts),
        "limit_window": draw(st.sampled_from(LimitWindow.values)),
        "total_limit": draw(st.none() | counts),
        "pending_limit": draw(st.none() | counts),
        "final_selection_count": draw(counts),
        "takes_late_submissions": draw(st.booleans()),
        "max_upload_bytes": draw(st.integers(1_000, 10**12)),
        "takes_predictions": True,
        "takes_models": draw(st.booleans()),
        "tensorflow_version": draw(st.sampled_from(["", "2.21.0", "2.21.0-rc1"])),
        "metric": metric,
        "metric_k": draw(counts) if METRICS[metric].takes_k else None,
        "decimals": draw(st.integers(0, 20)),
        "disclosure": draw(st.sampled_from(DisclosurePolicy.values)),
        "id_column": draw(st.sampled_from(["id", "null", "no", "_1"])),
        "lowest": lowest,
        "highest": highest,
        "out_of_range": draw(st.sampled_from(OutOfRangePolicy.values)),
        "labels_are_public": draw(st.booleans()),
        "data_needs_joining": draw(st.booleans()),
        "uploads_kept_days": draw(st.none() | counts),
        "predictions_kept_days": draw(st.none() | counts),
        "expected_solution_sha256": draw(st.just("") | st.text("0123456789abcdef", min_size=64, max_size=64)),
    }


def tree(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@given(texts)
def test_yaml_gives_every_text_back(text):
    assert load(dump({"a": text, "b": [text], "c": "end"}), "x.yaml") == {"a": text, "b": [text], "c": "end"}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    values=settings_of_a_competition(),
    pages=st.dictionaries(st.sampled_from(PageKind.values), texts),
    data=st.dictionaries(names, st.tuples(texts, st.booleans(), st.binary(max_size=50)), max_size=3),
    organizers=st.sets(st.text(string.ascii_letters + "@.+-_éж0", min_size=1, max_size=8), max_size=2),
)
@pytest.mark.usefixtures("db")
def test_export_import_export_is_byte_identical(values, pages, data, organizers):
    Competition.objects.all().delete()
    User.objects.all().delete()
    made = Competition.objects.create(slug="any", **values)
    for name in {name.lower(): name for name in organizers}.values():
        made.organizers.add(User.objects.create_user(name, is_staff=True))
    for kind, text in pages.items():
        Page.objects.create(competition=made, kind=kind, text=text)
    for name, (description, is_hidden, content) in data.items():
        DataFile.objects.create(
            competition=made,
            name=name,
            description=description[:200],
            is_hidden=is_hidden,
            file=ContentFile(content, name="x"),
        )
    with TemporaryDirectory() as place:
        first, second, packed = Path(place) / "first", Path(place) / "second", Path(place) / "packed.zip"
        export_to_folder(made, first)
        with packed.open("wb") as file:
            export_to_zip(made, file)
        for sent in (first, packed):
            with open_source(sent) as source:
                same = plan(read(source), made)
            assert (same.changes, same.refusals) == ((), ())
        made.delete()
        with open_source(packed) as source:
            again = apply(plan(read(source), None), by=None, override_reason="Made up by a test, every one of them.")
        export_to_folder(again, second)
        assert tree(second) == tree(first)
