import pytest

from tests.resources.docs.sample_data import make_sample_data


@pytest.fixture(scope="session")
def document(app):
    return app.test_client().get("/docs/openapi.json").json


@pytest.fixture
def sample_data(session):
    return make_sample_data(session)
