"""The shipped alert rules and dashboard read numbers that the site really has, and say what to do."""

import json
import re
from collections.abc import Iterator

import pytest
import yaml
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families
from running_site import ROOT

NAME = re.compile(r"\bholdout_[a-z_]+")
LABELS = re.compile(r"(holdout_[a-z_]+)\{([^}]*)\}")
# What each kind of family has samples of.
ENDINGS = {"histogram": ("_bucket", "_sum", "_count"), "counter": ("_total",), "gauge": ("",)}


def rules():
    (group,) = yaml.safe_load((ROOT / "deploy/prometheus/alerts.yml").read_text())["groups"]
    return group["rules"]


def panels():
    return json.loads((ROOT / "deploy/grafana/holdout.json").read_text())["panels"]


def expressions() -> Iterator[str]:
    yield from (rule["expr"] for rule in rules())
    yield from (target["expr"] for panel in panels() for target in panel.get("targets", ()))


@pytest.fixture
def exported(settings, transactional_db):
    """The families of /metrics by the names of their samples."""
    settings.ALLOWED_HOSTS = ["localhost"]
    settings.METRICS_SECONDS = 0
    Client(headers={"Host": "localhost"}).get("/")
    text = Client().get("/metrics").content.decode()
    families = text_string_to_metric_families(text)
    return {f"{family.name}{ending}": family for family in families for ending in ENDINGS.get(family.type, ())}


def test_every_number_that_they_read_is_exported(exported):
    read = {name for expression in expressions() for name in NAME.findall(expression)}
    assert len(read) > 15
    assert read <= set(exported)


def test_every_number_of_the_site_is_watched_or_shown(exported):
    """But how fresh a worker's word is, which `is_heard_of` says, and what is counted a second time."""
    read = {name for expression in expressions() for name in NAME.findall(expression)}
    ours = {exported[name].name for name in exported if name.startswith("holdout_")}
    assert ours - {exported[name].name for name in read} == {"holdout_worker_seen_timestamp_seconds"}


def test_they_ask_for_labels_that_the_numbers_have(exported):
    asked = [found for expression in expressions() for found in LABELS.findall(expression)]
    assert asked
    for name, labels in asked:
        samples = exported[name].samples
        for label in re.findall(r"(\w+)\s*(?:=|!)", labels):
            assert not samples or label in samples[0].labels, (name, label)


def test_every_alert_says_what_is_wrong_and_what_to_do():
    names = [rule["alert"] for rule in rules()]
    assert len(names) == len(set(names))
    for rule in rules():
        said = rule["annotations"]
        assert said["summary"].endswith("."), rule
        assert said["what_to_do"].endswith("."), rule
        assert rule["labels"]["severity"] in ("page", "warn")
        assert rule["for"]


def test_the_dashboard_shows_every_panel_from_the_source_that_its_reader_chooses():
    shown = [panel for panel in panels() if panel["type"] != "row"]
    assert len({panel["id"] for panel in panels()}) == len(panels())
    for panel in shown:
        assert panel["title"]
        assert panel["targets"]
        assert panel["datasource"]["uid"] == "${source}"
