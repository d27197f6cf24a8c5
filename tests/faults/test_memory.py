"""Requests that ask for much memory: the workers stay within their bounds and answer others meanwhile."""

import socket
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from bench.data_generator import generate_events
from joindin.extensions import db
from joindin.queries.paging import MAX_PAGE_SIZE
from joindin.utils.datetimes import utc_now
from tests.faults import IS_LONG
from tests.faults.clients import HOST, TIMEOUT_S, Visitors, slow_clients, status_of

pytestmark = [
    pytest.mark.runs_once("the memory of the workers does not depend on the database"),
    pytest.mark.slow("attacks a server for some seconds"),
]

ADDRESSES = 8000 if IS_LONG else 600
# Other tests run beside the short form.
MAX_P99_S = 0.1 if IS_LONG else 20

# Permitted growth of a worker: the caches of responses, fragments and counts, and the requests that run.
MAX_GROWTH_BYTES = 100_000_000


@pytest.fixture
def memory_of(workers):
    """Returns the resident bytes of the largest worker."""
    return lambda: max(worker.memory_info().rss for worker in workers)


def send_all(port, requests):
    with ThreadPoolExecutor(4) as pool:
        return set(pool.map(lambda request: status_of(port, "GET", *request), requests))


@pytest.mark.parametrize(
    ("path", "headers", "statuses"),
    [
        ("/v2.1/events?x={number:08000}", {}, {200}),
        ("/v2.1/events?title={number:07900}", {}, {200}),
        ("/v2.1/{number:02000}", {}, {404}),
        ("/v2.1/events?x={number:060000}", {}, {414}),
        ("/event/{number:01900}", {}, {404}),
        ("/v2.1/events", {"Accept": "text/{number:060000}"}, {200}),
        ("/v2.1/events", {"Host": "{number:0250}"}, {200, 400}),
        ("/v2.1/events?startdate={number:090}", {}, {400}),
        ("/v2.1/events", {"Authorization": "Bearer {number:060000}"}, {200, 400, 401}),
    ],
)
def test_thousands_of_addresses_stay_within_the_caches(server, memory_of, path, headers, statuses):
    before = memory_of()
    requests = (
        (path.format(number=number), None, {name: value.format(number=number) for name, value in headers.items()})
        for number in range(ADDRESSES)
    )

    with Visitors(server.port, [("GET", "/v2.1/languages")]) as visitors:
        seen = send_all(server.port, requests)

    assert seen <= statuses
    assert set(visitors.statuses) == {200}
    assert memory_of() - before < MAX_GROWTH_BYTES


@pytest.mark.parametrize("length", [300, 60_000, 300_000])
def test_a_long_host_is_refused_and_costs_nothing(server, memory_of, length):
    before = memory_of()

    statuses = {
        raw_status(server.port, b"GET /v2.1/events?resultsperpage=0 HTTP/1.1\r\nHost: " + b"x" * length + b"\r\n\r\n")
        for _ in range(20)
    }

    assert statuses <= {b"400", b"431"}
    assert memory_of() - before < MAX_GROWTH_BYTES / 10


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET /v2.1/events HTTP/1.1\r\n", b"400"),
        (b"GET /v2.1/events HTTP/1.1\r\nHost:\r\n", b"400"),
        (b"GET /v2.1/events HTTP/1.1\r\nHost: a\r\nHost: b\r\n", b"400"),
        (b"GET /v2.1/events HTTP/1.1\r\nHost: a\r\nHost: a\r\n", b"400"),
        (b"GET /v2.1/events HTTP/1.1\r\nHost: a b\r\n", b"400"),
        (b"GET /v2.1/events HTTP/1.1\r\nHost: \xff\r\n", b"400"),
        (b"get /v2.1/events HTTP/1.1\r\nHost: a\r\n", b"405"),
        (b"FOO /v2.1/events HTTP/1.1\r\nHost: a\r\n", b"405"),
        (b"GET /" + b"x" * 3000 + b" HTTP/1.1\r\nHost: a\r\n", b"414"),
        (b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\nHost: a\r\n", b"414"),
        (b"GET /?" + b"x" * 9000 + b" HTTP/1.1\r\nHost: a\r\n", b"414"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 600_000 + b"\r\n", b"431"),
        (b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: y\r\n" * 2000, b"431"),
        (b"GET /v2.1/events HTTP/1.0\r\n", b"200"),
    ],
)
def test_a_bad_head_is_refused_with_its_status(server, head, status):
    assert raw_status(server.port, head + b"\r\n") == status


def test_repeated_list_items_do_not_delay_others(server):
    query = "&".join(["a[]=1"] * 999)

    with Visitors(server.port, [("GET", "/v2.1/languages")]) as visitors:
        for number in range(50):
            assert status_of(server.port, "GET", f"/v2.1/events?{query}&b={number}") == 200

    assert visitors.percentile_s(0.99) < MAX_P99_S


def test_bodies_that_are_sent_in_full_and_not_finished_stay_out_of_memory(server, memory_of):
    before = memory_of()
    with slow_clients(server.port, "large body", 60) as clients:
        for _ in range(60 if IS_LONG else 10):
            clients.send(b"x" * 100_000)
        grown = memory_of() - before

    assert grown < MAX_GROWTH_BYTES / 2


@pytest.mark.skipif(not IS_LONG, reason="needs thousands of events: make faults")
def test_the_whole_list_at_once_stays_within_bounds(app, server, memory_of):
    with app.app_context():
        generate_events(db.engine, MAX_PAGE_SIZE + 1000, now=utc_now())
        assert db.session.scalar(text("SELECT count(*) FROM events")) > MAX_PAGE_SIZE
    before = memory_of()

    requests = [(f"/v2.1/events?resultsperpage={size}&verbose=yes&n={size}",) for size in (0, 5000, 99999, "abc")]
    with Visitors(server.port, [("GET", "/v2.1/languages")]) as visitors:
        seen = send_all(server.port, requests)

    assert seen == {200}
    assert set(visitors.statuses) == {200}
    assert memory_of() - before < 4 * MAX_GROWTH_BYTES


def raw_status(port, request):
    with socket.create_connection((HOST, port), TIMEOUT_S) as connection:
        connection.sendall(request)
        return connection.recv(100).split(b" ")[1]
