"""``python -m bench``: measure, print the table, write docs/benchmarks.md."""

import argparse
import datetime as dt
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from sqlalchemy import create_engine, select, text

from bench.load import measure, require_wrk
from bench.servers import granian, wait_for

ROOT = Path(__file__).parent.parent
CONFERENCES = ROOT.parent / "shared" / "data" / "conference-data" / "conferences"
REPORT = ROOT / "docs" / "benchmarks.md"
WORKERS = 2


@dataclass(frozen=True)
class Work:
    name: str
    path: str
    method: str = "GET"
    signed_in: bool = False
    status: int = 200


@dataclass
class Figures:
    ours: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    failures: int = 0

    @property
    def ratio(self) -> float:
        return statistics.median(ours / bare for ours, bare in zip(self.ours, self.bare))


def main():
    options = read_options()
    require_wrk()
    if not options.conferences.exists():
        sys.exit(f"no listings at {options.conferences}: name a folder with --conferences")
    results = {"SQLite": bench("sqlite", options)}
    if options.postgresql:
        results["PostgreSQL"] = bench("postgresql", options)
    report = render(results, options)
    print(report)
    if not options.dry:
        REPORT.write_text(report)


def read_options():
    parser = argparse.ArgumentParser(prog="make bench", description="Ratios to a bare Flask route.")
    parser.add_argument("--seconds", type=int, default=3, help="of load per measurement")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--conferences", type=Path, default=CONFERENCES, help="folder of conference listings")
    parser.add_argument(
        "--postgresql",
        default=os.environ.get("POSTGRESQL", "postgresql+psycopg://postgres@127.0.0.1/postgres"),
        help="server to make a database on; empty for none",
    )
    parser.add_argument("--dry", action="store_true", help="write no report")
    return parser.parse_args()


def bench(kind, options):
    """Figures by work on one database, filled with the real listings."""
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        with database(kind, folder, options) as url:
            environment = {"JOINDIN_INSTANCE": str(folder / "instance"), "JOINDIN_DATABASE_URL": url}
            joindin(environment, "setup")
            joindin(environment, "import", "conferences", str(options.conferences))
            event_id, token = prepare(environment)
            return compare(work_on(event_id), token, environment, folder, options)


class database:
    """A database of this run's own, dropped afterwards."""

    def __init__(self, kind, folder, options):
        self._url = f"sqlite:///{folder / 'bench.sqlite'}" if kind == "sqlite" else options.postgresql
        self._is_server = kind == "postgresql"
        self._name = f"joindin_bench_{os.getpid()}"

    def __enter__(self):
        if self._is_server:
            self._execute(f"CREATE DATABASE {self._name}")
            return self._url.rpartition("/")[0] + f"/{self._name}"
        return self._url

    def __exit__(self, *_):
        if self._is_server:
            self._execute(f"DROP DATABASE {self._name} WITH (FORCE)")

    def _execute(self, statement):
        with create_engine(self._url, isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(text(statement))


def joindin(environment, *arguments):
    command = [str(Path(sys.executable).with_name("joindin")), *arguments]
    subprocess.run(command, env=os.environ | environment, check=True, stdout=subprocess.DEVNULL)


def prepare(environment):
    """A person with a token, and an event that is coming up."""
    os.environ |= environment
    from joindin import create_app
    from joindin.clock import utc_now
    from joindin.credentials import new_token, token_hash
    from joindin.extensions import db
    from joindin.models import AccessToken, Event, User

    with create_app().app_context():
        token = new_token()
        user = User(username="bench", email="bench@example.org", full_name="Bench", is_verified=True)
        db.session.add(user)
        db.session.flush()
        db.session.add(
            AccessToken(token_hash=token_hash(token), user_id=user.id, created_at=utc_now(), last_used_at=utc_now())
        )
        event_id = db.session.scalar(
            select(Event.id).where(Event.starts_at >= utc_now()).order_by(Event.starts_at, Event.id).limit(1)
        )
        db.session.commit()
        db.engine.dispose()
    return event_id, token


def work_on(event_id):
    return [
        Work("hot list", "/v2.1/events?filter=hot"),
        Work("upcoming list", "/v2.1/events?filter=upcoming"),
        Work("hot list, verbose", "/v2.1/events?filter=hot&verbose=yes"),
        Work("one event, verbose", f"/v2.1/events/{event_id}?verbose=yes"),
        Work("hot list, signed in", "/v2.1/events?filter=hot", signed_in=True),
        Work("attend", f"/v2.1/events/{event_id}/attending", "POST", signed_in=True, status=201),
    ]


def compare(works, token, environment, folder, options):
    bodies = folder / "bodies"
    bodies.mkdir()
    figures = {work: Figures() for work in works}
    with granian("joindin:create_app", WORKERS, "/", **environment) as ours:
        for number, work in enumerate(works):
            body = wait_for(ours + work.path) if work.method == "GET" else b""
            (bodies / str(number)).write_bytes(body)
        with granian("bench.bare:app", WORKERS, "/0", BENCH_BODIES=str(bodies), PYTHONPATH=str(ROOT)) as bare:
            for _ in range(options.rounds):
                for number, work in enumerate(works):
                    headers = {"Authorization": f"Bearer {token}"} if work.signed_in else {}
                    yardstick = measure(f"{bare}/{number}", options.seconds, folder, work.method)
                    rate = measure(ours + work.path, options.seconds, folder, work.method, headers)
                    figures[work].bare.append(yardstick.per_second)
                    figures[work].ours.append(rate.per_second)
                    figures[work].failures += rate.failures
    return figures


def render(results, options):
    lines = [
        "# Benchmarks",
        "",
        "Requests per second as a ratio to a bare Flask route that returns the same bytes under the same server",
        f"(granian, {WORKERS} workers of 2 blocking threads), measured in turns in the same run: median of {options.rounds} rounds of",
        f"{options.seconds:g} s with `wrk -t1 -c8`. The database holds the real conference listings. Answers are not cached;",
        "rendered fragments are.",
        "",
        f"- {dt.date.today().isoformat()}, {os.cpu_count()} cores, {platform.python_implementation()} {platform.python_version()},"
        f" Flask {version('flask')}, SQLAlchemy {version('sqlalchemy')}, granian {version('granian')}",
        "- Repeat with `make bench` (needs wrk and, for the second table, PostgreSQL;"
        " `make bench BENCH='--conferences FOLDER'` for listings elsewhere).",
    ]
    for name, figures in results.items():
        lines += [
            "",
            f"## {name}",
            "",
            "| work | ratio | requests/s | bare route | failures |",
            "|---|---|---|---|---|",
        ]
        for work, figure in figures.items():
            ours, bare = statistics.median(figure.ours), statistics.median(figure.bare)
            lines.append(f"| {work.name} | {figure.ratio:.2f} | {ours:,.0f} | {bare:,.0f} | {figure.failures} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
