"""Attacks on a running server, with bounds for the latency of other visitors and for the memory of the workers.

Each run of the tests takes the short form. ``make faults`` takes the long form (``JOINDIN_TEST_FAULTS=long``), which has strict
bounds and needs an otherwise idle machine.
"""

import os

import pytest

IS_LONG = os.environ.get("JOINDIN_TEST_FAULTS") == "long"

# Modules with assertions that are no tests.
pytest.register_assert_rewrite("tests.faults.load_under_faults", "tests.faults.mails")
