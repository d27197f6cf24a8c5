"""``python -m bench.import_benchmark``: speed and memory of an import of a large Joind.in database.

Generates MariaDB databases of several sizes. The memory of the importing process must not grow with the tables.
``docs/importing-joindin.md`` contains the figures.
"""

import argparse
import datetime as dt
import os
import platform
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sqlalchemy import create_engine, text

from joindin.utils.datetimes import UTC
from tests.imports.joindin.mysql_database import legacy_database

POSTGRESQL = "postgresql+psycopg://postgres@127.0.0.1/postgres"
FIRST_START = int(dt.datetime(2008, 1, 1, tzinfo=UTC).timestamp())
DAY = 86_400
WORDS = [
    "web",
    "data",
    "cloud",
    "code",
    "harbour",
    "open",
    "summit",
    "days",
    "garden",
    "systems",
    "people",
    "craft",
    "python",
    "maps",
    "query",
]
ZONES = (("Europe", "Amsterdam"), ("America", "New_York"), ("Asia", "Tokyo"), ("UTC", ""), ("US", "Pacific-New"))
# The same for all users.
PASSWORD = "$2y$10$StMpCySaSLHuvh3KLFNiZ.vSEykBF8kVWEG6ZtuXzQd4F9WWlfBFi"
NULL = r"\N"


