"""Reading the original's tables out of JSON and out of a database."""

import json
import sys
import tracemalloc
from contextlib import closing

import pytest

from joindin.errors import InvalidInput
from joindin.imports.joindin import sources_json
from joindin.imports.joindin.open_source import open_source
from joindin.imports.joindin.sources import InMemorySource, SourceError, TableStats
from tests.imports.joindin.legacy_data import event, legacy_tables, user, write_dump
from tests.imports.joindin.mysql_database import MYSQL_SERVER_URL, legacy_database

TABLES = {
    "tags": [{"ID": "2", "tag_value": "ünï ☃ 𝄞"}, {"ID": "1", "tag_value": 'quo"te\\ and \n'}],
    "empty": [],
    "odd": [{"ID": "x"}, {"ID": None}, {}, {"ID": "-4"}, {"id": 7}],
}


@pytest.mark.parametrize("chunk", [1, 2, 3, 7, 64, 1 << 20])
@pytest.mark.parametrize("style", [{}, {"indent": 1}, {"ensure_ascii": False}, {"separators": (",", ":")}])
def test_a_dump_is_read_whole_however_it_is_cut(tmp_path, monkeypatch, chunk, style):
    monkeypatch.setattr(sources_json, "CHUNK_BYTES", chunk)
    file = tmp_path / "dump.json"
    file.write_text(json.dumps(TABLES, **style), encoding="utf-8")

    dump = open_source(str(file))

    assert {table: list(dump.rows(table)) for table in dump.table_stats()} == TABLES
    assert dump.table_stats() == {"tags": TableStats(2, 2), "empty": TableStats(0, 0), "odd": TableStats(5, 7)}
    assert list(dump.rows("tags", after_id=1)) == TABLES["tags"][:1]
    assert list(dump.rows("nothing")) == []


def test_a_source_in_memory_reads_like_a_dump():
    tables = InMemorySource(TABLES)

    assert tables.table_stats() == {"tags": TableStats(2, 2), "empty": TableStats(0, 0), "odd": TableStats(5, 7)}
    assert list(tables.rows("odd", after_id=3)) == [{"id": 7}]
    assert [list(tables.rows("tags")) for _twice in range(2)] == [TABLES["tags"]] * 2


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "ends unexpectedly"),
        (b"[]", "contains no tables: '{' was expected at 0"),
        (b'{"user": {}}', "contains no tables: '[' was expected at 9"),
        (b'{"user": [1]}', "contains no tables: a row is not an object"),
        (b'{"user": [{"ID": 1} {"ID": 2}]}', "contains no tables: ',' was expected at 20"),
        (b'{"user": [{"ID": 1}', "ends unexpectedly"),
        (b'{"user": [{"ID": ', "is not valid JSON after 10: Expecting value"),
        (b'{"user": [{"ID": oops}]}', "is not valid JSON after 10: Expecting value"),
    ],
)
def test_a_file_of_another_form_is_refused(tmp_path, content, reason):
    file = tmp_path / "dump.json"
    file.write_bytes(content)

    with pytest.raises(SourceError) as refused:
        open_source(str(file))

    assert str(refused.value) == f"{file} {reason}"


def test_a_dump_in_another_encoding_is_refused_when_its_texts_are_read(tmp_path):
    file = tmp_path / "dump.json"
    file.write_bytes('{"tags": [{"ID": 1, "tag_value": "ü"}]}'.encode("latin-1"))

    with pytest.raises(SourceError, match="is not in UTF-8"):
        list(open_source(str(file)).rows("tags"))


def test_reading_a_dump_takes_no_more_memory_for_a_longer_one(tmp_path, monkeypatch):
    monkeypatch.setattr(sources_json, "CHUNK_BYTES", 1 << 16)
    peaks = []
    for number in (2_000, 20_000):
        file = write_dump(tmp_path / "dump.json", legacy_tables(user=[user(id_) for id_ in range(1, number + 1)]))
        tracemalloc.start()
        rows = sum(1 for _row in open_source(str(file)).rows("user"))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert rows == number

    assert file.stat().st_size > 5_000_000
    assert peaks[1] < peaks[0] * 1.2


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("mysql://ann:geheim@host", "SOURCE needs a host and a database: mysql://user:password@host/database"),
        ("mariadb:///joindin", "SOURCE needs a host and a database: mysql://user:password@host/database"),
        ("mysql://ann:geheim@host:port/joindin", "SOURCE is not valid: check the port; options are unix_socket, ssl_ca"),
        ("mysql://ann:geheim@host/joindin?charset=latin1", "SOURCE is not valid: check the port; options are unix_socket, ssl_ca"),
        ("postgresql://ann:geheim@host/joindin", "SOURCE is a JSON file or a URL like mysql://user:password@host/database"),
    ],
)  # fmt: skip
def test_an_address_that_makes_no_sense_is_refused_without_its_password(source, reason):
    with pytest.raises(InvalidInput) as refused:
        open_source(source)

    assert str(refused.value) == reason


