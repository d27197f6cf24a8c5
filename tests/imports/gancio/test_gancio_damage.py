"""Damaged rows and databases of other versions: they never stop the import, and nothing is dropped in silence."""

import sqlite3
import tracemalloc

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from joindin.errors import InvalidInput
from joindin.imports.gancio.open_source import open_source
from joindin.imports.gancio.sources import SourceError
from joindin.models import Event, EventSeries, User
from tests.imports.gancio.gancio_database import STARTS_AT, event, execute, place, setting, user, write_file
from tests.imports.gancio.import_run import ImportRun
from tests.imports.gancio.test_gancio_import import tags_of


@pytest.fixture
def path(tmp_path):
    return tmp_path / "gancio.sqlite"


def reasons(run, table):
    return [issue.partition(": ")[2] for issue in run.issues if issue.startswith(f"{table} ")]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("title = NULL", "it has no title"),
        ("title = '   '", "it has no title"),
        ("start_datetime = NULL", "it has no start"),
        ("start_datetime = 'soon'", "start_datetime is not a number: 'soon'"),
        ("start_datetime = 99999999999999999", "start_datetime is out of range: 99999999999999999"),
        ("start_datetime = -99999999999999999", "start_datetime is out of range: -99999999999999999"),
    ],
)
def test_an_event_that_makes_no_sense_is_skipped_and_reported(session, path, change, reason):
    source = write_file(path, events=[event(7), event(8)])
    execute(source, f"UPDATE events SET {change} WHERE id = 7")

    run = ImportRun(session, source)

    assert run.of("events") == {"added": 1, "skipped": 1}
    assert reasons(run, "events") == [reason]
    assert session.scalars(select(Event.id)).all() == [8]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("end_datetime = 1", "it ends before it starts: its end is unknown"),
        ("end_datetime = 9999999999999", "end_datetime is out of range: 9999999999999: its end is unknown"),
        ("end_datetime = 'x'", "end_datetime is not a number: 'x': its end is unknown"),
        ("placeId = 99", "its place 99 is not there"),
        ("placeId = char(0)", "its place \x00 is not there"),
        ("placeId = NULL", "it has no place"),
        ("userId = 99", "its author 99 is not there"),
        ("parentId = 99", "its series 99 is not there: it is an event of its own"),
        ("online_locations = '{broken'", "1 of its online locations are no web addresses: they are left out"),
        ("online_locations = '[1, null]'", "2 of its online locations are no web addresses: they are left out"),
        ("likes = '{\"a\": 1}'", "likes is no list"),
        ("recurrent = '{broken'", "recurrent is no object"),
        ("recurrent = '[1]'", "recurrent is no object"),
        ("createdAt = 'yesterday'", "createdAt is not a date: 'yesterday'"),
        ("updatedAt = '99999-01-01'", "updatedAt is not a date: '99999-01-01'"),
        ("is_visible = 'maybe'", "is_visible is neither true nor false"),
        ("title = 'x' || hex(zeroblob(150))", "title is longer than 255 characters: it is cut"),
    ],
)
def test_a_damaged_value_is_repaired_and_reported(session, path, change, reason):
    source = write_file(path, events=[event(7)])
    execute(source, f"UPDATE events SET {change}")

    run = ImportRun(session, source)

    assert run.of("events") == {"added": 1, "repaired": 1}
    assert reasons(run, "events") == [reason]
    assert ImportRun(session, source).of("events") == {"unchanged": 1}


def test_a_series_without_a_readable_rule_stays_out_of_lists(session, path):
    source = write_file(path, events=[event(7)])
    execute(source, "UPDATE events SET recurrent = '{broken'")

    ImportRun(session, source)

    assert session.execute(select(EventSeries.rrule, EventSeries.recurrence)).all() == [(None, {})]
    assert session.get(Event, 7).is_visible is False


def test_json_in_json_and_single_texts_are_read(session, path):
    source = write_file(path, events=[event(7), event(8)])
    execute(
        source,
        """UPDATE events SET recurrent = '"{\\"frequency\\": \\"2w\\"}"' WHERE id = 7""",
        """UPDATE events SET online_locations = '"https://meet.example.org"' WHERE id = 8""",
    )

    run = ImportRun(session, source)

    assert run.issues == []
    assert session.scalars(select(EventSeries.rrule)).all() == ["FREQ=WEEKLY;INTERVAL=2"]
    assert session.get(Event, 8).online_locations == ["https://meet.example.org"]


