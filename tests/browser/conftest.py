"""Fixtures of the browser tests: one server and one Chromium for all tests, a window for each test."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from tests.browser.page_driver import PageDriver
from tests.browser.requirements import chromium, missing_tools
from tests.browser.server import Server
from tests.browser.validators import nu_errors
from tests.oidc.fake_provider import FakeProvider
from tests.services import skip_or_fail

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.runs_once("pages look the same on each database"))
            item.add_marker(pytest.mark.slow("drives Chromium against a real server, and validates the pages"))


@pytest.fixture(scope="package", autouse=True)
def _tools():
    if not (missing := missing_tools()):
        return
    skip_or_fail(f"not on this machine: {', '.join(missing)}")


@pytest.fixture(scope="package")
def server(app, settings, tmp_path_factory, _tools):
    server = Server(settings["DATABASE_URL"], tmp_path_factory.mktemp("served"))
    with FakeProvider(f"{server.url}/accounts/external/callback/") as provider:
        server.set(provider.settings)
        server.provider = provider
        with server:
            yield server


@pytest.fixture
def provider(server):
    """The OpenID provider that the server knows."""
    return server.provider


@pytest.fixture(scope="package")
def chrome(_tools):
    """Not for the whole run: Playwright keeps a loop in this thread while it is on."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def pictures():
    """Where screenshots go, for people to look at, if JOINDIN_TEST_PICTURES names a folder."""
    if not (named := os.environ.get("JOINDIN_TEST_PICTURES")):
        return None
    folder = Path(named)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="package")
def sources(tmp_path_factory):
    """The judged pages by name, all shown to the validator at the end, as each start of Java takes seconds."""
    sources = {}
    yield sources
    wrong = nu_errors(sources, tmp_path_factory.mktemp("sources"))
    assert not wrong, "\n".join(wrong)


@pytest.fixture
def new_visitor(chrome, server, sources, pictures):
    """Opens browser windows; at the end of the test nothing may have been wrong with what they showed."""
    visitors = []

    def opening(**options):
        visitors.append(PageDriver(chrome, server.url, sources=sources, pictures=pictures, **options))
        return visitors[-1]

    yield opening
    for visitor in visitors:
        visitor.context.close()
    complaints = [complaint for visitor in visitors for complaint in visitor.complaints]
    assert not complaints, "\n".join(complaints)


@pytest.fixture
def visitor(new_visitor, session):
    return new_visitor()
