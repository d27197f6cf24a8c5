"""``python -m bench.agenda``: reads of Gancio's API beside the bare route, at several sizes of the agenda.

The reads are those that the goals name: a page of the list, one event, RSS and iCalendar.
"""

from bench.datasets import ROOT, take_sample
from bench.http_load import Read
from bench.surface import FLAT, Goal, SurfaceBenchmark, slowest

LIST, LIST_PATH = "list of 20", "/api/events?max=20"


def list_reads(dataset, plan) -> dict[str, Read]:
    event_id = take_sample(dataset, plan.folder).talks_event_id
    return {
        LIST: Read(LIST_PATH),
        "event": Read(f"/api/event/detail/{event_id}"),
        "RSS": Read("/feed/rss"),
        "iCalendar of an event": Read(f"/api/event/detail/{event_id}.ics"),
    }


BENCHMARK = SurfaceBenchmark(
    command="bench-agenda",
    title="Benchmarks of the agenda",
    subject="reads of Gancio's API",
    sizes=(2_000, 20_000, 1_000_000),
    first_path=LIST_PATH,
    reads=list_reads,
    goals=(
        Goal(
            "repeated reads of visitors: the slowest, at least", {"sqlite": 1.5, "postgresql": 1.2}, slowest("cached")
        ),
        Goal("response cache off: list of 20, at least", {"sqlite": 0.3, "postgresql": 0.2}, slowest("uncached", LIST)),
        FLAT,
    ),
    report=ROOT / "docs" / "benchmarks-agenda.md",
)

if __name__ == "__main__":
    BENCHMARK.run()
