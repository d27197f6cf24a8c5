"""``joindin import joindin``: the command, its summary, its exit codes, and what works afterwards."""

import signal
import sqlite3
import time
from pathlib import Path

import pytest
from sqlalchemy import create_engine, func, select, text

from joindin.models import Event, User
from joindin.security.passwords import check_password
from tests.factories import make_event, newest
from tests.imports.joindin.legacy_data import client, event, legacy_tables, row, talk, token, user, write_dump
from tests.imports.joindin.mysql_database import legacy_database


def installation():
    return legacy_tables(
        user=[user(4, "ada"), user(5, "bea", verified=0), user(6, "x" * 101)],
        oauth_consumers=[client(2, "web2", consumer_secret="web2secret", user_id=4)],
        oauth_access_tokens=[token(3, "0123456789abcdef", 4)],
        events=[event(8, "PumpkinConf", url_friendly_name="pumpkinconf", event_stub="pc12")],
        user_attend=[row(ID=1, uid=4, eid=8), row(ID=2, uid=6, eid=8)],
        user_admin=[row(ID=1, uid=4, rid=8, rtype="event", rcode=""), row(ID=2, uid=4, rid=1, rtype="talk", rcode="")],
        talks=[talk(9, 8, stub="ab12c")],
    )


@pytest.fixture
def dump(tmp_path):
    return str(write_dump(tmp_path / "dump.json", installation()))


def table_of(output):
    """The summary as dictionaries, by table."""
    lines = [line.split("  ") for line in output.splitlines()]
    lines = [[cell.strip() for cell in line if cell.strip()] for line in lines]
    names = lines[0]
    return {line[0]: dict(zip(names, map(int, line[1:]))) for line in lines[1:] if len(line) == len(names) + 1}


def test_the_summary_tells_what_became_of_each_table(run, dump):
    reply = run("import", "joindin", dump)

    assert reply.exit_code == 0, reply.output
    summary = table_of(reply.stdout)
    assert summary["user"] == {
        "read": 3, "added": 2, "excluded": 0, "repaired": 0, "orphans": 0, "skipped": 1,
    }  # fmt: skip
    assert summary["total"] == {
        "read": 16, "added": 13, "excluded": 1, "repaired": 1, "orphans": 1, "skipped": 1,
    }  # fmt: skip
    assert "excluded user_admin: rights on a talk: 1\n" in reply.stdout
    assert reply.stderr.splitlines() == [
        "user 6: username is longer than 100 characters",
        "user_attend 2: orphan: user_id 6 is not there",
        "talks 9: type_id is missing",
    ]


def test_the_same_command_again_adds_nothing(run, dump, session):
    run("import", "joindin", dump)

    reply = run("import", "joindin", dump)

    assert reply.exit_code == 0
    assert table_of(reply.stdout)["total"] == {"read": 16, "unchanged": 14, "orphans": 1, "skipped": 1}
    assert session.scalar(select(func.count()).select_from(User)) == 2


def test_overwriting_is_asked_for(run, dump, session):
    run("import", "joindin", dump)
    session.get(User, 4).full_name = "Changed"

    kept = run("import", "joindin", dump)
    name_kept = session.get(User, 4).full_name
    overwritten = run("import", "joindin", dump, "--overwrite")

    assert (kept.exit_code, name_kept) == (0, "Changed")
    assert (overwritten.exit_code, session.get(User, 4).full_name) == (0, "Person 4")
    assert table_of(overwritten.stdout)["user"]["updated"] == 1


def test_an_old_password_hash_is_replaced_at_the_first_sign_in(run, dump, api, session):
    run("import", "joindin", dump)
    body = {
        "grant_type": "password",
        "username": "ada",
        "password": "password",
        "client_id": "web2",
        "client_secret": "web2secret",
    }

    old = session.get(User, 4).password_hash
    wrong = api.post("/v2.1/token", json=body | {"password": "passwort"})
    first = api.post("/v2.1/token", json=body)
    new = session.get(User, 4).password_hash
    second = api.post("/v2.1/token", json=body)
    unproven = api.post("/v2.1/token", json=body | {"username": "bea"})

    assert old.startswith("$2y$")
    assert new.startswith("$argon2id$")
    assert check_password("password", new)
    assert [reply.status_code for reply in (wrong, first, second, unproven)] == [403, 200, 200, 401]
    assert first.json["user_uri"].endswith("/v2.1/users/4")


def test_an_old_token_and_old_links_still_work(run, dump, api):
    run("import", "joindin", dump)
    headers = {"Authorization": "Bearer 0123456789abcdef"}

    shown = api.get("/v2.1/events/8?verbose=yes", headers=headers).json["events"][0]
    by_stub = api.get("/v2.1/events?stub=PC12").json["events"]
    given = api.get("/v2.1/talks/9").json["talks"][0]

    assert (shown["name"], shown["url_friendly_name"], shown["attending"]) == ("PumpkinConf", "pumpkinconf", True)
    assert (shown["can_edit"], shown["attendee_count"], shown["talks_count"]) == (True, 1, 1)
    assert [each["uri"] for each in by_stub] == [shown["uri"]]
    assert (given["stub"], given["type"], given["event_uri"]) == ("ab12c", "Talk", shown["uri"])


