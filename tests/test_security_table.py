"""The tests that docs/security.md and docs/security-asvs.md name exist, and their tables are complete."""

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
SECURITY, OTHER_CHAPTERS = ((ROOT / "docs" / name).read_text() for name in ("security.md", "security-asvs.md"))
TABLE = SECURITY + OTHER_CHAPTERS
STATES = {"met", "partly", "not met", "does not apply"}


@cache
def names_in(path):
    if not (ROOT / path).exists():
        return set()
    return {node.name for node in ast.walk(ast.parse((ROOT / path).read_text())) if isinstance(node, ast.FunctionDef)}


def rows(table=TABLE):
    return [re.split(r"\s*\|\s*", line.strip("| ")) for line in table.splitlines() if re.match(r"\| \d+\.\d", line)]


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
    found = list_requirements(SECURITY)

    assert [number for number in wanted if number not in found] == []
    assert [number for number in found if number not in wanted] == []


def test_every_requirement_of_levels_1_and_2_of_the_other_chapters_is_there():
    """By section, the numbers of ASVS 5.0 that belong to these levels."""
    sections = {
        "1.1": "1 2", "1.2": "1 2 3 4 5 6 7 8 9", "1.3": "1 2 3 4 5 6 7 8 9 10 11", "1.4": "1 2 3", "1.5": "1 2",
        "2.1": "1 2 3", "2.2": "1 2 3", "2.3": "1 2 3 4", "2.4": "1",
        "3.2": "1 2", "3.3": "1 2 3 4", "3.4": "1 2 3 4 5 6", "3.5": "1 2 3 4 5", "3.7": "1 2",
        "4.1": "1 2 3", "4.2": "1", "4.3": "1 2", "4.4": "1 2 3 4",
        "5.1": "1", "5.2": "1 2 3", "5.3": "1 2", "5.4": "1 2 3",
        "11.1": "1 2", "11.2": "1 2 3", "11.3": "1 2 3", "11.4": "1 2 3", "11.5": "1", "11.6": "1",
        "12.1": "1 2 3", "12.2": "1 2", "12.3": "1 2 3 4",
        "13.1": "1", "13.2": "1 2 3 4 5", "13.3": "1 2", "13.4": "1 2 3 4 5",
        "14.1": "1 2", "14.2": "1 2 3 4", "14.3": "1 2 3",
        "15.1": "1 2 3", "15.2": "1 2 3", "15.3": "1 2 3 4 5 6 7",
        "16.1": "1", "16.2": "1 2 3 4 5", "16.3": "1 2 3 4", "16.4": "1 2 3", "16.5": "1 2 3",
    }  # fmt: skip
    wanted = {f"{section}.{number}" for section, numbers in sections.items() for number in numbers.split()}
    found = list_requirements(OTHER_CHAPTERS)

    assert sorted(wanted - set(found)) == []
    assert len(found) == len(set(found))


def list_requirements(table):
    """Return the numbers in the first column, with those of ranges such as "1.2.6 to 1.2.8"."""
    named = " ".join(row[0] for row in rows(table))
    for first, last in re.findall(r"(\d+\.\d+\.\d+) to (\d+\.\d+\.\d+)", named):
        section, start = first.rsplit(".", 1)
        end = int(last.rsplit(".", 1)[1])
        named += "".join(f" {section}.{number}" for number in range(int(start) + 1, end))
    return re.findall(r"\d+\.\d+\.\d+", named)
