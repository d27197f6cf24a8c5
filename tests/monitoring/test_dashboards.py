"""The dashboard for Grafana and the alerts for Prometheus name existing metrics and labels."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from joindin.monitoring.families import FAMILIES, HISTOGRAM
from tests.services import skip_or_fail

FOLDER = Path(__file__).parents[2] / "docs" / "monitoring"
ALERTS = FOLDER / "alerts.yml"
DASHBOARD = FOLDER / "grafana-dashboard.json"

# Labels of Prometheus itself, and the name that it gives to the label ``job`` of a metric.
TARGET_LABELS = {"instance", "job", "le", "exported_job"}
HISTOGRAM_SUFFIXES = "_bucket", "_sum", "_count"

RULES = [rule for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]]
PANELS = [panel for panel in json.loads(DASHBOARD.read_text())["panels"] if panel["type"] != "row"]
EXPRESSIONS = [rule["expr"] for rule in RULES] + [target["expr"] for panel in PANELS for target in panel["targets"]]

LABELS = {
    name: set(family.labels)
    for family in FAMILIES
    for name in ([family.name + each for each in HISTOGRAM_SUFFIXES] if family.type == HISTOGRAM else [family.name])
}


def metrics_of(expression):
    return set(re.findall(r"\bjoindin_\w+", expression))


def labels_of(expression):
    """Return the labels of an expression: in selectors, of groupings and in texts."""
    grouped = [name for names in re.findall(r"\bby \(([^)]*)\)", expression) for name in names.split(", ")]
    return {*re.findall(r"(\w+)(?:=~|!~|!=|=)\"", expression), *grouped}


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_an_expression_names_existing_metrics_and_labels(expression):
    names = metrics_of(expression)
    assert names <= LABELS.keys()

    labels = set().union(*(LABELS[name] for name in names))
    assert labels_of(expression) <= labels | TARGET_LABELS


def test_every_metric_is_on_the_dashboard():
    named = set().union(*(metrics_of(target["expr"]) for panel in PANELS for target in panel["targets"]))

    missing = [
        family.name
        for family in FAMILIES
        if not named & {family.name, *(family.name + each for each in HISTOGRAM_SUFFIXES)}
    ]
    assert missing == []


def test_legends_name_labels_of_their_expression():
    for panel in PANELS:
        for target in panel["targets"]:
            labels = set().union(*(LABELS[name] for name in metrics_of(target["expr"])))
            assert set(re.findall(r"{{(\w+)}}", target["legendFormat"])) <= labels | TARGET_LABELS


def test_panels_have_different_ids_and_do_not_overlap():
    ids = [panel["id"] for panel in PANELS]
    cells = [
        (x, y)
        for place in (panel["gridPos"] for panel in PANELS)
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]

    assert (len(ids), len(cells)) == (len(set(ids)), len(set(cells)))
    assert max(x for x, _ in cells) < 24


def test_every_alert_says_what_to_do():
    names = [rule["alert"] for rule in RULES]

    assert len(names) == len(set(names))
    for rule in RULES:
        assert rule["labels"]["severity"] in ("critical", "warning")
        assert rule["annotations"].keys() == {"summary", "action"}


def test_prometheus_accepts_the_rules():
    promtool = shutil.which("promtool")
    if promtool is None:
        skip_or_fail("promtool is not installed")

    done = subprocess.run([promtool, "check", "rules", ALERTS], capture_output=True, text=True)

    assert done.returncode == 0, done.stdout + done.stderr


def test_every_metric_is_documented():
    text = (FOLDER.parent / "monitoring.md").read_text()

    rows = re.findall(r"^\| `(joindin_\w+)` \| (\w+) \|", text, re.MULTILINE)
    assert rows == [(family.name, family.type) for family in FAMILIES]
