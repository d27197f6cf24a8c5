"""Report of the measurements in Markdown: goals and results, then all figures."""

import datetime as dt
import os
import platform
import sqlite3
import subprocess
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from bench.measurements import BenchmarkPlan, Comparison, Measurements

NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
NOTES = Path(__file__).parent / "notes.md"


@dataclass(frozen=True)
class Goal:
    """Goals for SQLite and PostgreSQL, and the function that reads the result."""

    name: str
    sqlite: float
    postgresql: float
    result: object
    is_minimum: bool = True
    unit: str = ""

    def cells(self, kind: str, figures: Measurements) -> tuple[str, str]:
        goal, value = getattr(self, kind), self.result(figures)
        if value is None:
            return f"{'≥' if self.is_minimum else '≤'} {goal:,g}{self.unit}", "not measured"
        met = value >= goal if self.is_minimum else value <= goal
        text = f"{value:,.0f}" if value >= 100 else f"{value:.2f}" if value < 10 else f"{value:.1f}"
        return (
            f"{'≥' if self.is_minimum else '≤'} {goal:,g}{self.unit}",
            f"{text}{self.unit}" if met else f"**{text}{self.unit}**",
        )


def slowest(works: dict[str, Comparison]) -> float | None:
    return min((work.ratio for work in works.values()), default=None)


def most_expensive(works: dict[str, Comparison]) -> float:
    """Return the highest cost of a request relative to its baseline."""
    return max(1 / work.ratio for work in works.values())


GOALS = (
    Goal("visitors: lists, event, talks and comments, response cache warm: the slowest", 1.5, 0.9, lambda f: slowest(f.anonymous)),
    Goal("304", 1.8, 1.1, lambda f: slowest(f.unchanged)),
    Goal("response cache off, fragment cache warm: list of 20", 0.35, 0.22, lambda f: f.warm["list of 20"].ratio),
    Goal("response cache off, fragment cache warm: event", 0.45, 0.28, lambda f: f.warm["event"].ratio),
    Goal("signed in: list of 20", 0.33, 0.17, lambda f: f.signed_in["list of 20"].ratio),
    Goal("signed in: event", 0.4, 0.25, lambda f: f.signed_in["event"].ratio),
    Goal("signed-in event relative to a visitor's, response cache off", 0.8, 0.8, lambda f: f.beside_visitors.ratio),
    Goal("all caches off: list of 20", 0.09, 0.05, lambda f: f.cold["list of 20"].ratio),
    Goal("reads with 5 % attendance writes, relative to reads alone", 0.3, 0.3, lambda f: f.mixed.ratio),
    Goal("title, tag and deep page at the largest size, cost relative to a plain list: the highest", 3, 3, lambda f: most_expensive(f.searches), False, " ×"),
    Goal("lists at the largest size, cost relative to the smallest size: the highest", 1.3, 1.3, lambda f: most_expensive(growth(f)), False, " ×"),
    Goal("attendance writes, 8 connections", 1500, 2000, lambda f: f.attending[8].per_second, True, " /s"),
    Goal("attendance writes, 8 connections: 99th percentile", 150, 25, lambda f: f.attending[8].p99, False, " ms"),
    Goal("attendance writes refused, lost or counted wrongly", 0, 0, lambda f: wrong_writes(f), False),
    Goal("memory of both workers after the run", 150, 150, lambda f: f.memory[0], False, " MiB"),
    Goal("seconds until the first response", 2, 2, lambda f: f.ready_after, False, " s"),
)  # fmt: skip


def growth(figures: Measurements) -> dict[str, Comparison]:
    """Return the lists that have as many results in the smallest dataset as in the largest."""
    largest = figures.sizes[figures.most_events]
    return {name: work for name, work in largest.items() if name != "title, rare word"}


def wrong_writes(figures: Measurements) -> int:
    refused = sum(work.failures for work in figures.attending.values()) + figures.mixed.failures
    return refused + figures.lost_writes + figures.wrong_counters


