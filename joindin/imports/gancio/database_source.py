"""Import source: the database of Gancio, on SQLite, PostgreSQL, MySQL or MariaDB.

All reads run in one transaction, which sees one state of the database. Every value is read as text: damaged values, such as dates
that Python does not have, reach the importer, which reports them.
"""

import hashlib
import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Integer, LargeBinary, Text, cast, column, create_engine, func, inspect, select, table, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from joindin.errors import InvalidInput
from joindin.imports.gancio.source_row import MAX_TEXT_LENGTH
from joindin.imports.gancio.sources import COLUMNS, EVENTS, MEDIA, SourceError
from joindin.imports.legacy_row import MAX_ID

FILE_DRIVER = "sqlite"
DRIVERS = {
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mariadb": "mysql+pymysql",
}
BATCH_SIZE = 500
# Rows with texts of any length.
LONG_BATCH_SIZE = 100
LONG_COLUMNS = ("description", "announcement", "content", "message", "value")
# At most four bytes a character.
MAX_TEXT_BYTES = 4 * (MAX_TEXT_LENGTH + 1)
TEXT_KEYS = ("settings", "tags", "oauth_clients", "oauth_tokens")


def open_database(source: str, *, host: str | None = None) -> "DatabaseSource":
    """Open a SQLite file or ``postgresql://``, ``mysql://`` or ``mariadb://user:password@host/database``.

    :raises InvalidInput: if the address is not valid or the database is not Gancio's.
    :raises SourceError: if the database cannot be read. No message contains the password.
    """
    return DatabaseSource(_database_url(source), host=host)


