"""What the label wall lets through where a machine does not show all of itself."""

from pathlib import Path

from config.environment import ROOT, VAR
from grader.model_runner.landlock import EVERYTHING, FileRight
from grading.label_wall import PUT_AWAY, READ_AND_RUN, _rules


def test_code_can_be_read_and_own_folders_written(settings):
    rules = dict(_rules([settings.LABELS_DIR, settings.UPLOAD_TEMP_DIR], [settings.LABELS_DIR]))
    assert rules[str(settings.LABELS_DIR)] == PUT_AWAY
    assert not PUT_AWAY & (FileRight.READ_FILE | FileRight.READ_DIR)
    assert str(settings.UPLOAD_TEMP_DIR) not in rules
    assert rules[str(settings.DATABASE_DIR)] == EVERYTHING
    above = rules[str(VAR)]
    assert above == FileRight.READ_DIR


def test_our_own_code_cannot_be_written(settings):
    for labels in (settings.LABELS_DIR, ROOT / "docs" / "labels"):
        rules = dict(_rules([labels], []))
        assert rules[str(ROOT / "platform")] == READ_AND_RUN
        assert rules[str(ROOT)] == FileRight.READ_DIR


def test_where_a_home_cannot_be_listed_our_own_place_is_known_to_be_there(monkeypatch):
    def closed(self):
        raise PermissionError(self)

    monkeypatch.setattr(Path, "iterdir", closed)
    rules = dict(_rules([VAR.parent / "labels"], []))
    assert rules[str(VAR)] == EVERYTHING