@pytest.mark.parametrize("address", ["mysql://ann:geheim@127.0.0.1/nix", "mysql://ann:geheim@127.0.0.1:1/nix"])
def test_a_refused_mysql_login_is_reported_without_the_password(address):
    with pytest.raises(SourceError) as refused:
        open_source(address)

    assert str(refused.value).startswith("The database cannot be read: ")
    assert "geheim" not in str(refused.value) + repr(refused.value.__cause__) + repr(refused.value.args)


def test_without_the_driver_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "pymysql", None)

    with pytest.raises(SourceError, match=r"install joindin\[mysql\]"):
        open_source("mysql://ann@host/joindin")


def test_a_database_reads_like_a_dump():
    tables = {"user": [user(3, "Zoë"), user(5, "snow☃𝄞")], "events": [event(2, event_desc="&amp;")]}
    with legacy_database(tables) as (address, _server):
        source = open_source(address.replace("mysql://", "mariadb://"))

        facts = source.table_stats()
        people = list(source.rows("user"))
        later = [row["ID"] for row in source.rows("user", after_id=3)]
        nothing = list(source.rows("no_such_table"))
        source.close()

    assert (facts["user"], facts["events"], facts["tags"]) == (TableStats(2, 5), TableStats(1, 2), TableStats(0, 0))
    assert [row["username"] for row in people] == ["Zoë", "snow☃𝄞"]
    assert (later, nothing) == ([5], [])


def test_user_names_and_passwords_may_hold_any_character():
    with legacy_database() as (address, server):
        with server.cursor() as cursor:
            cursor.execute("CREATE OR REPLACE USER 'joindin t@st'@'%' IDENTIFIED BY 'p:/@?#%s'")
            cursor.execute("GRANT SELECT ON *.* TO 'joindin t@st'@'%'")
        try:
            host = MYSQL_SERVER_URL.rpartition("@")[2]
            database = address.rpartition("/")[2]
            source = open_source(f"mysql://joindin%20t%40st:p%3A%2F%40%3F%23%25s@{host}/{database}")
            facts = source.table_stats()
            source.close()
        finally:
            with server.cursor() as cursor:
                cursor.execute("DROP USER 'joindin t@st'@'%'")

    assert facts["user"] == TableStats(0, 0)


def test_a_database_is_seen_as_it_was_at_the_beginning():
    with legacy_database({"user": [user(1)]}) as (address, server):
        source = open_source(address)
        with server.cursor() as cursor:
            cursor.execute("INSERT INTO user (username, email) VALUES ('late', 'late@example.org')")
            cursor.execute("UPDATE user SET username = 'changed' WHERE ID = 1")

        seen = [row["username"] for row in source.rows("user")]
        source.close()

    assert seen == ["user1"]


def test_the_source_database_cannot_be_written():
    import pymysql

    with (
        legacy_database({"user": [user(1)]}) as (address, _server),
        closing(open_source(address)) as source,
        pytest.raises(pymysql.Error, match="READ ONLY"),
    ):
        source._query("DELETE FROM user")


def test_a_lost_connection_is_reported():
    with legacy_database({"user": [user(id_) for id_ in range(1, 10)]}) as (address, server):
        source = open_source(address)
        with server.cursor() as cursor:
            cursor.execute("SHOW PROCESSLIST")
            database = address.rpartition("/")[2]
            for connection in cursor.fetchall():
                if connection[3] == database and connection[0] != server.thread_id():
                    cursor.execute(f"KILL {connection[0]}")

        with pytest.raises(SourceError, match="The database cannot be read: "):
            list(source.rows("user"))