def main():
    options = read_options()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.0f}, Python {platform.python_version()}", flush=True)
    for share in options.shares:
        events, attendances = int(options.events * share), int(options.attendances * share)
        with legacy_database() as (address, server):
            began = time.monotonic()
            fill(server, events=events, people=max(1, events // 2), attendances=attendances)
            print(f"\n{events} events, {attendances} attendances: generated in {time.monotonic() - began:.0f} s")
            if options.sqlite:
                measure("SQLite", address, None)
            if options.postgresql:
                measure("PostgreSQL", address, options.postgresql)


def read_options():
    parser = argparse.ArgumentParser(prog="python -m bench.import_benchmark")
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--attendances", type=int, default=1_000_000)
    parser.add_argument("--shares", type=float, nargs="+", default=[0.1, 1], help="of those numbers, one run each")
    parser.add_argument("--sqlite", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--postgresql", default=POSTGRESQL, help="server to make a database on; empty for none")
    return parser.parse_args()


def fill(server, *, events, people, attendances):
    """Insert the same data on each run: users, events with tags and hosts, talks, comments, attendances."""
    draw = random.Random(17)
    load(server, "lang", "ID, lang_name, lang_abbr", [(1, "English - US", "us"), (2, "English - UK", "uk")])
    load(server, "categories", "ID, cat_title, cat_desc", [(1, "Talk", "Talk"), (3, "Keynote", "Keynote")])
    load(server, "tags", "ID, tag_value", enumerate(WORDS, start=1))
    load(
        server,
        "user",
        "ID, username, password, email, full_name, verified, active, admin, trusted",
        (
            (n, f"person{n}", PASSWORD, f"person{n}@example.org", f"Person {n} O&#39;Neil", 1, 1, 0, 0)
            for n in range(1, people + 1)
        ),
    )
    load(
        server,
        "events",
        "ID, event_name, url_friendly_name, event_start, event_end, event_lat, event_long, event_loc, event_desc,"
        " active, pending, private, event_href, event_tz_cont, event_tz_place, event_contact_name",
        (event(draw, n) for n in range(1, events + 1)),
    )
    load(
        server,
        "tags_events",
        "ID, event_id, tag_id",
        ((n, n, draw.randint(1, len(WORDS))) for n in range(1, events + 1)),
    )
    load(
        server,
        "user_admin",
        "ID, uid, rid, rtype, rcode",
        ((n, draw.randint(1, people), n, "event", "") for n in range(1, events + 1)),
    )
    load(server, "user_attend", "ID, uid, eid", attending(draw, events, people, attendances))
    load(
        server,
        "event_comments",
        "ID, event_id, user_id, cname, comment, rating, date_made, active, source",
        (
            (n, draw.randint(1, events), draw.choice((0, draw.randint(1, people))), "A visitor", "Liked it. " * 20,
             draw.randint(0, 5), FIRST_START + n, 1, "joind.in")
            for n in range(1, events + 1)
        ),
    )  # fmt: skip
    load(
        server,
        "talks",
        "ID, event_id, talk_title, url_friendly_talk_title, talk_desc, slides_link, date_given, duration, active, lang, stub",
        (
            (n, 1 + n % events, f"Talk {n} on {draw.choice(WORDS)}", f"talk-{n}", "The abstract. " * 20, "",
             FIRST_START + n, 60, 1, 2, f"{n:05x}")
            for n in range(1, events + 1)
        ),
    )  # fmt: skip
    load(server, "talk_cat", "ID, talk_id, cat_id", ((n, n, draw.choice((1, 3))) for n in range(1, events + 1)))
    load(
        server,
        "talk_speaker",
        "ID, talk_id, speaker_name, speaker_id",
        ((n, n, f"Person {n}", draw.randint(1, people)) for n in range(1, events + 1)),
    )
    load(
        server,
        "talk_comments",
        "ID, talk_id, user_id, rating, comment, created_at, private, active, source",
        (
            (n, draw.randint(1, events), draw.randint(1, people), draw.randint(0, 5), "Well spoken. " * 20,
             "2012-05-04 10:00:00", 0, 1, "api")
            for n in range(1, events + 1)
        ),
    )  # fmt: skip


def event(draw, number):
    starts = FIRST_START + draw.randint(0, 15 * 365) * DAY
    continent, place = draw.choice(ZONES)
    name = f"{draw.choice(WORDS).title()} {draw.choice(WORDS).title()} &amp; Co {number}"
    return (
        number, name, f"conf-{number}" if number % 10 else NULL, starts, starts + 2 * DAY, draw.uniform(-60, 70),
        draw.uniform(-180, 180), "Main Hall", "Two days about it. " * 15, 1, 0, "0", "https://conf.example",
        continent, place, "A visitor",
    )  # fmt: skip


def attending(draw, events, people, number):
    """Yield distinct pairs of users and events without order."""
    each = max(1, number // events)
    for n in range(1, number + 1):
        event_id, turn = 1 + (n - 1) // each % events, (n - 1) % each
        yield n, 1 + (event_id * 7919 + turn * 104_729) % people, event_id


def load(server, table, columns, rows):
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".tsv") as file:
        file.writelines("\t".join(map(str, row)) + "\n" for row in rows)
        file.flush()
        with server.cursor() as cursor:
            cursor.execute("SET SESSION sql_mode = '', unique_checks = 0, foreign_key_checks = 0")
            cursor.execute(
                f"LOAD DATA LOCAL INFILE '{file.name}' IGNORE INTO TABLE `{table}` CHARACTER SET utf8mb4 ({columns})"
            )


def measure(kind, address, server):
    with tempfile.TemporaryDirectory() as folder, database(server) as url:
        environment = os.environ | {"JOINDIN_INSTANCE": folder}
        if url:
            environment["JOINDIN_DATABASE_URL"] = url
        run(environment, "setup")
        for turn in ("first run", "second run"):
            seconds, busy, output, peak, anonymous = run(environment, "import", "joindin", address)
            totals = re.search(r"^total\s+(\d+)", output, re.MULTILINE)
            rows = int(totals[1])
            print(
                f"{kind}, {turn}: {rows} rows in {seconds:.1f} s, {rows / seconds:,.0f} rows a second ({busy:.0f} s of CPU),"
                f" peak {peak} MiB, {anonymous} MiB of it not a file's",
                flush=True,
            )
        check = run(environment, "counters", "check")[2]
        print(check.strip())


def run(environment, *arguments):
    """Run a command. Return elapsed and CPU seconds, its output, and the peaks of resident and anonymous memory in MiB."""
    command = [str(Path(sys.executable).with_name("joindin")), *arguments]
    began, used, peak, anonymous = time.monotonic(), cpu_of_children(), 0, 0
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen(command, env=environment, stdout=output)
        while process.poll() is None:
            seen = memory(process.pid)
            peak, anonymous = max(peak, seen.get("VmHWM", 0)), max(anonymous, seen.get("RssAnon", 0))
            time.sleep(0.02)
        seconds = time.monotonic() - began
        output.seek(0)
        said = output.read()
    if process.returncode:
        sys.exit(f"{' '.join(arguments[:2])} ended with {process.returncode}")
    return seconds, cpu_of_children() - used, said, peak // 1024, anonymous // 1024


def cpu_of_children():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def memory(process_id):
    try:
        status = Path(f"/proc/{process_id}/status").read_text()
    except OSError:
        return {}
    return {name: int(number) for name, number in re.findall(r"^(\w+):\s+(\d+) kB$", status, re.MULTILINE)}


class database:
    """Yield a new PostgreSQL database and drop it at the end; None without a server."""

    def __init__(self, server):
        self._server = server
        self._name = f"joindin_moving_{os.getpid()}"

    def __enter__(self):
        if not self._server:
            return None
        self._execute(f"DROP DATABASE IF EXISTS {self._name} WITH (FORCE)")
        self._execute(f"CREATE DATABASE {self._name}")
        return self._server.rpartition("/")[0] + f"/{self._name}"

    def __exit__(self, *_):
        if self._server:
            self._execute(f"DROP DATABASE {self._name} WITH (FORCE)")

    def _execute(self, statement):
        with create_engine(self._server, isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(text(statement))


if __name__ == "__main__":
    main()
