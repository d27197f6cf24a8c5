"""The tests that docs/security.md names exist, and its table is complete."""

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
TABLE = (ROOT / "docs" / "security.md").read_text()
STATES = {"met", "partly", "not met", "does not apply"}


@cache
def names_in(path):
    if not (ROOT / path).exists():
        return set()
    return {node.name for node in ast.walk(ast.parse((ROOT / path).read_text())) if isinstance(node, ast.FunctionDef)}


def rows():
    return [re.split(r"\s*\|\s*", line.strip("| ")) for line in TABLE.splitlines() if re.match(r"\| \d+\.\d", line)]


def test_every_test_that_is_named_exists():
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", TABLE)

    assert [f"{path}::{name}" for path, name in named if name not in names_in(path)] == []
    assert len(named) > 100


def test_every_requirement_has_a_state():
    assert [row[0] for row in rows() if len(row) != 4 or row[2] not in STATES] == []


def test_requirements_met_in_part_or_not_at_all_are_explained():
    assert [row[0] for row in rows() if row[2] in ("partly", "not met") and len(row[3]) < 20] == []


def test_every_requirement_of_the_chapters_is_there():
    """Numbers of ASVS 5.0: how many each section has."""
    sections = {
        "6.1": 3, "6.2": 12, "6.3": 8, "6.4": 6, "6.5": 8, "6.6": 4, "6.7": 2, "6.8": 4,
        "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5, "7.5": 3, "7.6": 2,
        "8.1": 4, "8.2": 4, "8.3": 3, "8.4": 2,
        "9.1": 3, "9.2": 4,
        "10.1": 2, "10.2": 3, "10.3": 5, "10.4": 16, "10.5": 5, "10.6": 2, "10.7": 3,
    }  # fmt: skip
    wanted = [f"{section}.{number}" for section, most in sections.items() for number in range(1, most + 1)]
    named = " ".join(row[0] for row in rows())
    for first, last in re.findall(r"(\d+\.\d+\.\d+) to (\d+\.\d+\.\d+)", named):
        start, end = int(first.rsplit(".", 1)[1]), int(last.rsplit(".", 1)[1])
        named += "".join(f" {first.rsplit('.', 1)[0]}.{number}" for number in range(start, end + 1))
    found = re.findall(r"\d+\.\d+\.\d+", named)

    assert [number for number in wanted if number not in found] == []
    assert [number for number in found if number not in wanted] == []
