"""A database that is away: 503 with ``Retry-After`` on every route that needs it, and one log line for each cause."""

import logging
from urllib.parse import urlsplit

import pytest

from joindin import create_app
from joindin.http.request_log import refusals
from joindin.http.sessions import SESSION_COOKIE

pytestmark = pytest.mark.runs_once("the database is none of the run's")

BEARER = {"Authorization": "Bearer 0123456789abcdef"}


@pytest.fixture(scope="module", params=["postgresql", "sqlite"])
def app_without_database(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("instance")
    urls = {
        "postgresql": "postgresql://postgres@127.0.0.1:1/none",
        "sqlite": f"sqlite:///{folder / 'gone' / 'joindin.sqlite'}",
    }
    return create_app(
        {
            "INSTANCE": str(folder),
            "DATABASE_URL": urls[request.param],
            "SECRET_KEY": "used in tests only",
            "MAIL_URL": "files",
        }
    )


def requests_to_all_routes(app):
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        values = {name: 1 if "Int" in type(converter).__name__ else "x" for name, converter in rule._converters.items()}
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            yield method, urlsplit(adapter.build(rule.endpoint, values, method)).path


@pytest.mark.slow("sends requests to every route")
@pytest.mark.parametrize("credential", ["none", "token", "session"])
def test_no_route_fails_otherwise(app_without_database, credential, caplog):
    client = app_without_database.test_client()
    if credential == "session":
        client.set_cookie(SESSION_COOKIE, "0123456789abcdef")
    headers = BEARER if credential == "token" else {}
    wrong, unavailable = [], 0
    with caplog.at_level(logging.WARNING):
        for method, path in requests_to_all_routes(app_without_database):
            reply = client.open(path, method=method, headers=headers, json={} if method != "GET" else None)
            if reply.status_code == 503 and reply.headers.get("Retry-After") == "5":
                unavailable += 1
            elif reply.status_code >= 500 and reply.status_code != 501:
                wrong.append((method, path, reply.status_code))

    assert (wrong, unavailable > 60) == ([], True)
    # One line for each cause and connection pool, not one for each request.
    outages = [record.getMessage() for record in caplog.records if record.name != refusals.__name__]
    assert len(outages) <= 5, outages
