"""Databases with the tables of Gancio, on SQLite, PostgreSQL and MariaDB, and rows that are valid by default."""

import datetime as dt
import os
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from sqlalchemy import JSON, Boolean, Column, DateTime, Float, Integer, MetaData, String, Table, Text, create_engine
from sqlalchemy.dialects.mysql import LONGTEXT
from sqlalchemy.engine import make_url

from joindin.imports.gancio.database_source import ForeignConnection
from tests.databases import postgresql_server_url, temporary_postgresql_database
from tests.imports.joindin.mysql_database import MYSQL_SERVER_URL, connect

# The database that the captured conversation with Gancio 1.27 has left behind.
ORACLE = Path(__file__).resolve().parents[4] / "shared" / "oracle" / "gancio" / "database"
CREATED_AT = dt.datetime(2026, 5, 1, 10, 0, 0, tzinfo=dt.UTC)
UPDATED_AT = dt.datetime(2026, 5, 2, 12, 30, 0, tzinfo=dt.UTC)
# 2027-03-01 18:00 UTC, 19:00 in Rome.
STARTS_AT = 1803924000
# The bcrypt of "bob-pass-1234", as the captured database has it.
PASSWORD_HASH = "$2a$10$Vgbn0/6DS/UIZfo2Cj8HzuVpuS7O8Ama6M5hz9xCkS59a5U/d9zOq"

_JSON = JSON(none_as_null=True)
_LONG_TEXT = Text().with_variant(LONGTEXT, "mysql")
_number = count(1)


def _table(name, metadata, *columns, dates=True):
    stamps = [Column(each, DateTime(timezone=True)) for each in ("createdAt", "updatedAt")] if dates else []
    return Table(name, metadata, *columns, *stamps)


def _key():
    return Column("id", Integer, primary_key=True)


def gancio_tables() -> MetaData:
    metadata = MetaData()
    _table(
        "settings",
        metadata,
        Column("key", String(255), primary_key=True),
        Column("value", _JSON),
        Column("is_secret", Boolean),
    )
    _table(
        "users", metadata, _key(), Column("email", String(255)), Column("display_name", String(255)),
        Column("description", Text), Column("password", String(255)), Column("recover_code", String(255)),
        Column("role", Text), Column("is_admin", Boolean), Column("is_active", Boolean), Column("rsa", _JSON),
    )  # fmt: skip
    _table(
        "places", metadata, _key(), Column("name", String(255)), Column("address", String(255)),
        Column("latitude", Float(53)), Column("longitude", Float(53)), Column("ap_id", String(255)),
    )  # fmt: skip
    _table("tags", metadata, Column("tag", String(255), primary_key=True))
    _table(
        "events", metadata, _key(), Column("title", String(255)), Column("slug", String(255)),
        Column("description", _LONG_TEXT), Column("multidate", Boolean), Column("start_datetime", Integer),
        Column("end_datetime", Integer), Column("image_path", String(255)), Column("is_visible", Boolean),
        Column("recurrent", _JSON), Column("likes", _JSON), Column("boost", _JSON), Column("placeId", Integer),
        Column("userId", Integer), Column("parentId", Integer), Column("media", _JSON),
        Column("online_locations", _JSON), Column("ap_id", String(255)), Column("apUserApId", String(255)),
        Column("ap_object", _JSON),
    )  # fmt: skip
    _table(
        "event_tags",
        metadata,
        Column("eventId", Integer, primary_key=True),
        Column("tagTag", String(255), primary_key=True),
    )
    _table(
        "messages", metadata, _key(), Column("message", Text), Column("eventId", Integer), Column("author", Text),
        Column("is_author_visible", Boolean),
    )  # fmt: skip
    _table(
        "collections", metadata, _key(), Column("name", String(255)), Column("isActor", Boolean),
        Column("isTop", Boolean), Column("sortIndex", Integer), dates=False,
    )  # fmt: skip
    _table(
        "filters", metadata, _key(), Column("tags", _JSON), Column("places", _JSON), Column("collectionId", Integer),
        Column("actors", _JSON), Column("negate", Boolean), dates=False,
    )  # fmt: skip
    _table(
        "announcements",
        metadata,
        _key(),
        Column("title", String(255)),
        Column("announcement", Text),
        Column("visible", Boolean),
    )
    _table(
        "pages", metadata, _key(), Column("title", String(255)), Column("content", Text), Column("visible", Boolean),
        Column("slug", String(255)),
    )  # fmt: skip
    _table(
        "oauth_clients", metadata, Column("id", String(255), primary_key=True), Column("name", String(255)),
        Column("client_secret", String(255)), Column("scopes", String(255)), Column("redirectUris", String(255)),
        Column("website", String(255)),
    )  # fmt: skip
    _table(
        "oauth_tokens", metadata, Column("accessToken", String(255), primary_key=True),
        Column("refreshToken", String(255)), Column("clientId", String(255)), Column("userId", Integer),
    )  # fmt: skip
    _table("ap_users", metadata, Column("ap_id", String(255), primary_key=True))
    return metadata


