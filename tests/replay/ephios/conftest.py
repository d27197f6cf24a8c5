import pytest

from joindin import create_app
from tests.replay.ephios.exchange import BASE


@pytest.fixture(scope="session")
def ephios(app, settings):
    """The application with the settings of the captured server."""
    return create_app(settings | {"WEBSITE_URL": BASE, "SITE_NAME": "Crew Oracle", "ALLOW_PRIVATE_FETCHES": True})