def test_one_date_twice_in_a_series_is_two_events(session, path):
    run = ImportRun(
        session,
        write_file(path, events=[event(7, recurrent={"frequency": "1w"}), event(8, parentId=7), event(9, parentId=7)]),
    )

    assert reasons(run, "events") == ["its series has this date twice: it is an event of its own"]
    assert [session.get(Event, id_).parent_id for id_ in (8, 9)] == [7, None]


def test_texts_that_databases_refuse_are_cleaned(session, path):
    source = write_file(path, events=[event(7, tags=["tag"])], users=[user(3)])
    execute(
        source,
        "UPDATE events SET title = 'a' || char(0) || 'b', description = CAST(x'fffe3c703e' AS TEXT)",
        "UPDATE event_tags SET tagTag = 'x' || char(0) || 'y'",
        "UPDATE users SET description = 'a' || char(0) || 'b', display_name = char(8203) || char(10)",
        "UPDATE places SET latitude = 1e400, longitude = 'east', name = 'x' || char(10) || 'y'",
    )

    run = ImportRun(session, source)

    assert run.of("events") == {"added": 1}
    stored = session.get(Event, 7)
    assert (stored.name, tags_of(session, 7), stored.location) == ("ab", ["xy"], "x y, Road 1")
    assert (session.get(User, 3).registration_note, session.get(User, 3).full_name) == ("ab", "user3")


@pytest.mark.slow("parses 40 MB of HTML")
def test_long_texts_are_cut_in_bounded_memory(session, path):
    source = write_file(path, events=[event(number) for number in range(1, 41)])
    execute(source, "UPDATE events SET description = '<p>' || hex(zeroblob(5000000)) || '</p>'")

    tracemalloc.start()
    run = ImportRun(session, source)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert run.of("events") == {"added": 40, "repaired": 40}
    assert len(session.get(Event, 1).description) <= 1_000_000
    assert peak < 500_000_000


def test_html_that_cannot_be_parsed_is_stored_as_text(session, path):
    run = ImportRun(session, write_file(path, events=[event(7, description="<b>x" * 6000)]))

    assert reasons(run, "events") == [
        "The HTML may have at most 5,000 tags and addresses: the HTML of its description is removed"
    ]
    stored = session.get(Event, 7)
    assert (stored.description_html, stored.description) == (None, "x" * 6000)


def test_rows_without_a_valid_key_are_counted(session, path):
    connection = sqlite3.connect(path)
    connection.executescript(
        """
        CREATE TABLE events (id, title, slug, start_datetime, placeId, is_visible);
        CREATE TABLE places (id, name, address);
        CREATE TABLE tags (tag);
        INSERT INTO places VALUES (1, 'Hall', 'Road');
        INSERT INTO events VALUES (NULL, 'A', 'a', 1803924000, 1, 1), ('x', 'B', 'b', 1803924000, 1, 1),
            (7, 'C', 'c', 1803924000, 1, 1), (99999999999, 'D', 'd', 1803924000, 1, 1), (-3, 'E', 'e', 1803924000, 1, 1),
            (7, 'F', 'f', 1803924000, 1, 1);
        INSERT INTO tags VALUES (NULL), (''), ('ok');
        """
    )
    connection.commit()
    connection.close()

    run = ImportRun(session, str(path))

    assert run.read == {"places": 1, "tags": 3, "events": 6}
    names = dict(session.execute(select(Event.name, Event.id)).all())
    assert names["C"] == 7
    assert {"D"} <= names.keys() <= {"B", "C", "D"}
    assert sum(number for outcome, number in run.of("events").items() if outcome != "repaired") == 6
    assert run.of("tags") == {"added": 1, "skipped": 2}


@pytest.mark.parametrize(
    "missing", ["users", "collections", "filters", "announcements", "pages", "oauth_tokens", "event_tags"]
)
def test_an_older_database_without_a_table_is_imported(session, path, missing):
    source = write_file(path, events=[event(7)])
    execute(source, f"DROP TABLE {missing}")

    assert ImportRun(session, source).of("events") == {"added": 1}


def test_an_older_database_without_newer_columns_is_imported(session, path):
    source = write_file(path, events=[event(7)], users=[user(3, role=None, is_admin=True)])
    execute(
        source,
        *(
            f'ALTER TABLE events DROP COLUMN "{name}"'
            for name in ("online_locations", "apUserApId", "ap_object", "media")
        ),
        *(f"ALTER TABLE users DROP COLUMN {name}" for name in ("role", "display_name")),
        *(f"ALTER TABLE places DROP COLUMN {name}" for name in ("latitude", "longitude")),
        "ALTER TABLE filters DROP COLUMN negate",
        "ALTER TABLE events ADD COLUMN something_new TEXT",
    )

    run = ImportRun(session, source)

    assert (run.of("events"), run.issues) == ({"added": 1}, [])
    assert session.get(User, 3).is_admin is True


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("missing.sqlite", "missing.sqlite is not a file"),
        ("oracle://host/db", "SOURCE is a SQLite file"),
        ("http://", "SOURCE is not a valid web address"),
        ("postgresql://host:port/db", "SOURCE is not a valid address of a database"),
    ],
)
def test_a_source_that_is_none_is_refused(source, reason):
    with pytest.raises(InvalidInput, match=reason.replace("(", r"\(")):
        open_source(source)


