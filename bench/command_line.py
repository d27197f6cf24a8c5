"""Options and the run of the benchmarks of one surface: sizes, databases, a report."""

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.datasets import ROOT, DatasetStore
from bench.http_load import require_wrk
from bench.measurements import BenchmarkPlan


def run_benchmark(
    name: str, description: str, sizes: tuple[int, ...], measure: Callable, render: Callable, report: Path, **dataset
) -> None:
    """Measure each database, print the report, and write it.

    ``measure(kind, store, plan, log)`` returns the results of one database, ``render(results, plan)`` the report.
    ``dataset`` are options of the store of generated databases.
    """
    options = _read_options(name, description, sizes)
    require_wrk()
    began, folder = time.monotonic(), options.folder.resolve()

    def log(message):
        print(f"{time.monotonic() - began:5.0f} s  {message}", flush=True)

    store = DatasetStore(folder, options.postgresql, **dataset)
    with tempfile.TemporaryDirectory() as scratch:
        plan = BenchmarkPlan(options.sizes, options.rounds, options.seconds, False, folder, Path(scratch))
        page = render({kind: measure(kind, store, plan, log) for kind in options.databases}, plan)
    print(page)
    if not options.dry:
        report.write_text(page)


def _read_options(name, description, sizes):
    parser = argparse.ArgumentParser(prog=f"make {name}", description=description)
    parser.add_argument("--sizes", type=lambda text: tuple(map(int, text.split(","))), default=sizes)
    parser.add_argument("--seconds", type=int, default=1, help="duration of a measurement")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--databases", type=lambda text: text.split(","), default=["sqlite", "postgresql"])
    parser.add_argument(
        "--postgresql", default=os.environ.get("POSTGRESQL", "postgresql+psycopg://postgres@127.0.0.1/postgres")
    )
    parser.add_argument("--folder", type=Path, default=ROOT / "instance" / "bench")
    parser.add_argument("--dry", action="store_true", help="write no report")
    return parser.parse_args()
