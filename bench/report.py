"""The figures as a page: the goals and what was reached, then everything that was measured."""

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
    """What to reach on SQLite and on PostgreSQL, and how to read off what was."""

    work: str
    sqlite: float
    postgresql: float
    reached: object
    is_least: bool = True
    unit: str = ""

    def cells(self, kind: str, figures: Measurements) -> tuple[str, str]:
        goal, value = getattr(self, kind), self.reached(figures)
        if value is None:
            return f"{'≥' if self.is_least else '≤'} {goal:,g}{self.unit}", "not there"
        met = value >= goal if self.is_least else value <= goal
        shown = f"{value:,.0f}" if value >= 100 else f"{value:.2f}" if value < 10 else f"{value:.1f}"
        return (
            f"{'≥' if self.is_least else '≤'} {goal:,g}{self.unit}",
            f"{shown}{self.unit}" if met else f"**{shown}{self.unit}**",
        )


def slowest(works: dict[str, Comparison]) -> float | None:
    return min((work.ratio for work in works.values()), default=None)


def most_expensive(works: dict[str, Comparison]) -> float:
    """How many times the price of the yardstick the dearest of them has."""
    return max(1 / work.ratio for work in works.values())


GOALS = (
    Goal("visitors' lists, event, talks and comments, repeated: the slowest", 1.5, 0.9, lambda f: slowest(f.anonymous)),
    Goal("304", 1.8, 1.1, lambda f: slowest(f.unchanged)),
    Goal("answer cache off, fragments warm: list of 20", 0.35, 0.22, lambda f: f.warm["list of 20"].ratio),
    Goal("answer cache off, fragments warm: event", 0.45, 0.28, lambda f: f.warm["event"].ratio),
    Goal("signed in: list of 20", 0.33, 0.17, lambda f: f.signed_in["list of 20"].ratio),
    Goal("signed in: event", 0.4, 0.25, lambda f: f.signed_in["event"].ratio),
    Goal("signed-in event to the visitor's, answer cache off", 0.8, 0.8, lambda f: f.beside_visitors.ratio),
    Goal("nothing cached: list of 20", 0.09, 0.05, lambda f: f.cold["list of 20"].ratio),
    Goal("5 % attending among the reads, to reads alone", 0.3, 0.3, lambda f: f.mixed.ratio),
    Goal("title, tag, deep page at the largest size: the dearest, in plain lists", 3, 3, lambda f: most_expensive(f.searches), False, " ×"),
    Goal("any list at the largest size, to the smallest: the dearest", 1.3, 1.3, lambda f: most_expensive(growth(f)), False, " ×"),
    Goal("attending, 8 connections", 1500, 2000, lambda f: f.attending[8].per_second, True, " /s"),
    Goal("attending, 8 connections: 99th percentile", 150, 25, lambda f: f.attending[8].p99, False, " ms"),
    Goal("attending: refused, lost, or counted wrongly", 0, 0, lambda f: wrong_writes(f), False),
    Goal("memory of both workers after the run", 150, 150, lambda f: f.memory[0], False, " MiB"),
    Goal("ready to answer after", 2, 2, lambda f: f.ready_after, False, " s"),
)  # fmt: skip


def growth(figures: Measurements) -> dict[str, Comparison]:
    """Every list that finds as much in the smallest community as in the largest."""
    largest = figures.sizes[figures.most_events]
    return {name: work for name, work in largest.items() if name != "title, rare word"}


def wrong_writes(figures: Measurements) -> int:
    refused = sum(work.failures for work in figures.attending.values()) + figures.mixed.failures
    return refused + figures.lost_writes + figures.wrong_counters


