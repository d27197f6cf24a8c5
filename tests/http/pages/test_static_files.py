"""Static files under addresses with the hash of their content."""

import pytest

from joindin.http.pages.static_files import static_url

pytestmark = pytest.mark.runs_once("files are not in the database")


def test_a_file_with_its_hash_is_kept_by_clients(app):
    with app.test_request_context():
        address = static_url("web.css")

    reply = app.test_client().get(address)

    assert reply.status_code == 200
    assert reply.headers["Cache-Control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("query", ["", "?v=", "?v=00000000"])
def test_a_file_without_its_hash_is_revalidated(app, query):
    reply = app.test_client().get(f"/static/web.css{query}")

    assert (reply.status_code, reply.headers["Cache-Control"]) == (200, "no-cache")


def test_an_unknown_file_does_not_exist(app):
    assert app.test_client().get("/static/none.css?v=00000000").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/static",
        "/static/",
        "/static/.",
        "/static/../config.py",
        "/static/%2e%2e/config.py",
        "/inc/img/event_icons/",
        "/media/",
        "/.git/config",
    ],
)
def test_folders_and_files_outside_are_not_shown(app, path):
    assert app.test_client().get(path).status_code == 404
