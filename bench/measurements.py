"""What is measured on one database, and what came out."""

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
LIVELY = f"{HOT}&verbose=yes"
NO_ANSWERS = {"JOINDIN_ANSWER_CACHE_BYTES": "0"}
NOTHING = {**NO_ANSWERS, "JOINDIN_FRAGMENT_CACHE_BYTES": "0"}
WRITE_SHARE = 0.05


@dataclass
class Comparison:
    """Rates of one work, and those of its yardstick in the same rounds."""

    rates: list[Rate] = field(default_factory=list)
    yardstick: list[Rate] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        return statistics.median(
            rate.per_second / other.per_second for rate, other in zip(self.rates, self.yardstick, strict=True)
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
    """By name of the work; ``sizes`` by number of events, then by list."""

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
    """How much of it is done: ``quick`` looks at a few lists only."""

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
        "hot, verbose": LIVELY,
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


def take_measurements(kind: str, shelf: DatasetStore, plan: BenchmarkPlan, say: Callable[[str], None]) -> Measurements:
    communities = []
    for events in plan.sizes:
        say(f"{kind}: {events:,} events")
        communities.append(shelf.community(kind, events))
    with ExitStack() as stack:
        largest = communities[-1]
        written = stack.enter_context(shelf.copy(largest))
        samples = {each.events: take_sample(each, plan.folder) for each in communities}
        sample = samples[largest.events]
        tokens = add_viewers(written, plan.folder, sample.busy_events)
        before, _ = count_wrong_counters(written, plan.folder, sample.busy_events)

        def serve(community: Dataset, **settings: str) -> Server:
            instance = str(plan.folder / "instance")
            return stack.enter_context(
                joindin_server(HOT, JOINDIN_DATABASE_URL=community.url, JOINDIN_INSTANCE=instance, **settings)
            )

        say(f"{kind}: servers")
        delivered = serve(written).wait()
        without_answers, without_anything = serve(written, **NO_ANSWERS), serve(written, **NOTHING)
        by_size = {each.events: serve(each, **NO_ANSWERS) for each in communities[:-1]}
        by_size[largest.events] = without_answers
        for server in (without_anything, *by_size.values()):
            server.wait()
        run = Measurer(plan, tokens, Writes(tokens, sample.busy_events))

        say(f"{kind}: visitors")
        lists = plain_lists(sample, plan.quick)
        anonymous = run.against_bare(delivered, {name: [Read(path)] for name, path in lists.items()})
        unchanged = run.unchanged(delivered)
        event = lists["event"]
        warm = run.against_bare(without_answers, {"list of 20": [Read(HOT)], "event": [Read(event)]})
        cold = run.against_bare(without_anything, {"list of 20": [Read(HOT)]})
        say(f"{kind}: sizes")
        sizes, found = run.sizes(by_size, samples)
        say(f"{kind}: people with an account")
        signed_in = run.against_bare(delivered, {"list of 20": run.by_viewers(HOT), "event": run.by_viewers(event)})
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
            seeded_in={each.events: each.seconds for each in communities},
            most_events=largest.events,
        )  # fmt: skip


class Measurer:
    """Measures in turns: in every round each work once, and its yardstick just before it."""

    def __init__(self, plan: BenchmarkPlan, tokens: list[str], writes: Writes):
        self._plan = plan
        self._tokens = tokens
        self._writes = writes

    def against_bare(self, server: Server, works: dict[str, list[Read]]) -> dict[str, Comparison]:
        bodies = {name: self._body(server, reads[0]) for name, reads in works.items()}
        with self._bare_with(bodies) as yardstick:
            compared = {name: Comparison() for name in works}
            for _ in range(self._plan.rounds):
                for place, (name, reads) in enumerate(works.items()):
                    compared[name].yardstick.append(self._measure(yardstick, [Read(f"/{place}")]))
                    compared[name].rates.append(self._measure(server, reads))
            return compared

    def unchanged(self, server: Server) -> dict[str, Comparison]:
        """304, where there are entity tags."""
        _, tag = fetch(server.base + HOT)
        asked = {"If-None-Match": tag}
        return self.against_bare(server, {"hot": [Read(HOT, asked)]}) if tag else {}

    def by_viewers(self, path: str) -> list[Read]:
        return [Read(path, {"Authorization": f"Bearer {token}"}) for token in self._tokens]

    def sizes(self, servers, samples):
        """Rates by size and list, and at the largest size those of searches, beside the plain list."""
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
                work.yardstick = smallest[name].rates
        found = {
            name: Comparison(largest[name].rates, largest["default"].rates) for name in searches(samples[max(samples)])
        }
        return compared, found

    def beside_visitors(self, server: Server, path: str) -> Comparison:
        """People with an account, and visitors who ask for the same."""
        compared = Comparison()
        for _ in range(self._plan.rounds):
            compared.yardstick.append(self._measure(server, [Read(path)]))
            compared.rates.append(self._measure(server, self.by_viewers(path)))
        return compared

    def mixed(self, server: Server) -> Comparison:
        compared = Comparison()
        for _ in range(self._plan.rounds):
            compared.yardstick.append(self._measure(server, [Read(LIVELY)]))
            compared.rates.append(self._measure(server, [Read(LIVELY)], writes=self._writes, share=WRITE_SHARE))
        return compared

    def attending(self, server: Server, connections: int) -> Comparison:
        compared = Comparison()
        for _ in range(self._plan.rounds):
            rate = self._measure(server, [Read(HOT)], writes=self._writes, share=1, connections=connections)
            compared.rates.append(rate)
        return compared

    def _measure(self, server, reads, **options):
        return run_load(server.base, reads, self._plan.seconds, self._plan.scratch, **options)

    def _body(self, server, read):
        """What is answered; without the condition, if there is one."""
        headers = {name: value for name, value in read.headers.items() if name != "If-None-Match"}
        return fetch(server.base + read.path, headers=headers)[0]

    def _bare_with(self, bodies):
        folder = self._plan.scratch / f"bodies-{len(list(self._plan.scratch.iterdir()))}"
        folder.mkdir()
        for place, body in enumerate(bodies.values()):
            (folder / str(place)).write_bytes(body)
        return baseline_server(folder)
