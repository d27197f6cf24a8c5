"""Requests that Schemathesis generates from the document are answered as it says: by status, form, schema and message.

300 for each caller, and 8,000 by ``make fuzz``. ``schemathesis.toml`` states the exceptions.
"""

import os

import pytest

from tests.resources.docs.schema_fuzzing import CALLERS, Finding, fuzz_document

CASES = int(os.environ.get("GENERATED_REQUESTS", "300"))
SEED = int(os.environ.get("GENERATED_REQUESTS_SEED", "1"))


@pytest.mark.slow("sends hundreds of generated requests")
@pytest.mark.runs_once("the statuses and forms of answers do not depend on the database")
@pytest.mark.parametrize("caller", CALLERS)
def test_generated_requests_are_answered_as_documented(app, session, caller):
    *findings, sent = fuzz_document(app, caller, cases=CASES, seed=SEED)

    assert not findings, "\n\n".join(map(describe, findings[:20]))
    assert sent >= CASES


def describe(finding: Finding) -> str:
    return f"{finding.check}: {finding.operation}\n{finding.message}\n{finding.request}\n{finding.response}"
