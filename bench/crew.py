"""``python -m bench.crew``: reads of the crew's API by a volunteer with a token, beside the bare route.

Prints the report and writes it to docs/.
"""

import os
from contextlib import ExitStack
from pathlib import Path

from bench.command_line import run_benchmark
from bench.crew_data import TOKEN, generate_crew
from bench.datasets import ROOT, DatasetStore
from bench.http_load import Read, Writes
from bench.measurements import NO_RESPONSE_CACHE, BenchmarkPlan, Comparison, Measurer
from bench.report import NAMES, machine
from bench.servers import joindin_server

# Requests per second of ephios itself for the same three lists, as this benchmark's task states them. Its machine was another.
EPHIOS = {2_000: "23 to 27, 32, 20", 20_000: "8, 17, 14"}
REPORT = ROOT / "docs" / "benchmarks-crew.md"
NOTES = Path(__file__).parent / "notes_crew.md"
SIZES = (2_000, 20_000, 200_000)
PUBLIC_PATH = "/api/schema/"
HEADERS = {"Authorization": f"Bearer {TOKEN}"}
LISTS = {
    "events": "/api/events/?limit=20",
    "shifts": "/api/shifts/?limit=20",
    "own participations": "/api/users/me/participations/?limit=20",
}
MIDDLE = "events, page in the middle"
# Added to the names of the same reads by a server without the response cache.
RENDERED = ", rendered"
# Goals for SQLite and PostgreSQL.
LIST_RATIO = {"sqlite": 0.25, "postgresql": 0.15}
MAX_GROWTH = 1.3


def measure(kind: str, store: DatasetStore, plan: BenchmarkPlan, log) -> dict[int, dict[str, Comparison]]:
    """Return the rates by size and by name of the read."""
    results = {}
    for size in plan.sizes:
        log(f"{kind}: {size:,} events")
        dataset = store.get_or_create(kind, size)
        paths = {**LISTS, MIDDLE: f"/api/events/?limit=20&offset={size // 2}"}
        settings = {"JOINDIN_DATABASE_URL": dataset.url, "JOINDIN_INSTANCE": str(plan.folder / "instance")}
        results[size] = {}
        for suffix, switches in (("", {}), (RENDERED, NO_RESPONSE_CACHE)):
            with ExitStack() as stack:
                server = stack.enter_context(joindin_server(PUBLIC_PATH, **settings, **switches)).wait()
                works = {name + suffix: [Read(path, HEADERS)] for name, path in paths.items()}
                results[size] |= Measurer(plan, [], Writes([], [])).against_baseline(server, works)
    return results


def render(results: dict, plan: BenchmarkPlan) -> str:
    lines = [
        "# Benchmarks of the crew",
        "",
        "Lists of 20 in the API of ephios for a volunteer with a token, beside a minimal Flask route that returns the same bytes;",
        f"median of {plan.rounds} rounds of {plan.seconds} s with `wrk -t1 -c8`. Every event has one shift and three participations;",
        "a group of the volunteer may view all events. *Repeated*: nothing has been written since the same token read the list.",
        "*Rendered*: the response cache is off; all fragments are cached, and the total is.",
        f"Repeat with `make bench-crew`. {machine()}; {_load()}.",
        "",
        "ephios itself answered events, shifts and own participations, on another machine, this many times a second: "
        + "; ".join(f"{rates} with {size:,} events" for size, rates in EPHIOS.items())
        + ".",
        "",
        "| database, events | list | repeated: ratio | per second | rendered: ratio | per second | failures |",
        "|---|---|---|---|---|---|---|",
    ]
    for kind, sizes in results.items():
        for size, works in sizes.items():
            for name in (*LISTS, MIDDLE):
                repeated, rendered = works[name], works[name + RENDERED]
                cells = [f"{each.ratio:.2f} | {each.per_second:,.0f}" for each in (repeated, rendered)]
                failures = repeated.failures + rendered.failures
                lines.append(f"| {NAMES[kind]}, {size:,} | {name} | {' | '.join(cells)} | {failures} |")
    lines += ["", "| goal | " + " | ".join(NAMES[kind] for kind in results) + " |", "|---|" + "---|" * len(results)]
    for suffix, title in (("", "repeated"), (RENDERED, "rendered")):
        slowest = [f"{_slowest(sizes, suffix):.2f} (goal {LIST_RATIO[kind]:g})" for kind, sizes in results.items()]
        growth = [f"{_growth(sizes, suffix):.2f} (goal {MAX_GROWTH:g})" for sizes in results.values()]
        lines.append(f"| {title}: the slowest first page, at least | {' | '.join(slowest)} |")
        lines.append(
            f"| {title}: cost of a first page at the largest size relative to the smallest, at most"
            f" | {' | '.join(growth)} |"
        )
    return "\n".join(lines) + "\n\n" + NOTES.read_text()


def _load():
    """Return the average load at the end of the run, which contains the load generator, the server and the database."""
    return f"load average of the last 1, 5 and 15 minutes: {', '.join(f'{each:.1f}' for each in os.getloadavg())}"


def _slowest(sizes, suffix):
    return min(works[name + suffix].ratio for works in sizes.values() for name in LISTS)


def _growth(sizes, suffix):
    smallest, largest = sizes[min(sizes)], sizes[max(sizes)]
    return max(smallest[name + suffix].per_second / largest[name + suffix].per_second for name in LISTS)


if __name__ == "__main__":
    run_benchmark(
        "bench-crew",
        "Measure reads of the crew's API.",
        SIZES,
        measure,
        render,
        REPORT,
        generate=generate_crew,
        prefix="joindin_bench_crew",
    )
