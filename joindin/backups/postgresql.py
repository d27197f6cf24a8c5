"""Dumps of a PostgreSQL database by ``pg_dump``, and their restoration in one transaction.

PostgreSQL's programs are those of the machine. Passwords are in their environment and never in their arguments, which all users of
the machine can read.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from psycopg.conninfo import make_conninfo
from psycopg.pq import Conninfo
from sqlalchemy import text
from sqlalchemy.engine import Engine

from joindin.backups.errors import BackupError
from joindin.backups.snapshot_rows import Snapshot, read_rows
from joindin.utils.private_files import create_private_file

# Where Debian keeps the programs of each version; the ones in PATH select a version by themselves.
VERSION_FOLDERS = Path("/usr/lib/postgresql")

# How long pg_dump waits for a migration that has locked tables.
LOCK_TIMEOUT = "60s"

MSG_IN_USE = "{number} other connections use the database. Stop the server and its job worker first"

# Tables, sequences, views and functions of the schema, without those of extensions. The extensions stay, because the role may not
# be allowed to create them.
DROP_CONTENTS = """
DO $$
DECLARE
    dropped record;
BEGIN
    FOR dropped IN
        SELECT oid::regclass AS name, CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'TABLE' END AS kind
        FROM pg_class AS object
        WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p', 'v', 'm')
            AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = object.oid AND deptype = 'e')
    LOOP
        EXECUTE format('DROP %s IF EXISTS %s CASCADE', dropped.kind, dropped.name);
    END LOOP;
    FOR dropped IN
        SELECT oid::regclass AS name FROM pg_class AS object
        WHERE relnamespace = current_schema()::regnamespace AND relkind = 'S'
            AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = object.oid AND deptype = 'e')
    LOOP
        EXECUTE format('DROP SEQUENCE IF EXISTS %s CASCADE', dropped.name);
    END LOOP;
    FOR dropped IN
        SELECT oid::regprocedure AS name FROM pg_proc AS object
        WHERE pronamespace = current_schema()::regnamespace
            AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = object.oid AND deptype = 'e')
    LOOP
        EXECUTE format('DROP ROUTINE IF EXISTS %s CASCADE', dropped.name);
    END LOOP;
    FOR dropped IN
        SELECT oid::regtype AS name FROM pg_type AS object
        WHERE typnamespace = current_schema()::regnamespace AND typtype IN ('e', 'd')
            AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = object.oid AND deptype = 'e')
    LOOP
        EXECUTE format('DROP TYPE IF EXISTS %s CASCADE', dropped.name);
    END LOOP;
END $$;
"""


@contextmanager
def postgresql_snapshot(engine: Engine, folder: Path, report: Callable[[str], None]) -> Iterator[Snapshot]:
    """Dump the database into ``folder`` and yield the dump.

    ``pg_dump``, the numbers of rows and the names of images read the same snapshot. It blocks migrations and no writer.
    """
    dump = folder / "database.dump"
    create_private_file(dump)
    repeatable = engine.execution_options(isolation_level="REPEATABLE READ")
    with repeatable.connect() as connection:
        version = server_version(connection)
        program = find_program("pg_dump", version)
        # The transaction is idle while pg_dump runs.
        connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        snapshot_id = connection.scalar(text("SELECT pg_export_snapshot()"))
        names = connection.scalars(
            text("SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename")
        ).all()
        rows = read_rows(lambda statement: connection.execute(text(statement)).all(), names)
        report(f"Dumping the database: {sum(rows.counts.values())} rows")
        options = [
            "--format=custom",
            "--no-owner",
            "--no-privileges",
            "--no-comments",
            f"--lock-wait-timeout={LOCK_TIMEOUT}",
        ]
        _run(engine, program, *options, f"--snapshot={snapshot_id}", f"--file={dump}")
        connection.rollback()
    yield Snapshot(dump, rows, f"{version[0]}.{version[1]}")


def restore_dump(engine: Engine, dump: Path, folder: Path) -> None:
    """Replace the contents of the database by those of a dump, in one transaction. ``folder`` has room for the script.

    :raises BackupError: if PostgreSQL refuses a statement. The database is unchanged then.
    """
    with engine.connect() as connection:
        version = server_version(connection)
    script = folder / "restore.sql"
    create_private_file(script)
    options = ["--no-owner", "--no-privileges", "--no-comments", f"--file={script}"]
    # The whole script exists before the transaction begins: the end of a broken stream would commit half of it.
    _execute([find_program("pg_restore", version), *options, str(dump)], os.environ)
    _run(
        engine,
        find_program("psql", version),
        *("--no-psqlrc", "--quiet", "--output=/dev/null", "--single-transaction", "--set=ON_ERROR_STOP=1"),
        f"--command={DROP_CONTENTS}",
        f"--file={script}",
    )


def check_unused(engine: Engine) -> None:
    """:raises BackupError: if other connections use the database."""
    with engine.connect() as connection:
        number = connection.scalar(
            text(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
                " AND backend_type = 'client backend'"
            )
        )
    if number:
        raise BackupError(MSG_IN_USE.format(number=number))


def server_version(connection) -> tuple[int, int]:
    number = int(connection.scalar(text("SHOW server_version_num")))
    return number // 10_000, number % 10_000


def find_program(name: str, server: tuple[int, int]) -> str:
    """Return the path of one of PostgreSQL's programs that fits the server: of its version, or the next newer one.

    :raises BackupError: if there is none. Older ones do not know what the server stores.
    """
    versions = {}
    for path in (*_debian_programs(name), shutil.which(name)):
        if path and (version := _program_version(path)):
            versions.setdefault(version, path)
    fitting = [version for version in versions if version >= server[0]]
    if fitting:
        return versions[min(fitting)]
    found = f"the installed {name} is of version {max(versions)}" if versions else f"{name} is not installed"
    raise BackupError(
        f"The server is PostgreSQL {server[0]}, and {found}. Install the client programs of PostgreSQL {server[0]} or newer"
        f" (on Debian: postgresql-client-{server[0]}) and have them in PATH"
    )


def _debian_programs(name):
    return [str(path) for path in VERSION_FOLDERS.glob(f"*/bin/{name}")]


def _program_version(path):
    """Return the major version of a program, None if it cannot be run."""
    try:
        output = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=30).stdout
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(r"\) (\d+)", output)
    return int(found[1]) if found else None


def _run(engine, program, *options):
    """Run a program that connects to the database."""
    _, parameters = engine.dialect.create_connect_args(engine.url)
    # Others are arguments of the driver.
    of_libpq = {option.keyword.decode() for option in Conninfo.get_defaults()}
    parameters = {name: value for name, value in parameters.items() if name in of_libpq and value is not None}
    environment = dict(os.environ)
    if password := parameters.pop("password", None):
        environment["PGPASSWORD"] = password
    if "sslpassword" in parameters:
        raise BackupError("The programs of PostgreSQL cannot be given sslpassword: use a key file without a password")
    _execute([program, *options, f"--dbname={make_conninfo('', **parameters)}"], environment)


def _execute(command, environment):
    done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode:
        errors = [line for line in done.stderr.splitlines() if "error" in line.lower()] or done.stderr.splitlines()
        reason = errors[0] if errors else f"exit code {done.returncode}"
        raise BackupError(f"{Path(command[0]).name} failed: {reason}")