def setting(key, value, **columns):
    return _row(key=key, value=value, is_secret=False, **columns)


def user(id_, email=None, **columns):
    defaults = {"password": PASSWORD_HASH, "role": "user", "is_active": True, "description": "Hello"}
    return _row(id=id_, email=email or f"user{id_}@example.org", **defaults | columns)


def place(id_, name=None, **columns):
    return _row(id=id_, name=name or f"Hall {id_}", **{"address": f"Road {id_}"} | columns)


def event(id_, title=None, *, tags=(), **columns):
    """Return the row of an event. Its tags are rows of another table, which :func:`installation` makes of ``tags``."""
    title = title or f"Event {id_}"
    defaults = {
        "slug": title.lower().replace(" ", "-"),
        "description": "<p>Come</p>",
        "start_datetime": STARTS_AT,
        "is_visible": True,
        "placeId": 1,
        "likes": [],
        "boost": [],
        "media": [],
        "online_locations": [],
    }
    return _row(id=id_, title=title, **defaults | columns) | {"tags": tags}


def installation(**tables) -> dict[str, list[dict]]:
    """Return the rows by table, with a place for the events."""
    tables = {"places": [place(1, "Main Hall")]} | tables
    events = tables.get("events", [])
    tags = {tag: _row(tag=tag) for each in events for tag in each.get("tags", ())}
    tables["event_tags"] = [_row(eventId=each["id"], tagTag=tag) for each in events for tag in each.get("tags", ())]
    tables["tags"] = [*tables.get("tags", []), *tags.values()]
    tables["events"] = [{name: value for name, value in each.items() if name != "tags"} for each in events]
    return tables


def write_file(path: Path, **tables) -> str:
    """Write a SQLite file with these rows; return its path."""
    path.unlink(missing_ok=True)
    engine = create_engine(f"sqlite:///file:{path}?uri=true", connect_args={"factory": ForeignConnection})
    _fill(engine, installation(**tables))
    return str(path)


def execute(path: str, *statements: str) -> None:
    """Change the rows of a SQLite file, or damage them."""
    engine = create_engine(f"sqlite:///file:{path}?uri=true", connect_args={"factory": ForeignConnection})
    with engine.begin() as database:
        for statement in statements:
            database.exec_driver_sql(statement)
    engine.dispose()


@contextmanager
def mariadb_address(**tables):
    name = f"joindin_gancio_{os.getpid()}_{next(_number)}"
    server = connect()
    with server.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
    url = make_url(MYSQL_SERVER_URL).set(drivername="mysql+pymysql", database=name)
    try:
        _fill(create_engine(url), installation(**tables))
        yield f"mariadb://{url.render_as_string(hide_password=False).partition('://')[2]}"
    finally:
        with server.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name}")
        server.close()


@contextmanager
def postgresql_address(**tables):
    with temporary_postgresql_database(postgresql_server_url(), f"gancio{next(_number)}") as url:
        _fill(create_engine(url), installation(**tables))
        yield url.replace("+psycopg", "")


def _row(**columns):
    return columns


def _fill(engine, tables):
    metadata = gancio_tables()
    with engine.begin() as database:
        metadata.create_all(database)
        for name, rows in tables.items():
            table = metadata.tables[name]
            stamps = {"createdAt": CREATED_AT, "updatedAt": UPDATED_AT}
            for row in rows:
                defaults = {key: value for key, value in stamps.items() if key in table.c}
                database.execute(table.insert().values(defaults | row))
    engine.dispose()
