"""Import source: a consistent snapshot of a running MySQL or MariaDB database."""

from urllib.parse import parse_qsl, unquote, urlsplit

from joindin.errors import InvalidInput
from joindin.imports.joindin.sources import SourceError, TableStats
from joindin.imports.legacy_row import MAX_ID

PORT = 3306
# Rows of one fetch.
FETCH_SIZE = 2000
CONNECT_TIMEOUT_S = 10
OPTIONS = {"unix_socket": "unix_socket", "ssl_ca": "ssl_ca"}

SESSION_STATEMENTS = (
    "SET SESSION time_zone = '+00:00'",
    # The server must not close the connection while rows are written to the target database.
    "SET SESSION net_write_timeout = 3600",
    "SET SESSION wait_timeout = 28800",
    "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
    "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
)


class MySqlSource:
    """All reads run in one read-only transaction with a consistent snapshot.

    Rows stay on the server until they are fetched, one table at a time.

    :raises InvalidInput: if the URL is invalid.
    :raises SourceError: if the server does not respond or the connection is lost.
    """

    def __init__(self, url: str):
        try:
            import pymysql
        except ImportError:
            raise SourceError("PyMySQL is not installed: install joindin[mysql]") from None
        self._errors = (pymysql.Error, OSError)
        try:
            self._connection = pymysql.connect(
                **_arguments(url),
                charset="utf8mb4",
                connect_timeout=CONNECT_TIMEOUT_S,
                cursorclass=pymysql.cursors.SSCursor,
            )
            for statement in SESSION_STATEMENTS:
                self._query(statement)
            self._stats = {table: self._read_stats(table) for table in self._list_tables()}
        except self._errors as error:
            raise _source_error(error) from None

    def table_stats(self):
        return self._stats

    def rows(self, table, after_id=0):
        if table not in self._stats:
            return
        condition = f"WHERE id > {after_id:d}" if after_id else ""
        try:
            with self._connection.cursor() as cursor:
                cursor.execute(f"SELECT * FROM `{table}` {condition} ORDER BY id")  # noqa: S608 - names from the catalogue
                names = [column[0] for column in cursor.description]
                while rows := cursor.fetchmany(FETCH_SIZE):
                    for row in rows:
                        yield dict(zip(names, row))
        except self._errors as error:
            raise _source_error(error) from None

    def close(self):
        self._connection.close()

    def _read_stats(self, table):
        statement = f"SELECT count(*), max(if(id <= {MAX_ID}, id, 0)) FROM `{table}`"  # noqa: S608 - as above
        count, highest = self._query(statement)[0]
        return TableStats(count, max(0, int(highest or 0)))

    def _list_tables(self):
        """Return the tables with an id; all imported tables have one."""
        return {
            table
            for (table,) in self._query(
                "SELECT table_name FROM information_schema.columns"
                " WHERE table_schema = database() AND lower(column_name) = 'id'"
            )
        }

    def _query(self, statement):
        with self._connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall()


def _arguments(url):
    """Return PyMySQL's arguments from a URL, whose parts may be percent-encoded."""
    try:
        parts = urlsplit(url)
        port = parts.port or PORT
        options = {OPTIONS[name]: value for name, value in parse_qsl(parts.query, strict_parsing=bool(parts.query))}
    except (ValueError, KeyError):
        raise InvalidInput(f"SOURCE is not valid: check the port; options are {', '.join(OPTIONS)}") from None
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


def _source_error(error):
    # PyMySQL's errors have a number and a sentence.
    return SourceError(f"The database cannot be read: {error.args[-1] if error.args else error}")