def render(results: dict[str, Measurements], plan: BenchmarkPlan, versions: dict[str, str]) -> str:
    lines = [
        "# Benchmarks",
        "",
        "A ratio compares requests per second with a minimal Flask route that returns the same bytes under the same server",
        f"(granian, 2 workers with 2 threads each; joindin has 3 on PostgreSQL), measured directly before in the same round; median of {plan.rounds} rounds of",
        f"{plan.seconds} s with `wrk -t1 -c8`. Tables of {', '.join(f'{size:,}' for size in plan.sizes)} events; figures without a size are for the"
        " largest. Results in bold miss their goal.",
        "",
        f"- {dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M} UTC; {machine()}",
        f"- {', '.join(f'{name} {number}' for name, number in versions.items())}",
        "- Durable writes: SQLite `synchronous=FULL`, PostgreSQL `synchronous_commit=on`.",
        "- Repeat with `make bench` (`QUICK=1` for a short run); it needs wrk, and PostgreSQL for its column.",
        "- [importing-joindin.md](importing-joindin.md) has the figures of imports.",
        "",
        "| request | " + " | ".join(f"{NAMES[kind]}: goal | result" for kind in results) + " |",
        "|---|" + "---|---|" * len(results),
    ]
    for goal in GOALS:
        cells = [cell for kind, figures in results.items() for cell in goal.cells(kind, figures)]
        lines.append(f"| {goal.name} | {' | '.join(cells)} |")
    lines += ["", "![Time of a list request by number of events](benchmarks.png)", ""]
    if NOTES.exists():
        lines += [NOTES.read_text().rstrip(), ""]
    for kind, figures in results.items():
        lines += [f"## {NAMES[kind]}", "", *_works(figures), "", *_sizes(figures), "", *_writes(figures), ""]
    return "\n".join(lines).rstrip() + "\n"


def _works(figures):
    groups = {
        "visitor": figures.anonymous,
        "304": figures.unchanged,
        "response cache off": figures.warm,
        "signed in": figures.signed_in,
        "all caches off": figures.cold,
    }
    yield from ("| request | ratio | requests/s | baseline | p99 ms | failures |", "|---|---|---|---|---|---|")
    for group, works in groups.items():
        for name, work in works.items():
            baseline = work.per_second / work.ratio
            yield (
                f"| {group}: {name} | {work.ratio:.2f} | {work.per_second:,.0f} | {baseline:,.0f} | {work.p99:.1f} | {work.failures} |"
            )


def _sizes(figures):
    sizes = list(figures.sizes)
    yield f"| requests/s, response cache off | {' | '.join(f'{size:,}' for size in sizes)} | cost relative to the smallest size |"
    yield "|---|" + "---|" * (len(sizes) + 1)
    for name, work in figures.sizes[sizes[-1]].items():
        rates = " | ".join(f"{figures.sizes[size][name].per_second:,.0f}" for size in sizes)
        yield f"| {name} | {rates} | {1 / work.ratio:.2f} × |"


def _writes(figures):
    mixed, resident = figures.mixed, figures.memory
    yield from ("| writes | requests/s | p99 ms | failures |", "|---|---|---|---|")
    yield f"| 5 % attendance writes in verbose hot lists | {mixed.per_second:,.0f} | {mixed.p99:.1f} | {mixed.failures} |"
    for connections, work in figures.attending.items():
        yield f"| attendance writes, {connections} connections | {work.per_second:,.0f} | {work.p99:.1f} | {work.failures} |"
    yield from (
        "",
        f"Wrong counters afterwards: {figures.wrong_counters}; acknowledged writes that were lost: {figures.lost_writes}.",
        f"Memory of both workers: {resident[0]:.0f} MiB with shared pages counted once, {resident[1]:.0f} MiB of it anonymous.",
    )
    seeded = {size: seconds for size, seconds in figures.seeded_in.items() if seconds is not None}
    if seeded:
        yield f"Generated: {', '.join(f'{size:,} events in {seconds:.0f} s' for size, seconds in seeded.items())}."


def versions(postgresql: str | None) -> dict[str, str]:
    found = {platform.python_implementation(): platform.python_version()}
    found |= {package: version(package) for package in ("flask", "sqlalchemy", "granian", "psycopg", "orjson")}
    found["SQLite"] = sqlite3.sqlite_version
    if postgresql:
        found["PostgreSQL"] = postgresql
    found["wrk"] = subprocess.run(["wrk", "-v"], capture_output=True, text=True, check=False).stdout.split()[1]
    return found


def machine() -> str:
    processor = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.machine(),
    )
    return f"{os.cpu_count()} cores of {processor}, shared by load generator, server and database; {platform.system()} {platform.release()}"