def render(found: dict[str, Measurements], plan: BenchmarkPlan, versions: dict[str, str]) -> str:
    lines = [
        "# Benchmarks",
        "",
        "A ratio compares requests per second with a bare Flask route that returns the same bytes under the same server",
        f"(granian, 2 workers of 2 blocking threads; ours has 3 on PostgreSQL), measured just before in the same round; median of {plan.rounds} rounds of",
        f"{plan.seconds} s with `wrk -t1 -c8`. Tables of {', '.join(f'{size:,}' for size in plan.sizes)} events; without another word,"
        " the largest. In bold what misses its goal.",
        "",
        f"- {dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M} UTC; {machine()}",
        f"- {', '.join(f'{name} {number}' for name, number in versions.items())}",
        "- Durable writes: SQLite `synchronous=FULL`, PostgreSQL `synchronous_commit=on`.",
        "- Repeat with `make bench` (`QUICK=1` for a glance); it needs wrk and, for its column, PostgreSQL.",
        "- How fast a large Joind.in moves in is told in [importing-joindin.md](importing-joindin.md).",
        "",
        "| work | " + " | ".join(f"{NAMES[kind]}: goal | reached" for kind in found) + " |",
        "|---|" + "---|---|" * len(found),
    ]
    for goal in GOALS:
        cells = [cell for kind, figures in found.items() for cell in goal.cells(kind, figures)]
        lines.append(f"| {goal.work} | {' | '.join(cells)} |")
    lines += ["", "![What a list costs at each size](benchmarks.png)", ""]
    if NOTES.exists():
        lines += [NOTES.read_text().rstrip(), ""]
    for kind, figures in found.items():
        lines += [f"## {NAMES[kind]}", "", *_works(figures), "", *_sizes(figures), "", *_writes(figures), ""]
    return "\n".join(lines).rstrip() + "\n"


def _works(figures):
    groups = {
        "visitor": figures.anonymous,
        "304": figures.unchanged,
        "answer cache off": figures.warm,
        "signed in": figures.signed_in,
        "nothing cached": figures.cold,
    }
    yield from ("| work | ratio | requests/s | bare route | p99 ms | failures |", "|---|---|---|---|---|---|")
    for group, works in groups.items():
        for name, work in works.items():
            bare = work.per_second / work.ratio
            yield (
                f"| {group}: {name} | {work.ratio:.2f} | {work.per_second:,.0f} | {bare:,.0f} | {work.p99:.1f} | {work.failures} |"
            )


def _sizes(figures):
    sizes = list(figures.sizes)
    yield f"| requests/s, answer cache off | {' | '.join(f'{size:,}' for size in sizes)} | cost, largest to smallest |"
    yield "|---|" + "---|" * (len(sizes) + 1)
    for name, work in figures.sizes[sizes[-1]].items():
        rates = " | ".join(f"{figures.sizes[size][name].per_second:,.0f}" for size in sizes)
        yield f"| {name} | {rates} | {1 / work.ratio:.2f} × |"


def _writes(figures):
    mixed, resident = figures.mixed, figures.memory
    yield from ("| writes | requests/s | p99 ms | failures |", "|---|---|---|---|")
    yield f"| 5 % attending in verbose hot lists | {mixed.per_second:,.0f} | {mixed.p99:.1f} | {mixed.failures} |"
    for connections, work in figures.attending.items():
        yield f"| attending, {connections} connections | {work.per_second:,.0f} | {work.p99:.1f} | {work.failures} |"
    yield from (
        "",
        f"Counters off afterwards: {figures.wrong_counters}; acknowledged writes that are not there: {figures.lost_writes}.",
        f"Memory of both workers: {resident[0]:.0f} MiB with shared pages counted once, {resident[1]:.0f} MiB of it no file's.",
    )
    seeded = {size: seconds for size, seconds in figures.seeded_in.items() if seconds is not None}
    if seeded:
        yield f"Seeded: {', '.join(f'{size:,} events in {seconds:.0f} s' for size, seconds in seeded.items())}."


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
    return f"{os.cpu_count()} cores of {processor}, shared by load, server and database; {platform.system()} {platform.release()}"
