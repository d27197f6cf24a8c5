"""Throw-away PostgreSQL clusters.

A cluster lives in a folder of its own, in memory where there is room, and listens on a Unix socket in that folder.
It is made with ``initdb`` from the installed binaries and never syncs to disk, so it is quick. Committed rows survive
:meth:`Cluster.kill`, as the operating system keeps what was written; they would not survive a power cut. A guard
process removes the cluster when the test process closes it or dies.
"""

import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

import psutil

from tests.memory_folder import memory_folder
from tests.services import skip_or_fail

TIMEOUT_S = 60

SETTINGS = """
listen_addresses = ''
unix_socket_directories = '{folder}'
fsync = off
full_page_writes = off
shared_buffers = 64MB
max_connections = 200
checkpoint_timeout = 1h
"""

# Waits until the write end of its standard input is closed, which the kernel does when the test process dies.
GUARD = 'read -r _; "$1" stop --mode immediate --silent -D "$2/data"; rm -rf "$2"'


class Cluster:
    """A PostgreSQL server that can be stopped, killed and started again at the same address."""

    def __init__(self, settings: str = "", parent: Path | None = None):
        """Create the files of a cluster below ``parent``; ``settings`` are further lines of ``postgresql.conf``."""
        pg_ctl = binary("pg_ctl")
        self.folder = Path(tempfile.mkdtemp(prefix="joindin-postgresql-", dir=parent or memory_folder()))
        self.data = self.folder / "data"
        if os.getuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")
        self._guard = subprocess.Popen(
            ["/bin/sh", "-c", GUARD, "guard", pg_ctl, str(self.folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            cwd="/",
            **_owner(),
        )
        self.run(
            "initdb", "-D", self.data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"
        )
        with (self.data / "postgresql.conf").open("a") as file:
            file.write(SETTINGS.format(folder=self.folder) + settings)

    def url(self, database: str = "postgres") -> str:
        """Return the SQLAlchemy URL of a database."""
        return f"postgresql+psycopg://postgres@/{database}?host={self.folder}"

    def start(self) -> None:
        """Start the server and wait until it accepts connections."""
        self.run("pg_ctl", "start", "--wait", "-D", self.data, "-l", self.folder / "server.log")

    def stop(self) -> None:
        """End all connections and shut the server down with a checkpoint."""
        self.run("pg_ctl", "stop", "--mode", "fast", "-D", self.data)

    def kill(self) -> None:
        """End all server processes at once; the next start recovers from the write-ahead log, as after a crash."""
        self.run("pg_ctl", "stop", "--mode", "immediate", "-D", self.data)

    def kill_postmaster(self) -> None:
        """Kill the main process alone, as the kernel does without memory; the others end as soon as they notice it."""
        postmaster = psutil.Process(int((self.data / "postmaster.pid").read_text().splitlines()[0]))
        processes = [postmaster, *postmaster.children()]
        postmaster.kill()
        psutil.wait_procs(processes, TIMEOUT_S)

    def promote(self) -> None:
        """Make a replica a primary server."""
        self.run("pg_ctl", "promote", "--wait", "-D", self.data)

    def restart(self) -> None:
        """Kill the server and start it again."""
        self.kill()
        self.start()

    def close(self) -> None:
        """Stop the server if it runs and delete its files."""
        self._guard.stdin.close()
        self._guard.wait(TIMEOUT_S)

    def run(self, program: str, *arguments) -> None:
        """Run one of PostgreSQL's programs as the owner of the files."""
        command = [binary(program), *map(str, arguments)]
        # Not capture_output: the server inherits the pipes of pg_ctl and would keep them open.
        with tempfile.TemporaryFile("w+") as output:
            done = subprocess.run(
                command, cwd="/", stdin=subprocess.DEVNULL, stdout=output, stderr=output, timeout=TIMEOUT_S, **_owner()
            )
            output.seek(0)
            assert done.returncode == 0, output.read()


def binary(program: str) -> str:
    """Return the path of one of PostgreSQL's programs, which Debian keeps out of PATH."""
    newest = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name))
    folders = os.pathsep.join([*map(str, reversed(newest)), os.environ.get("PATH", "")])
    found = shutil.which(program, path=folders)
    if found is None:
        raise FileNotFoundError(f"PostgreSQL's program {program} is neither in PATH nor in /usr/lib/postgresql/*/bin")
    return found


def require_postgresql() -> None:
    """Skip the test where PostgreSQL is not installed; fail it where services are required, as in CI."""
    try:
        binary("initdb")
    except FileNotFoundError as missing:
        skip_or_fail(str(missing))


def _owner() -> dict:
    """Return options of subprocess calls: PostgreSQL refuses to run as root."""
    return {"user": "postgres", "group": "postgres", "extra_groups": []} if os.getuid() == 0 else {}


@contextmanager
def running_cluster(settings: str = "", parent: Path | None = None):
    """Yield a started cluster, which is removed in the end."""
    cluster = Cluster(settings, parent)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.close()


@contextmanager
def running_replica(primary: Cluster):
    """Yield a started streaming replica, which is removed in the end."""
    replica = Cluster()
    try:
        shutil.rmtree(replica.data)
        replica.run(
            "pg_basebackup", "-D", replica.data, "-R", "-c", "fast", "--no-sync", "-h", primary.folder, "-U", "postgres"
        )
        with (replica.data / "postgresql.conf").open("a") as file:
            file.write(f"unix_socket_directories = '{replica.folder}'\n")
        replica.start()
        yield replica
    finally:
        replica.close()
