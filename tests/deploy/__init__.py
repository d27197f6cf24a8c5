"""Tests of whole installations: files for their operators, proxies, and several machines."""

import pytest

# A module with assertions that is no test.
pytest.register_assert_rewrite("tests.deploy.two_servers")
