"""Pytest plugin: a list of the slow tests, each with its reason, at the end of the run.

A test that takes longer than MAX_SECONDS states why: ``@pytest.mark.slow("starts four servers")``.
"""

from collections import defaultdict

MAX_SECONDS = 5
NO_REASON = "NO REASON GIVEN: make it faster, or mark it with @pytest.mark.slow(reason)"


class SlowTests:
    """Collects durations and reasons from the reports, which come from the workers with pytest-xdist."""

    def __init__(self):
        self._seconds = defaultdict(float)
        self._reasons = {}

    def pytest_runtest_logreport(self, report):
        self._seconds[report.nodeid] += report.duration
        if reason := dict(report.user_properties).get("slow"):
            self._reasons[report.nodeid] = reason

    def pytest_terminal_summary(self, terminalreporter):
        slow = {test: seconds for test, seconds in self._seconds.items() if seconds > MAX_SECONDS}
        if not slow:
            return
        terminalreporter.section(f"tests over {MAX_SECONDS} s")
        for test, seconds in sorted(slow.items(), key=lambda item: -item[1]):
            terminalreporter.line(f"{seconds:6.1f} s  {test}: {self._reasons.get(test, NO_REASON)}")


def pytest_configure(config):
    config.addinivalue_line("markers", f"slow(reason): the test takes more than {MAX_SECONDS} s")
    config.pluginmanager.register(SlowTests())


def pytest_collection_modifyitems(items):
    for item in items:
        if marker := item.get_closest_marker("slow"):
            item.user_properties.append(("slow", marker.args[0]))
