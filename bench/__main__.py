"""``python -m bench``: measures, prints the report and writes it to docs/."""

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
    store = DatasetStore(options.folder, options.postgresql)
    if options.delete:
        store.delete_all()
        return
    require_wrk()
    began = time.monotonic()

    def log(message):
        print(f"{time.monotonic() - began:5.0f} s  {message}", flush=True)

    databases = [kind for kind in options.databases if kind == "sqlite" or options.postgresql]
    with tempfile.TemporaryDirectory() as scratch:
        plan = BenchmarkPlan(
            options.sizes, options.rounds, options.seconds, options.quick, options.folder, Path(scratch)
        )
        measurements = {kind: take_measurements(kind, store, plan, log) for kind in databases}
    page = render(
        measurements, plan, versions(server_version(options.postgresql) if "postgresql" in databases else None)
    )
    log("done\n")
    print(page)
    if not options.dry:
        from bench.plot import draw

        REPORT.write_text(page)
        draw(measurements, REPORT)


def read_options():
    parser = argparse.ArgumentParser(prog="make bench", description="Measure the speed of the server.")
    parser.add_argument("--quick", action="store_true", help="small tables, few lists, one round, no report")
    parser.add_argument(
        "--sizes", type=lambda text: tuple(map(int, text.split(","))), help="numbers of events, separated by commas"
    )
    parser.add_argument("--seconds", type=int, default=1, help="duration of a measurement")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--databases", type=lambda text: text.split(","), default=["sqlite", "postgresql"])
    parser.add_argument(
        "--postgresql",
        default=os.environ.get("POSTGRESQL", "postgresql+psycopg://postgres@127.0.0.1/postgres"),
        help="server for the databases; empty for none",
    )
    parser.add_argument(
        "--folder", type=Path, default=ROOT / "instance" / "bench", help="folder of generated databases"
    )
    parser.add_argument("--delete", action="store_true", help="drop the generated databases and exit")
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
