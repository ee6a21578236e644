"""Small Codabench bundles, made by code."""

import io
import zipfile

YAML = """\
version: 2
title: "Ratings: who likes what?"
description: Predict five ratings.
image: logo.png
terms: terms.md
registration_auto_approve: True
docker_image: codalab/codalab-legacy:py312
queue: 1234-5678
fact_sheet: {"method": "text"}
made_up_key: 1
pages:
  - title: Overview
    file: overview.md
  - title: Evaluation
    file: evaluation.html
  - title: About us
    file: about.md
tasks:
  - index: 0
    name: Ratings
    scoring_program: scoring_program.zip
    reference_data: reference_data.zip
    input_data: input_data
    ingestion_program: ingestion.zip
phases:
  - index: 0
    name: Development
    start: 1-1-2026
    end: 12-30-2026
    tasks: [0]
  - index: 1
    name: Final
    start: 2026-12-31
    end: 2027-03-01T18:53:00+09:00
    max_submissions_per_day: 3
    auto_migrate_to_this_phase: true
    execution_time_limit: 600
    public_data: public.zip
    starting_kit: kit.zip
    tasks: [0]
leaderboards:
  - title: Results
    key: main
    submission_rule: Force_Last
    columns:
      - title: Error
        key: mse
        index: 0
        precision: 4
      - title: Mean
        key: mean
        index: 1
        computation: avg
        computation_indexes: [0]
"""
LABELS = "id,rating,Usage\n1,5,Public\n2,3,Public\n3,4,Private\n4,1,Private\n5,2,Private\n"
TEST = "id,book\n1,a\n2,b\n3,c\n4,d\n5,e\n"


def zipped(files: dict[str, bytes | str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def bundle(yaml: str = YAML, **instead: bytes | str) -> bytes:
    """The bundle as a zip. `instead`: by a file's name with _ for its dot, another content of it."""
    files: dict[str, bytes | str] = {
        "competition.yaml": yaml,
        "logo.png": b"\x89PNG",
        "terms.md": "Play fair.\n",
        "overview.md": "# Welcome\n\nPredict.\n",
        "evaluation.html": "<html><head><title>x</title></head><body><h1>How</h1><p>By <b>MSE</b> &amp; care.</p>"
        "<script>alert(1)</script></body></html>",
        "about.md": "We like books.\n",
        "scoring_program.zip": zipped({"score.py": "raise SystemExit('never run')", "metadata.yaml": "command: x"}),
        "ingestion.zip": zipped({"ingestion.py": "raise SystemExit('never run')"}),
        "reference_data.zip": zipped({"labels.csv": LABELS}),
        "input_data/test.csv": TEST,
        "public.zip": zipped({"train.csv": "book,rating\na,3\n", "notes/read me.txt": "x"}),
    }
    for name, content in instead.items():
        files[name.replace("_zip", ".zip").replace("_md", ".md")] = content
    return zipped(files)
