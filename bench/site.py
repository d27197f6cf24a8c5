"""``python -m bench.site``: pages of the web site beside the bare route, at several sizes of the community."""

from bench.datasets import ROOT
from bench.http_load import Read
from bench.site_data import SLUG, TALK_SLUG, TALK_STUB, generate_site
from bench.surface import FLAT, Goal, SurfaceBenchmark, slowest

HTML = {"Accept": "text/html"}


def list_reads(_dataset, _plan) -> dict[str, Read]:
    paths = {
        "home": "/",
        "events": "/event",
        "event": f"/event/{SLUG}",
        "schedule of 250 talks": f"/event/{SLUG}/schedule",
        "talk": f"/event/{SLUG}/{TALK_SLUG}",
        "feedback": f"/f/{TALK_STUB}",
    }
    return {name: Read(path, HTML) for name, path in paths.items()}


BENCHMARK = SurfaceBenchmark(
    command="bench-site",
    title="Benchmarks of the web site",
    subject="pages of visitors",
    sizes=(1_000, 1_000_000),
    first_path="/event",
    reads=list_reads,
    goals=(
        Goal("repeated: the slowest, at least", {"sqlite": 1.5, "postgresql": 1.2}, slowest("cached")),
        Goal(
            "response cache off, fragments warm: the slowest, at least",
            {"sqlite": 0.25, "postgresql": 0.25},
            slowest("uncached"),
        ),
        FLAT,
    ),
    report=ROOT / "docs" / "benchmarks-site.md",
)

if __name__ == "__main__":
    BENCHMARK.run(generate=generate_site, prefix="joindin_bench_site")
