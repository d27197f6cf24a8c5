"""Counts and durations of requests in one process."""

import threading

import pytest

from joindin.monitoring import requests
from joindin.monitoring.families import CACHE_REQUESTS, REQUESTS, duration_sum_key, sample_key
from joindin.monitoring.requests import CACHE_HIT, CACHE_MISS, RequestMetrics


@pytest.fixture
def metrics():
    return RequestMetrics()


def samples_of(metrics, family):
    return {labels: number for (name, labels), number in metrics.samples().items() if name == family.name}


def test_requests_are_counted_by_surface_route_method_and_class_of_status(metrics):
    metrics.observe("v2_1", "GET", "/v2.1/events", 200, 0.003, CACHE_MISS)
    metrics.observe("v2_1", "GET", "/v2.1/events", 204, 0.003, CACHE_HIT)
    metrics.observe("web", "POST", "/desk/", 403, 0.003, None)

    assert samples_of(metrics, REQUESTS) == {
        ("v2_1", "/v2.1/events", "GET", "2xx"): 2,
        ("web", "/desk/", "POST", "4xx"): 1,
    }


def test_only_requests_that_consult_the_cache_count_as_hit_or_miss(metrics):
    for state in (CACHE_HIT, CACHE_HIT, CACHE_MISS, None, "none"):
        metrics.observe("v2_1", "GET", "/v2.1/events", 200, 0.003, state)

    assert samples_of(metrics, CACHE_REQUESTS) == {("response", CACHE_HIT): 2, ("response", CACHE_MISS): 1}


def test_a_duration_is_counted_in_the_bucket_of_its_upper_bound(metrics):
    for seconds in (0.0005, 0.0006, 10, 11):
        metrics.observe("web", "GET", "/", 200, seconds, None)

    samples = metrics.samples()

    buckets = {key[1][1]: number for key, number in samples.items() if key[0].endswith("_bucket") and number}
    assert buckets == {"0.0005": 1, "0.001": 1, "10.0": 1, "inf": 1}
    assert samples[duration_sum_key("web")] == pytest.approx(21.0011)


def test_unknown_methods_and_routes_are_counted_together(metrics):
    for method in ("BREW", "PROPFIND", "x" * 1000):
        metrics.observe("v2_1", method, None, 405, 0.001, None)

    assert metrics.samples()[sample_key(REQUESTS, "v2_1", "other", "other", "4xx")] == 3


def test_the_number_of_cells_is_bounded(metrics, monkeypatch):
    monkeypatch.setattr(requests, "MAX_CELLS", 3)
    for number in range(10):
        metrics.observe("web", "GET", f"/{number}", 200, 0.001, None)

    counts = {labels[1]: number for labels, number in samples_of(metrics, REQUESTS).items()}
    assert counts == {"/0": 1, "/1": 1, "/2": 1, "other": 7}


def test_no_request_of_several_threads_is_lost(metrics):
    def observe_many():
        for _ in range(2000):
            metrics.observe("web", "GET", "/", 200, 0.001, None)

    threads = [threading.Thread(target=observe_many) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert metrics.samples()[sample_key(REQUESTS, "web", "/", "GET", "2xx")] == 16_000
