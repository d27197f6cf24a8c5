"""Exit status of the audit. A program takes the place of pip-audit, with reports in its format."""

import json
import sys

import pytest

from tests.dependencies.audit import main

VULNERABLE = {
    "name": "example",
    "version": "1.0",
    "vulns": [{"id": "PYSEC-2020-1", "fix_versions": ["1.1"], "aliases": ["CVE-2020-1"], "description": ""}],
}
SOUND = {"name": "other", "version": "2.0", "vulns": []}
UNKNOWN = {"name": "third", "skip_reason": "Dependency not found on PyPI and could not be audited: third (3.0)"}


@pytest.mark.parametrize(
    ("dependencies", "status", "output"),
    [
        ([SOUND], 0, "1 packages audited, 0 of them vulnerable."),
        ([SOUND, VULNERABLE], 1, "example 1.0: PYSEC-2020-1, fixed in 1.1"),
        ([VULNERABLE, UNKNOWN], 1, "Not in the database: third"),
        ([SOUND, UNKNOWN], 2, "Not in the database: third"),
        ([UNKNOWN, UNKNOWN], 2, "Nothing has been audited."),
    ],
)
def test_only_a_complete_audit_without_findings_succeeds(tmp_path, capsys, dependencies, status, output):
    report = json.dumps({"dependencies": dependencies, "fixes": []})

    assert main(make_program(tmp_path, f"print({report!r})")) == status
    assert output in capsys.readouterr().out


def test_a_database_that_does_not_answer_is_no_success(tmp_path, capsys):
    assert main(make_program(tmp_path, "import sys; sys.exit('ConnectionError')")) == 2
    assert capsys.readouterr().out.splitlines() == [
        "The vulnerability database pypi cannot be reached.",
        "The vulnerability database osv cannot be reached.",
        "Nothing has been audited.",
    ]


def make_program(folder, code):
    program = folder / "pip-audit"
    program.write_text(f"#!{sys.executable}\n{code}\n")
    program.chmod(0o755)
    return str(program)
