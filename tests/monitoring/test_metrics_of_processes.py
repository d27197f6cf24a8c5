"""Metrics of ``joindin serve`` with two workers and the job worker: added up, and not lost with a process."""

import json
import time
import urllib.request
from http.client import HTTPException

import pytest
from prometheus_client.parser import text_string_to_metric_families

from joindin.monitoring import families
from joindin.monitoring.families import COUNTER_SAMPLES, FAMILIES
from tests.live_server import live_server
from tests.services import TIMEOUT_S

pytestmark = [
    pytest.mark.runs_once("processes do not depend on the database"),
    pytest.mark.slow("starts a server with workers and job worker"),
]

# More than one connection goes to each worker, except once in 2 ** 39 runs.
REQUESTS = 40

# Sums of durations are added up in different orders.
ROUNDING = 1e-6

MEMBER = {"username": "ann", "password": "tide & boathouse", "full_name": "Ann", "email": "ann@example.org"}


@pytest.fixture(scope="module")
def server(app, settings, tmp_path_factory):
    instance = tmp_path_factory.mktemp("metrics")
    with live_server(settings, 2, "--jobs", INSTANCE=instance, SECRET_KEY=settings["SECRET_KEY"]) as started:
        started.workers()
        yield started


def fetch(server, path, body=None):
    """Send a request on a connection of its own, which goes to one of the workers."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{server.port}{path}",
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json", "Connection": "close"},
    )
    with urllib.request.urlopen(request, timeout=TIMEOUT_S) as reply:
        return reply.read().decode()


def scrape(server):
    """Return the values of all samples by name and labels."""
    text = fetch(server, "/metrics")
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def scrape_until(server, condition, inspect=lambda _samples: None):
    """Scrape until the condition is true, and return the samples. A connection to a process that ends may be cut."""
    deadline = time.monotonic() + TIMEOUT_S
    while True:
        try:
            samples = scrape(server)
        except (OSError, HTTPException):
            samples = None
        if samples is not None:
            inspect(samples)
            if condition(samples):
                return samples
        assert time.monotonic() < deadline, samples
        time.sleep(0.05)


def total(samples, family, **labels):
    return sum(
        value
        for (name, values), value in samples.items()
        if name == family.name and labels.items() <= dict(values).items()
    )


def start_times(samples):
    """Return the start of each process that runs, by name."""
    return {
        dict(labels)["process"]: value
        for (name, labels), value in samples.items()
        if name == families.PROCESS_START.name
    }


def has_successor(before, after):
    """Return whether all processes run and one of them was started again."""
    return after.keys() == before.keys() and after != before


def counters_of(samples):
    return {key: value for key, value in samples.items() if key[0] in COUNTER_SAMPLES or key[0].endswith("_count")}


def send_requests(server):
    """Send requests, and return the samples that include all of them."""
    before = total(scrape(server), families.REQUESTS)
    for _ in range(REQUESTS):
        fetch(server, "/v2.1/events")
    return scrape_until(server, lambda samples: total(samples, families.REQUESTS) >= before + REQUESTS)


def test_requests_to_all_workers_are_added_up(server):
    before = scrape(server)

    after = send_requests(server)

    number = total(after, families.REQUESTS) - total(before, families.REQUESTS)
    counted_durations = sum(value for (name, _), value in after.items() if name.endswith("duration_seconds_count"))
    assert (number, counted_durations) == (REQUESTS, total(after, families.REQUESTS))
    # Both workers return the same number.
    for _ in range(10):
        assert total(scrape(server), families.REQUESTS) == total(after, families.REQUESTS)


def test_every_process_has_its_gauges(server):
    # The database counts as away if the machine is too busy for its answer.
    samples = scrape_until(
        server, lambda samples: len(start_times(samples)) == 3 and total(samples, families.DATABASE_UP) == 1
    )

    assert start_times(samples).keys() == {"worker-1", "worker-2", "jobs"}
    for process in start_times(samples):
        assert total(samples, families.PROCESS_MEMORY, process=process) > 1_000_000


def test_the_text_has_the_documented_families_only(server):
    documented = {family.name.removesuffix("_total"): (family.type, family.help) for family in FAMILIES}

    for family in text_string_to_metric_families(fetch(server, "/metrics")):
        assert documented[family.name] == (family.type, family.documentation)


def test_counters_do_not_fall_when_a_worker_is_killed(server):
    send_requests(server)
    last = scrape_until(server, lambda samples: len(start_times(samples)) == 3)
    started = start_times(last)
    requests = total(last, families.REQUESTS)

    def inspect(samples):
        nonlocal last
        fallen = {
            key: (value, samples.get(key))
            for key, value in counters_of(last).items()
            if samples.get(key, 0) < value - ROUNDING
        }
        assert fallen == {}
        assert total(samples, families.REQUESTS) == requests
        last = samples

    server.workers()[0].kill()
    scrape_until(server, lambda samples: has_successor(started, start_times(samples)), inspect)
    assert total(send_requests(server), families.REQUESTS) == requests + REQUESTS


def test_jobs_are_counted_in_the_process_that_runs_them(server):
    before = scrape(server)
    fetch(server, "/v2.1/users", MEMBER)

    def is_delivered(samples):
        waiting = (families.MAILS.name, (("state", "waiting"),))
        return (
            total(samples, families.JOB_RUNS, result="success") > total(before, families.JOB_RUNS, result="success")
            and total(samples, families.REQUESTS) > total(before, families.REQUESTS)
            and samples.get(waiting) == 0
            and {families.JOB_QUEUE_LENGTH.name, families.JOB_HEARTBEAT_AGE.name} <= {name for name, _ in samples}
        )

    scrape_until(server, is_delivered)