def test_rows_created_after_the_import_get_new_ids(run, dump, session, api):
    run("import", "joindin", dump)
    body = {"username": "newcomer", "password": "three pumpkins", "email": "new@example.org", "full_name": "New"}

    reply = api.post("/v2.1/users", json=body)

    assert reply.status_code == 201
    # User 6 was skipped; the id is that user's all the same.
    assert newest(session, User).id == 7
    assert make_event(session).id == 9


def test_a_database_is_moved_in_and_its_password_never_shown(run, session):
    with legacy_database(installation() | {"user": installation()["user"][:2]}) as (address, _server):
        host = address.partition("@")[2]
        refused = run("import", "joindin", f"mysql://nobody:geheim@{host}")
        reply = run("import", "joindin", address)

    assert (refused.exit_code, "geheim" in refused.output) == (1, False)
    assert refused.stderr.startswith("Error: The database cannot be read: ")
    assert reply.exit_code == 0, reply.output
    assert table_of(reply.stdout)["total"] == {"read": 15, "added": 13, "excluded": 1, "repaired": 1, "orphans": 1}
    assert session.get(Event, 8).slug == "pumpkinconf"


@pytest.mark.parametrize(
    ("source", "code", "reason"),
    [
        ("mysql://ann:geheim@host", 2, "SOURCE needs a host and a database: mysql://user:password@host/database"),
        ("ftp://host/x", 2, "SOURCE is a JSON file or a URL like mysql://user:password@host/database"),
        ("/no/such/file.json", 1, "/no/such/file.json cannot be read: No such file or directory"),
    ],
)
def test_a_source_that_is_none_is_refused(run, source, code, reason):
    reply = run("import", "joindin", source)

    assert reply.exit_code == code
    assert reply.stderr.splitlines()[-1] == f"Error: {reason}"


def test_a_file_that_is_no_installation_is_refused(run, tmp_path):
    reply = run("import", "joindin", str(write_dump(tmp_path / "dump.json", {"events": []})))

    assert reply.exit_code == 2
    assert reply.stderr.splitlines()[-1] == "Error: That is not a Joind.in database: there is no table user"


def test_an_installation_in_use_is_refused(run, session, dump):
    make_event(session, "Ours")

    reply = run("import", "joindin", dump)

    assert reply.exit_code == 1
    assert reply.stderr.startswith("Error: There is content here already (events). ")
    assert session.scalars(select(Event.name)).all() == ["Ours"]


def test_two_at_once_are_refused(run, app, dump):
    lock = sqlite3.connect(Path(app.config["INSTANCE"], "import.lock"), isolation_level=None)
    lock.execute("BEGIN EXCLUSIVE")

    reply = run("import", "joindin", dump)
    lock.close()
    afterwards = run("import", "joindin", dump)

    assert (reply.exit_code, reply.stderr.startswith("Error: Another import is running")) == (1, True)
    assert afterwards.exit_code == 0


def test_the_bar_goes_to_the_end(run, dump):
    reply = run("import", "joindin", dump, "--progress")

    assert reply.exit_code == 0
    assert "Importing" in reply.stderr


def test_images_come_from_a_folder(run, app, session, tmp_path):
    folder = tmp_path / "icons"
    folder.mkdir()
    (folder / "from-folder.png").write_bytes(b"\x89PNG")
    dump = write_dump(tmp_path / "dump.json", legacy_tables(events=[event(1, event_icon="from-folder.png")]))

    missing = run("import", "joindin", str(dump), "--images", str(tmp_path / "nowhere"))
    reply = run("import", "joindin", str(dump), "--images", str(folder))

    assert missing.exit_code == 2
    assert (reply.exit_code, "images copied: 1\n" in reply.stdout) == (0, True)
    assert Path(app.config["MEDIA_DIR"], "event_icons", "from-folder.png").read_bytes() == b"\x89PNG"


@pytest.mark.slow("imports thousands of rows twice, in processes")
def test_an_import_that_was_killed_is_completed_by_the_same_command(ready_copy, tmp_path):
    people = 1500
    tables = legacy_tables(
        user=[user(id_) for id_ in range(1, people + 1)],
        events=[event(id_) for id_ in range(1, 11)],
        user_attend=[
            row(ID=10 * id_ + each, uid=id_, eid=each + 1) for id_ in range(1, people + 1) for each in range(10)
        ],
    )
    dump = str(write_dump(tmp_path / "dump.json", tables))

    started = ready_copy.start("import", "joindin", dump)
    wait_for_attendances(ready_copy)
    started.send_signal(signal.SIGKILL)
    started.communicate()
    left = count_attendances(ready_copy)
    again = ready_copy.run("import", "joindin", dump)
    check = ready_copy.run("counters", "check")

    assert 0 < left < 10 * people
    assert again.returncode == 0, again.stderr
    summary = table_of(again.stdout)
    assert summary["user"] == {"read": people, "added": 0, "unchanged": people}
    assert summary["user_attend"] == {"read": 10 * people, "added": 10 * people - left, "unchanged": left}
    assert (check.returncode, count_attendances(ready_copy)) == (0, 10 * people)


def wait_for_attendances(ready_copy):
    deadline = time.monotonic() + 60
    while not count_attendances(ready_copy):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def count_attendances(ready_copy):
    url = ready_copy.environment.get("JOINDIN_DATABASE_URL") or f"sqlite:///{ready_copy.folder / 'joindin.sqlite'}"
    engine = create_engine(url)
    with engine.connect() as connection:
        number = connection.scalar(text("SELECT count(*) FROM attendances"))
    engine.dispose()
    return number
