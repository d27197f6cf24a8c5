"""Measurements on one database."""

import statistics
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from bench.datasets import Dataset, DatasetStore, Sample, add_viewers, count_wrong_counters, take_sample
from bench.http_load import Rate, Read, Writes, run_load
from bench.servers import Server, baseline_server, fetch, joindin_server

HOT = "/v2.1/events?filter=hot"
HOT_VERBOSE = f"{HOT}&verbose=yes"
NO_RESPONSE_CACHE = {"JOINDIN_ANSWER_CACHE_BYTES": "0"}
NO_CACHES = {**NO_RESPONSE_CACHE, "JOINDIN_FRAGMENT_CACHE_BYTES": "0"}
WRITE_SHARE = 0.05
ACCEPT_ENCODING = "Accept-Encoding"


@dataclass
class Comparison:
    """Rates of one kind of request, and rates of its baseline in the same rounds."""

    rates: list[Rate] = field(default_factory=list)
    baseline: list[Rate] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        return statistics.median(
            rate.per_second / other.per_second for rate, other in zip(self.rates, self.baseline, strict=True)
        )

    @property
    def per_second(self) -> float:
        return statistics.median(rate.per_second for rate in self.rates)

    @property
    def p99(self) -> float:
        return statistics.median(rate.p99 for rate in self.rates)

    @property
    def failures(self) -> int:
        return sum(rate.failures for rate in self.rates)


@dataclass
class Measurements:
    """Results by name of the request; ``sizes`` by number of events, then by list."""

    anonymous: dict[str, Comparison]
    unchanged: dict[str, Comparison]
    warm: dict[str, Comparison]
    signed_in: dict[str, Comparison]
    beside_visitors: Comparison
    cold: dict[str, Comparison]
    mixed: Comparison
    attending: dict[int, Comparison]
    sizes: dict[int, dict[str, Comparison]]
    searches: dict[str, Comparison]
    wrong_counters: int
    lost_writes: int
    memory: tuple[float, float]
    ready_after: float
    seeded_in: dict[int, float | None]
    most_events: int


@dataclass(frozen=True)
class BenchmarkPlan:
    """Extent of the benchmark; ``quick`` measures a few lists only."""

    sizes: tuple[int, ...]
    rounds: int
    seconds: int
    quick: bool
    folder: Path
    scratch: Path


def plain_lists(sample: Sample, quick: bool) -> dict[str, str]:
    lists = {
        "hot": HOT,
        "upcoming": "/v2.1/events?filter=upcoming",
        "past": "/v2.1/events?filter=past",
        "cfp": "/v2.1/events?filter=cfp",
        "default": "/v2.1/events",
        "hot, verbose": HOT_VERBOSE,
        "event": f"/v2.1/events/{sample.talks_event_id}",
        "event, verbose": f"/v2.1/events/{sample.talks_event_id}?verbose=yes",
        "talks": f"/v2.1/events/{sample.talks_event_id}/talks",
        "comments": f"/v2.1/events/{sample.comments_event_id}/comments",
    }
    return {name: lists[name] for name in ("hot", "default", "event")} if quick else lists


def searches(sample: Sample) -> dict[str, str]:
    return {
        "title, common word": f"/v2.1/events?title={quote('python')}",
        "title, rare word": f"/v2.1/events?title={quote('zeppelin')}",
        "tag, common": f"/v2.1/events?{quote('tags[]')}=python",
        "deep page": f"/v2.1/events?start={sample.visible_events // 2}",
    }


def take_measurements(kind: str, store: DatasetStore, plan: BenchmarkPlan, log: Callable[[str], None]) -> Measurements:
    datasets = []
    for events in plan.sizes:
        log(f"{kind}: {events:,} events")
        datasets.append(store.get_or_create(kind, events))
    with ExitStack() as stack:
        largest = datasets[-1]
        written = stack.enter_context(store.copy(largest))
        samples = {each.events: take_sample(each, plan.folder) for each in datasets}
        sample = samples[largest.events]
        tokens = add_viewers(written, plan.folder, sample.busy_events)
        before, _ = count_wrong_counters(written, plan.folder, sample.busy_events)

        def serve(dataset: Dataset, **settings: str) -> Server:
            instance = str(plan.folder / "instance")
            return stack.enter_context(
                joindin_server(HOT, JOINDIN_DATABASE_URL=dataset.url, JOINDIN_INSTANCE=instance, **settings)
            )

        log(f"{kind}: servers")
        delivered = serve(written).wait()
        without_answers, without_anything = serve(written, **NO_RESPONSE_CACHE), serve(written, **NO_CACHES)
        by_size = {each.events: serve(each, **NO_RESPONSE_CACHE) for each in datasets[:-1]}
        by_size[largest.events] = without_answers
        for server in (without_anything, *by_size.values()):
            server.wait()
        run = Measurer(plan, tokens, Writes(tokens, sample.busy_events))

        log(f"{kind}: visitors")
        lists = plain_lists(sample, plan.quick)
        anonymous = run.against_baseline(delivered, {name: [Read(path)] for name, path in lists.items()})
        unchanged = run.unchanged(delivered)
        event = lists["event"]
        warm = run.against_baseline(without_answers, {"list of 20": [Read(HOT)], "event": [Read(event)]})
        cold = run.against_baseline(without_anything, {"list of 20": [Read(HOT)]})
        log(f"{kind}: sizes")
        sizes, found = run.sizes(by_size, samples)
        log(f"{kind}: people with an account")
        signed_in = run.against_baseline(delivered, {"list of 20": run.by_viewers(HOT), "event": run.by_viewers(event)})
        beside_visitors = run.beside_visitors(without_answers, event)
        mixed = run.mixed(delivered)
        attending = {connections: run.attending(delivered, connections) for connections in (8, 64)}
        after, wrong = count_wrong_counters(written, plan.folder, sample.busy_events)
        made = sum(rate.requests - rate.failures for each in attending.values() for rate in each.rates)
        return Measurements(
            anonymous, unchanged, warm, signed_in, beside_visitors, cold, mixed, attending, sizes, found,
            wrong_counters=wrong,
            lost_writes=max(0, made - (after - before)),
            memory=delivered.memory(),
            ready_after=delivered.ready_after,
            seeded_in={each.events: each.seconds for each in datasets},
            most_events=largest.events,
        )  # fmt: skip


