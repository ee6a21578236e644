"""Replaying a published archive: `python -m grader.verify ARCHIVE` makes its final ranking again, on any machine."""
