"""The benchmark of one surface: reads beside the bare route at several sizes, with and without the response cache."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from bench.command_line import run_benchmark
from bench.datasets import Dataset, DatasetStore
from bench.http_load import Read, Writes
from bench.measurements import ACCEPT_ENCODING, NO_RESPONSE_CACHE, BenchmarkPlan, Comparison, Measurer
from bench.report import NAMES, machine
from bench.servers import joindin_server

MAX_GROWTH = 1.3
ENCODINGS_OF_BROWSERS = {ACCEPT_ENCODING: "gzip, deflate, br, zstd"}

# Of one database, by size, by kind of responses ("cached", "compressed", "uncached") and by name of the read. Compressed are cached
# responses to the header that browsers send.
Results = dict[int, dict[str, dict[str, Comparison]]]


@dataclass(frozen=True)
class Goal:
    """A figure of the report, with its bound for each database."""

    text: str
    bounds: Mapping[str, float]
    figure: Callable[[Results], float]


@dataclass(frozen=True)
class SurfaceBenchmark:
    """``reads`` returns the reads of a dataset by name; all of them must be open to visitors."""

    command: str
    title: str
    subject: str
    sizes: tuple[int, ...]
    first_path: str
    reads: Callable[[Dataset, BenchmarkPlan], dict[str, Read]]
    goals: tuple[Goal, ...]
    report: Path

    def run(self, **dataset) -> None:
        """Measure, print the report, and write it to docs/. ``dataset`` are options of the store of generated databases."""
        run_benchmark(
            self.command, f"Measure {self.subject}.", self.sizes, self._measure, self._render, self.report, **dataset
        )

    def _measure(self, kind: str, store: DatasetStore, plan: BenchmarkPlan, log) -> Results:
        results = {}
        for size in plan.sizes:
            log(f"{kind}: {size:,} events")
            dataset = store.get_or_create(kind, size)
            reads = self.reads(dataset, plan)
            works = {name: [read] for name, read in reads.items()}
            of_browsers = {
                name: [replace(read, headers={**read.headers, **ENCODINGS_OF_BROWSERS})] for name, read in reads.items()
            }
            run = Measurer(plan, [], Writes([], []))
            environment = {"JOINDIN_DATABASE_URL": dataset.url, "JOINDIN_INSTANCE": str(plan.folder / "instance")}
            with ExitStack() as stack:
                servers = {
                    name: stack.enter_context(joindin_server(self.first_path, **environment, **settings)).wait()
                    for name, settings in (("cached", {}), ("uncached", NO_RESPONSE_CACHE))
                }
                results[size] = {
                    "cached": run.against_baseline(servers["cached"], works),
                    "compressed": run.against_baseline(servers["cached"], of_browsers),
                    "uncached": run.against_baseline(servers["uncached"], works),
                }
        return results

    def _render(self, results: dict[str, Results], plan: BenchmarkPlan) -> str:
        lines = [
            f"# {self.title}",
            "",
            f"{self.subject[0].upper()}{self.subject[1:]} beside a minimal Flask route that returns the same bytes; median of"
            f" {plan.rounds} rounds of",
            f"{plan.seconds} s with `wrk -t1 -c8`. Compressed are reads with the `Accept-Encoding` of browsers; the bare route then"
            " returns the",
            f"same compressed bytes. Repeat with `make {self.command}`. {machine()}.",
            "",
            "| database, events | read | repeated, ratio | per second | repeated and compressed, ratio | per second"
            " | response cache off, ratio | per second |",
            "|---|---|---|---|---|---|---|---|",
        ]
        for kind, sizes in results.items():
            for size, works in sizes.items():
                for name in works["cached"]:
                    cells = [
                        f"{works[responses][name].ratio:.2f} | {works[responses][name].per_second:,.0f}"
                        for responses in ("cached", "compressed", "uncached")
                    ]
                    lines.append(f"| {NAMES[kind]}, {size:,} | {name} | {' | '.join(cells)} |")
        lines += ["", "| goal | " + " | ".join(NAMES[kind] for kind in results) + " |", "|---|" + "---|" * len(results)]
        for goal in self.goals:
            cells = [f"{goal.figure(sizes):.2f} (goal {goal.bounds[kind]:g})" for kind, sizes in results.items()]
            lines.append(f"| {goal.text} | {' | '.join(cells)} |")
        return "\n".join(lines) + "\n"


def slowest(responses: str, *names: str) -> Callable[[Results], float]:
    """Return the function of the smallest ratio among these reads; among all without names."""
    return lambda sizes: min(
        work.ratio for works in sizes.values() for name, work in works[responses].items() if not names or name in names
    )


def _find_growth(sizes: Results) -> float:
    smallest, largest = sizes[min(sizes)], sizes[max(sizes)]
    return max(
        smallest[responses][name].per_second / largest[responses][name].per_second
        for responses in smallest
        for name in smallest[responses]
    )


FLAT = Goal(
    "cost at the largest size relative to the smallest, at most", dict.fromkeys(NAMES, MAX_GROWTH), _find_growth
)
