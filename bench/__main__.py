"""``python -m bench``: measure, print the page, write it to docs/."""

import argparse
import os
import tempfile
import time
from pathlib import Path

from sqlalchemy import create_engine, text

from bench.datasets import ROOT, DatasetStore
from bench.http_load import require_wrk
from bench.measurements import BenchmarkPlan, take_measurements
from bench.report import render, versions

REPORT = ROOT / "docs" / "benchmarks.md"
SIZES = (1_000, 100_000, 1_000_000)
QUICK_SIZES = (1_000, 10_000)


def main():
    options = read_options()
    shelf = DatasetStore(options.folder, options.postgresql)
    if options.forget:
        shelf.forget()
        return
    require_wrk()
    began = time.monotonic()

    def say(what):
        print(f"{time.monotonic() - began:5.0f} s  {what}", flush=True)

    kinds = [kind for kind in options.databases if kind == "sqlite" or options.postgresql]
    with tempfile.TemporaryDirectory() as scratch:
        plan = BenchmarkPlan(
            options.sizes, options.rounds, options.seconds, options.quick, options.folder, Path(scratch)
        )
        found = {kind: take_measurements(kind, shelf, plan, say) for kind in kinds}
    page = render(found, plan, versions(server_version(options.postgresql) if "postgresql" in kinds else None))
    say("done\n")
    print(page)
    if not options.dry:
        from bench.plot import draw

        REPORT.write_text(page)
        draw(found, REPORT)


def read_options():
    parser = argparse.ArgumentParser(prog="make bench", description="How fast the server is.")
    parser.add_argument("--quick", action="store_true", help="small tables, few lists, one round; writes no report")
    parser.add_argument(
        "--sizes", type=lambda text: tuple(map(int, text.split(","))), help="numbers of events, with commas"
    )
    parser.add_argument("--seconds", type=int, default=1, help="of load per measurement")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--databases", type=lambda text: text.split(","), default=["sqlite", "postgresql"])
    parser.add_argument(
        "--postgresql",
        default=os.environ.get("POSTGRESQL", "postgresql+psycopg://postgres@127.0.0.1/postgres"),
        help="server to make databases on; empty for none",
    )
    parser.add_argument(
        "--folder", type=Path, default=ROOT / "instance" / "bench", help="where filled databases are kept"
    )
    parser.add_argument("--forget", action="store_true", help="drop the filled databases, and do no more")
    parser.add_argument("--dry", action="store_true", help="write no report")
    options = parser.parse_args()
    options.sizes = options.sizes or (QUICK_SIZES if options.quick else SIZES)
    options.rounds = options.rounds or (1 if options.quick else 3)
    options.dry = options.dry or options.quick
    options.folder = options.folder.resolve()
    return options


def server_version(url):
    with create_engine(url).connect() as connection:
        return connection.scalar(text("SHOW server_version")).split()[0]


if __name__ == "__main__":
    main()
