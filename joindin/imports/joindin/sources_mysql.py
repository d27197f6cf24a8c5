"""Tables out of a running MySQL or MariaDB, as they were at one moment, whatever is written meanwhile."""

from urllib.parse import parse_qsl, unquote, urlsplit

from joindin.errors import InvalidInput
from joindin.imports.joindin.legacy_row import MAX_ID
from joindin.imports.joindin.sources import SourceError, TableStats

PORT = 3306
# Rows that are fetched from the server at once.
FETCHED = 2000
PATIENCE = 10
OPTIONS = {"unix_socket": "unix_socket", "ssl_ca": "ssl_ca"}

PREPARATIONS = (
    "SET SESSION time_zone = '+00:00'",
    # The server must not end the reading while rows are written on our side.
    "SET SESSION net_write_timeout = 3600",
    "SET SESSION wait_timeout = 28800",
    "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
    "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
)


class MySqlSource:
    """All reading is in one transaction that sees the moment it began and cannot write.

    Rows are left on the server until they are wanted, so one table is read at a time.

    :raises InvalidInput: if the address makes no sense.
    :raises Unreadable: if the server does not answer, or stops to.
    """

    def __init__(self, address: str):
        try:
            import pymysql
        except ImportError:
            raise SourceError("MySQL is read with PyMySQL, which is not here: install joindin[mysql]") from None
        self._errors = (pymysql.Error, OSError)
        try:
            self._connection = pymysql.connect(
                **_arguments(address),
                charset="utf8mb4",
                connect_timeout=PATIENCE,
                cursorclass=pymysql.cursors.SSCursor,
            )
            for statement in PREPARATIONS:
                self._ask(statement)
            self._facts = {table: self._facts_of(table) for table in self._list_tables()}
        except self._errors as wrong:
            raise _unreadable(wrong) from None

    def table_stats(self):
        return self._facts

    def rows(self, table, above=0):
        if table not in self._facts:
            return
        above = f"WHERE id > {above:d}" if above else ""
        try:
            with self._connection.cursor() as cursor:
                cursor.execute(f"SELECT * FROM `{table}` {above} ORDER BY id")  # noqa: S608 - names from the catalogue
                names = [column[0] for column in cursor.description]
                while rows := cursor.fetchmany(FETCHED):
                    for row in rows:
                        yield dict(zip(names, row))
        except self._errors as wrong:
            raise _unreadable(wrong) from None

    def close(self):
        self._connection.close()

    def _facts_of(self, table):
        asked = f"SELECT count(*), max(if(id <= {MAX_ID}, id, 0)) FROM `{table}`"  # noqa: S608 - as above
        count, highest = self._ask(asked)[0]
        return TableStats(count, max(0, int(highest or 0)))

    def _list_tables(self):
        """Those with an id, as all that matter have."""
        return {
            table
            for (table,) in self._ask(
                "SELECT table_name FROM information_schema.columns"
                " WHERE table_schema = database() AND lower(column_name) = 'id'"
            )
        }

    def _ask(self, statement):
        with self._connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall()


def _arguments(address):
    """What PyMySQL wants to know, out of an address; its parts may be percent-encoded."""
    try:
        parts = urlsplit(address)
        port = parts.port or PORT
        options = {OPTIONS[name]: value for name, value in parse_qsl(parts.query, strict_parsing=bool(parts.query))}
    except (ValueError, KeyError):
        raise InvalidInput(f"SOURCE makes no sense: check the port; options are {', '.join(OPTIONS)}") from None
    database = unquote(parts.path.lstrip("/"))
    if not parts.hostname or not database:
        raise InvalidInput("SOURCE needs a host and a database: mysql://user:password@host/database")
    return {
        "host": parts.hostname,
        "port": port,
        "user": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "database": database,
        **options,
    }


def _unreadable(wrong):
    # PyMySQL's errors are a number and a sentence.
    return SourceError(f"The database cannot be read: {wrong.args[-1] if wrong.args else wrong}")