class Measurer:
    """Measures in rounds: each kind of request once per round, directly after its baseline."""

    def __init__(self, plan: BenchmarkPlan, tokens: list[str], writes: Writes):
        self._plan = plan
        self._tokens = tokens
        self._writes = writes

    def against_baseline(self, server: Server, works: dict[str, list[Read]]) -> dict[str, Comparison]:
        responses = [self._fetch(server, reads[0]) for reads in works.values()]
        with self._baseline_with(responses) as baseline:
            compared = {name: Comparison() for name in works}
            for _ in range(self._plan.rounds):
                for number, (name, reads) in enumerate(works.items()):
                    bare = Read(f"/{number}", _encodings(reads[0]))
                    compared[name].baseline.append(self._measure(baseline, [bare]))
                    compared[name].rates.append(self._measure(server, reads))
            return compared

    def unchanged(self, server: Server) -> dict[str, Comparison]:
        """Measure conditional requests that give 304."""
        tag = fetch(server.base + HOT).etag
        headers = {"If-None-Match": tag}
        return self.against_baseline(server, {"hot": [Read(HOT, headers)]}) if tag else {}

    def by_viewers(self, path: str) -> list[Read]:
        return [Read(path, {"Authorization": f"Bearer {token}"}) for token in self._tokens]

    def sizes(self, servers, samples):
        """Return rates by size and list, and the rates of searches at the largest size, compared with the plain list."""
        works = {
            events: {**plain_lists(sample, self._plan.quick), **searches(sample)} for events, sample in samples.items()
        }
        compared = {events: {name: Comparison() for name in works[events]} for events in servers}
        for _ in range(self._plan.rounds):
            for name in works[next(iter(servers))]:
                for events, server in servers.items():
                    compared[events][name].rates.append(self._measure(server, [Read(works[events][name])]))
        smallest, largest = compared[min(compared)], compared[max(compared)]
        for each in compared.values():
            for name, work in each.items():
                work.baseline = smallest[name].rates
        found = {
            name: Comparison(largest[name].rates, largest["default"].rates) for name in searches(samples[max(samples)])
        }
        return compared, found

    def beside_visitors(self, server: Server, path: str) -> Comparison:
        """Compare signed-in users with visitors who read the same page."""
        compared = Comparison()
        for _ in range(self._plan.rounds):
            compared.baseline.append(self._measure(server, [Read(path)]))
            compared.rates.append(self._measure(server, self.by_viewers(path)))
        return compared

    def mixed(self, server: Server) -> Comparison:
        compared = Comparison()
        for _ in range(self._plan.rounds):
            compared.baseline.append(self._measure(server, [Read(HOT_VERBOSE)]))
            compared.rates.append(self._measure(server, [Read(HOT_VERBOSE)], writes=self._writes, share=WRITE_SHARE))
        return compared

    def attending(self, server: Server, connections: int) -> Comparison:
        compared = Comparison()
        for _ in range(self._plan.rounds):
            rate = self._measure(server, [Read(HOT)], writes=self._writes, share=1, connections=connections)
            compared.rates.append(rate)
        return compared

    def _measure(self, server, reads, **options):
        return run_load(server.base, reads, self._plan.seconds, self._plan.scratch, **options)

    def _fetch(self, server, read):
        """Return the response to a request without its condition."""
        headers = {name: value for name, value in read.headers.items() if name != "If-None-Match"}
        return fetch(server.base + read.path, headers=headers)

    def _baseline_with(self, responses):
        folder = self._plan.scratch / f"bodies-{len(list(self._plan.scratch.iterdir()))}"
        folder.mkdir()
        for number, response in enumerate(responses):
            name = f"{number}.{response.encoding}" if response.encoding else str(number)
            (folder / name).write_bytes(response.body)
        return baseline_server(folder)


def _encodings(read):
    """Return the header of a request that names the accepted encodings, if it has one."""
    return {name: value for name, value in read.headers.items() if name == ACCEPT_ENCODING}