class ForeignConnection(sqlite3.Connection):
    """A connection without the settings of our own databases, which would write to the file."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.text_factory = lambda content: content.decode("utf-8", "replace")


class DatabaseSource:
    zone = None

    def __init__(self, url: URL, *, host: str | None = None):
        self._is_file = url.drivername == FILE_DRIVER
        try:
            self._engine = create_engine(url, **_options(url))
        except ImportError as error:
            raise SourceError(f"{error.name} is not installed: install joindin[mysql]") from None
        try:
            self._connection = self._engine.connect()
            if self._is_file:
                self._connection.exec_driver_sql("BEGIN")
            self._tables = self._list_tables()
            self._counts = {
                name: self._scalar(select(func.count()).select_from(each)) for name, each in self._tables.items()
            }
        except DBAPIError as error:
            raise _source_error(error) from None
        if not {"events", "places", "tags"} <= self._tables.keys():
            raise InvalidInput("That is not a database of Gancio: there are no tables events, places and tags")
        self.identity = host or self._read_identity()

    def counts(self) -> dict[str, int]:
        return self._counts

    def highest_id(self, name: str) -> int:
        if name in TEXT_KEYS or name not in self._tables:
            return 0
        key = cast(self._tables[name].c.id, Integer)
        return self._scalar(select(func.max(key)).where(key <= MAX_ID)) or 0

    def batches(self, name: str) -> Iterator[list[dict]]:
        if name == MEDIA:
            yield from self._pages(EVENTS, ("id", "media", "apUserApId"))
        elif name in TEXT_KEYS:
            yield from self._all(name)
        elif name == EVENTS:
            for rows in self._pages(name, COLUMNS[name]):
                self._add_tags(rows)
                yield rows
        else:
            yield from self._pages(name, COLUMNS[name])

    def close(self) -> None:
        self._connection.close()
        self._engine.dispose()

    def _pages(self, name, columns):
        """Yield pages in the order of ids. Each is a statement of its own, so that others can run in between."""
        if name not in self._tables:
            return
        size = LONG_BATCH_SIZE if set(columns) & set(LONG_COLUMNS) else BATCH_SIZE
        key = self._tables[name].c.id
        last, statement = 0, self._select(name, columns).order_by(key).limit(size)
        while rows := self._rows(statement.where(key > last)):
            yield rows
            ids = [int(row["id"]) for row in rows if row["id"].isdecimal()]
            if not ids:
                return
            last = max(ids)

    def _all(self, name):
        if name not in self._tables:
            return
        rows = self._rows(self._select(name, COLUMNS[name]).order_by(self._tables[name].c[COLUMNS[name][0]]))
        for start in range(0, len(rows), BATCH_SIZE):
            yield rows[start : start + BATCH_SIZE]

    def _add_tags(self, rows):
        tags = defaultdict(list)
        if "event_tags" in self._tables:
            columns = self._tables["event_tags"].c
            statement = self._select("event_tags", ("eventId", "tagTag")).where(
                columns.eventId.in_([int(row["id"]) for row in rows if row["id"].isdecimal()])
            )
            for row in self._rows(statement):
                tags[row["eventId"]].append(row["tagTag"])
        for row in rows:
            # The order is that of names: Gancio does not store another.
            row["tags"] = sorted(tags[row["id"]])

    def _select(self, name, columns):
        """Select columns as text. In ``WHERE`` and ``ORDER BY`` use those of the table: they have their types."""
        present = self._tables[name].c
        return select(*(self._text(present[each]).label(each) for each in columns if each in present))

    def _text(self, value):
        text = cast(value, Text)
        if value.name not in LONG_COLUMNS:
            return text
        if not self._is_file:
            return func.substr(text, 1, MAX_TEXT_LENGTH + 1)
        # SQLite cuts a text at a zero byte, but not a blob.
        return cast(func.substr(cast(value, LargeBinary), 1, MAX_TEXT_BYTES), Text)

    def _rows(self, statement):
        try:
            return [dict(row) for row in self._connection.execute(statement).mappings()]
        except DBAPIError as error:
            raise _source_error(error) from None

    def _scalar(self, statement):
        try:
            return self._connection.scalar(statement)
        except DBAPIError as error:
            raise _source_error(error) from None

    def _list_tables(self):
        names = inspect(self._connection).get_table_names()
        return {name: table(name, *map(column, self._read_columns(name))) for name in names}

    def _read_columns(self, name):
        return self._connection.execute(select(text("*")).select_from(table(name)).limit(0)).keys()

    def _read_identity(self):
        """Return a name made of the public key: the database does not contain the address of the server."""
        if "settings" not in self._tables:
            return "gancio"
        statement = self._select("settings", ("value",)).where(self._tables["settings"].c.key == "publicKey")
        key = self._scalar(statement)
        return f"gancio-{hashlib.sha256(json.dumps(key).encode()).hexdigest()[:16]}" if key else "gancio"


def _database_url(source):
    scheme, separator, _ = source.partition("://")
    if not separator:
        if not Path(source).is_file():
            raise InvalidInput(f"{source} is not a file")
        return URL.create(
            FILE_DRIVER, database=f"file:{Path(source).resolve().as_posix()}", query={"mode": "ro", "uri": "true"}
        )
    if scheme.lower() not in DRIVERS:
        raise InvalidInput(
            "SOURCE is a SQLite file, a database like postgresql://user:password@host/database or"
            " mariadb://user:password@host/database, or the address of a website"
        )
    try:
        return make_url(source).set(drivername=DRIVERS[scheme.lower()])
    except (ArgumentError, ValueError):
        raise InvalidInput("SOURCE is not a valid address of a database") from None


def _options(url):
    if url.drivername == FILE_DRIVER:
        return {"connect_args": {"factory": ForeignConnection}}
    options = {"connect_timeout": 10}
    if url.drivername.startswith("mysql"):
        options["charset"] = "utf8mb4"
    else:
        options["options"] = "-c timezone=UTC"
    return {"isolation_level": "REPEATABLE READ", "connect_args": options}


def _source_error(error):
    reason = str(error.orig).strip().splitlines()
    return SourceError(f"The database cannot be read: {reason[0] if reason else type(error.orig).__name__}")
