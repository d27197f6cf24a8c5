"""Pytest plugin: a list of the slow tests, each with its reason, at the end of the run.

A test that takes longer than MAX_SECONDS states why: ``@pytest.mark.slow("starts four servers")``. Time that the first
test of a module or run spends on shared fixtures does not count.
"""

import time
from collections import defaultdict

import pytest

MAX_SECONDS = 5
NO_REASON = "NO REASON GIVEN: make it faster, or mark it with @pytest.mark.slow(reason)"


class SlowTests:
    """Measures tests in the process that runs them, and lists them in the one that reports (pytest-xdist has both)."""

    def __init__(self):
        self._shared_seconds = 0
        self._seconds = defaultdict(float)
        self._reasons = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef):
        started = time.perf_counter()
        try:
            return (yield)
        finally:
            if fixturedef.scope != "function":
                self._shared_seconds += time.perf_counter() - started

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item):
        report = yield
        report.shared_seconds, self._shared_seconds = self._shared_seconds, 0
        marker = item.get_closest_marker("slow")
        report.slow_reason = marker and marker.args[0]
        return report

    def pytest_runtest_logreport(self, report):
        self._seconds[report.nodeid] += report.duration - report.shared_seconds
        self._reasons[report.nodeid] = report.slow_reason

    def pytest_terminal_summary(self, terminalreporter):
        slow = {test: seconds for test, seconds in self._seconds.items() if seconds > MAX_SECONDS}
        if not slow:
            return
        terminalreporter.section(f"tests over {MAX_SECONDS} s")
        for test, seconds in sorted(slow.items(), key=lambda item: -item[1]):
            terminalreporter.line(f"{seconds:6.1f} s  {test}: {self._reasons[test] or NO_REASON}")


def pytest_configure(config):
    config.addinivalue_line("markers", f"slow(reason): the test takes more than {MAX_SECONDS} s")
    config.pluginmanager.register(SlowTests())