def test_another_database_is_refused(tmp_path):
    other = tmp_path / "other.sqlite"
    sqlite3.connect(other).execute("CREATE TABLE events (id)").connection.close()
    broken = tmp_path / "broken.sqlite"
    broken.write_bytes(b"SQLite format 3\0" + b"x" * 5000)

    with pytest.raises(InvalidInput, match="That is not a database of Gancio"):
        open_source(str(other))
    with pytest.raises(SourceError, match="The database cannot be read"):
        open_source(str(broken))


@pytest.mark.parametrize("address", ["mysql://u:s3cret@127.0.0.1:1/db", "postgresql://u:s3cret@127.0.0.1:1/db"])
def test_no_message_contains_the_password(address):
    with pytest.raises(SourceError) as failure:
        open_source(address)

    assert "s3cret" not in str(failure.value)


_VALUES = st.one_of(
    st.none(), st.integers(-(2**63), 2**63 - 1), st.floats(), st.text(max_size=50), st.binary(max_size=50),
    st.sampled_from(["[]", "{}", '[{"url": 1}]', '"x"', "null", "NaN", "[" * 500, "1e999", "\x00", "2026-01-01"]),
)  # fmt: skip
_COLUMNS = {
    "events": ("title", "slug", "description", "multidate", "start_datetime", "end_datetime", "is_visible", "recurrent", "placeId", "userId", "parentId", "media", "online_locations", "createdAt", "likes"),
    "users": ("email", "display_name", "password", "role", "is_active", "createdAt", "description"),
    "places": ("name", "address", "latitude", "longitude", "updatedAt"),
    "filters": ("tags", "places", "actors", "negate", "collectionId"),
    "settings": ("value", "is_secret"),
    "messages": ("message", "eventId", "author", "is_author_visible", "createdAt"),
    "collections": ("name", "isTop", "sortIndex"),
    "announcements": ("title", "announcement", "visible", "updatedAt"),
    "pages": ("title", "content", "visible", "slug"),
    "oauth_clients": ("name", "client_secret", "scopes", "redirectUris", "website", "createdAt"),
    "oauth_tokens": ("refreshToken", "clientId", "userId", "createdAt"),
}  # fmt: skip


@pytest.mark.slow("imports many damaged databases")
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    damage=st.lists(
        st.sampled_from(sorted(_COLUMNS)).flatmap(
            lambda table: st.tuples(st.just(table), st.sampled_from(_COLUMNS[table]), _VALUES)
        ),
        max_size=8,
    )
)
def test_no_value_stops_the_import(session, path, damage):
    source = write_file(
        path,
        settings=[setting("title", "Agenda")],
        users=[user(3)],
        places=[place(1)],
        events=[
            event(7, userId=3, tags=["a"], end_datetime=STARTS_AT + 60, recurrent={"frequency": "1w"}),
            event(8, parentId=7),
        ],
        messages=[{"id": 1, "message": "x", "eventId": 7, "author": "ANON"}],
        collections=[{"id": 1, "name": "c", "isTop": True, "sortIndex": 1}],
        filters=[{"id": 1, "collectionId": 1, "tags": ["a"], "places": [{"id": 1}]}],
        announcements=[{"id": 1, "title": "News", "announcement": "x", "visible": True}],
        pages=[{"id": 1, "title": "About", "content": "x", "slug": "about", "visible": True}],
        oauth_clients=[{"id": "wp", "name": "W", "client_secret": "s", "redirectUris": "https://a.example/"}],
        oauth_tokens=[{"accessToken": "t", "refreshToken": "r", "clientId": "wp", "userId": 3}],
    )
    connection = sqlite3.connect(source)
    for table, column, value in damage:
        text = value.encode("utf-8", "ignore").decode() if isinstance(value, str) else value
        connection.execute(f"UPDATE {table} SET {column} = ?", [text])
    connection.commit()
    connection.close()

    run = ImportRun(session, source, is_dry_run=True)

    for table in _COLUMNS:
        outcomes = {outcome: number for outcome, number in run.of(table).items() if outcome != "repaired"}
        assert sum(outcomes.values()) == run.read[table]
