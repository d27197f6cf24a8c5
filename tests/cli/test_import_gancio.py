"""``joindin import gancio``: the command, its summary, its exit codes, and what works afterwards."""

import pytest
from sqlalchemy import func, select

from joindin.models import Event, User
from tests.cli.test_import_joindin import table_of
from tests.imports.gancio.gancio_database import ORACLE, event, mariadb_address, user, write_file
from tests.imports.gancio.gancio_server import GancioServer, api_event, running

CAPTURED = str(ORACLE / "gancio.sqlite")


@pytest.fixture
def source(tmp_path):
    return write_file(tmp_path / "gancio.sqlite", users=[user(3)], events=[event(7, userId=3), event(8, title=" ")])


def count_events(session):
    return session.scalar(select(func.count()).select_from(Event))


def test_the_summary_tells_what_became_of_each_table(run, source):
    reply = run("import", "gancio", source)

    assert reply.exit_code == 0, reply.output
    summary = table_of(reply.stdout)
    assert summary["events"] == {"read": 2, "added": 1, "skipped": 1}
    assert summary["total"] == {"read": 4, "added": 3, "skipped": 1}
    assert reply.stderr.splitlines() == ["events 8: it has no title"]


def test_a_dry_run_says_so_and_stores_nothing(run, source, session):
    reply = run("import", "gancio", source, "--dry-run")

    assert reply.stdout.startswith("Dry run: nothing was written\n")
    assert table_of(reply.stdout.partition("\n")[2])["events"] == {"read": 2, "added": 1, "skipped": 1}
    assert count_events(session) == 0


def test_the_same_command_again_adds_nothing(run, source, session):
    run("import", "gancio", source)

    reply = run("import", "gancio", source)

    assert table_of(reply.stdout)["total"] == {"read": 4, "unchanged": 3, "skipped": 1}
    assert count_events(session) == 1


def test_a_captured_server_moves_in_with_its_images_and_addresses(run, app, session):
    reply = run("import", "gancio", CAPTURED, "--uploads", str(ORACLE / "uploads"))

    assert reply.exit_code == 0, reply.output
    assert "images copied: 4\n" in reply.stdout
    client = app.test_client()
    assert client.get("/event/create-full").status_code == 200
    assert client.get("/event/1").headers["Location"] == "/event/create-full"
    assert client.get("/media/0a8fb8a41ba4a060ac436f185a47f0fd.jpg").status_code == 200
    assert client.get("/media/thumb/0a8fb8a41ba4a060ac436f185a47f0fd.jpg").status_code == 200
    detail = client.get("/api/event/detail/create-full").get_json()
    assert (detail["id"], detail["title"], detail["place"]["id"], detail["parentId"]) == (1, "Create full", 1, None)
    # A parent of a series, a hidden event and one that is gone.
    assert [client.get(f"/event/{slug}").status_code for slug in ("rec-w-1", "nothing")] == [404, 404]


def test_feeds_of_the_old_server_keep_their_addresses_and_contents(run, app):
    run("import", "gancio", CAPTURED)
    client = app.test_client()

    answers = {
        path: client.get(path)
        for path in ("/feed/rss", "/feed/ics", "/feed/json", "/feed/rss/place/17", "/feed/ics/tag/Music")
    }

    assert {path: answer.status_code for path, answer in answers.items()} == dict.fromkeys(answers, 200)


def test_a_running_server_is_imported_by_its_address(run, app, session, monkeypatch):
    monkeypatch.setitem(app.config, "ALLOW_PRIVATE_FETCHES", True)
    with running(GancioServer([api_event(7)])) as server:
        reply = run("import", "gancio", server.url)

    assert reply.exit_code == 0, reply.output
    assert table_of(reply.stdout)["events"] == {"read": 1, "added": 1}
    assert session.get(Event, 7).name == "Event 7"


def test_a_private_address_is_refused_unless_it_is_allowed(run, session):
    with running(GancioServer([api_event(7)])) as server:
        reply = run("import", "gancio", server.url)

    assert reply.exit_code == 1
    assert "127.0.0.1 is not on the public internet" in reply.stderr
    assert (server.requested, count_events(session)) == ([], 0)


def test_a_mariadb_database_moves_in_and_its_password_is_never_shown(run, session):
    with mariadb_address(users=[user(3)], events=[event(7, userId=3)]) as address:
        reply = run("import", "gancio", address, "--host", "gancio.example.org")
        refused = run("import", "gancio", address.replace("root@", "root:s3cret@").replace(":3306", ":1"))

    assert (reply.exit_code, session.get(User, 3).username) == (0, "user3")
    assert refused.exit_code == 1
    assert "s3cret" not in refused.output


@pytest.mark.parametrize(
    ("source", "code", "reason"),
    [
        ("missing.sqlite", 2, "missing.sqlite is not a file"),
        ("oracle://host/db", 2, "SOURCE is a SQLite file"),
        ("http://", 2, "SOURCE is not a valid web address"),
    ],
)
def test_a_source_that_is_none_is_refused(run, source, code, reason):
    reply = run("import", "gancio", source)

    assert reply.exit_code == code
    assert reason in reply.stderr
