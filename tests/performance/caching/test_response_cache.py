"""The response cache in front of a small application that counts its calls."""

import datetime as dt
import gzip
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from threading import Barrier, Event

import brotli
import psutil
import pytest
from werkzeug.test import Client, EnvironBuilder
from werkzeug.wrappers import Request, Response
from werkzeug.wsgi import ClosingIterator

from joindin.performance.caching.compression import choose_encoding
from joindin.performance.caching.lru import ByteLRU
from joindin.performance.caching.response_cache import EXPIRY_ENVIRON_KEY, ResponseCache

TIMEOUT_S = 30
PUBLIC = {"Cache-Control": "public, no-cache", "Vary": "Accept"}
LONG = b'{"events":[%s]}' % b",".join([b'{"name":"Harbour Code Days"}'] * 100)


class CountingApplication:
    """An application with one public response, and the data version."""

    def __init__(self):
        self.calls = 0
        self.version = 1
        self.body, self.content_type = b"hello", "application/json"
        self.status, self.headers = 200, {**PUBLIC, "ETag": '"one"'}
        # Added to the environment of each request.
        self.environ = {}

    def __call__(self, environ, start_response):
        self.calls += 1
        environ.update(self.environ)
        self.request = Request(environ)
        response = Response(self.body, self.status, headers=self.headers, content_type=self.content_type)
        return response(environ, start_response)


@pytest.fixture
def application():
    return CountingApplication()


@pytest.fixture
def client(application):
    return Client(ResponseCache(application, lambda: application.version, ByteLRU(1_000_000)), use_cookies=False)


def test_a_second_request_is_answered_from_the_cache(application, client):
    first, second = client.get("/v2.1/events?filter=hot"), client.get("/v2.1/events?filter=hot")

    assert (second.status, second.data, list(second.headers)) == (first.status, first.data, list(first.headers))
    assert (second.data, application.calls) == (b"hello", 1)


def test_a_new_data_version_calls_the_application_again(application, client):
    client.get("/")
    application.version, application.body = 2, b"changed"

    assert (client.get("/").data, client.get("/").data, application.calls) == (b"changed", b"changed", 2)


def test_a_response_is_cached_under_the_version_from_before_it_was_rendered(application, client):
    def write_meanwhile(environ, start_response):
        application.version += 1
        return Response(b"old or new", headers=PUBLIC)(environ, start_response)

    meanwhile = Client(ResponseCache(write_meanwhile, lambda: application.version, ByteLRU(1_000_000)))
    meanwhile.get("/")
    meanwhile.get("/")

    assert application.version == 3


def test_identical_requests_wait_for_one_rendering(application):
    started, may_answer = Event(), Event()

    def slow(environ, start_response):
        started.set()
        assert may_answer.wait(TIMEOUT_S)
        return application(environ, start_response)

    cache = ResponseCache(slow, lambda: application.version, ByteLRU(1_000_000))
    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(Client(cache).get, "/")
        assert started.wait(TIMEOUT_S)
        others = [pool.submit(Client(cache).get, "/") for _ in range(3)]
        may_answer.set()
        bodies = [each.result(TIMEOUT_S).data for each in (first, *others)]

    assert (bodies, application.calls) == ([b"hello"] * 4, 1)


def test_a_request_that_waited_is_not_answered_with_an_outdated_response(application):
    started, may_answer = Event(), Event()

    def slow(environ, start_response):
        bodies = application(environ, start_response)
        started.set()
        assert may_answer.wait(TIMEOUT_S)
        return bodies

    cache = ResponseCache(slow, lambda: application.version, ByteLRU(1_000_000))
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(Client(cache).get, "/")
        assert started.wait(TIMEOUT_S)
        application.version, application.body = 2, b"changed"
        second = pool.submit(Client(cache).get, "/")
        may_answer.set()
        bodies = [each.result(TIMEOUT_S).data for each in (first, second)]

    assert (bodies, application.calls) == ([b"hello", b"changed"], 2)


def test_without_a_data_version_every_request_goes_to_the_application(application, client):
    client.get("/")
    application.version, application.body = None, b"changed"

    assert [client.get("/").data for _ in range(2)] == [b"changed", b"changed"]
    assert application.calls == 3


@pytest.mark.parametrize(
    "difference",
    [
        {"path": "/other"},
        {"query_string": "a=1"},
        {"base_url": "https://localhost/"},
        {"base_url": "http://other.example/"},
        {"headers": {"Accept": "text/html"}},
        {"base_url": "http://localhost/below"},
    ],
    ids=str,
)
def test_requests_that_differ_in_a_part_of_the_key_get_their_own_responses(application, client, difference):
    client.get("/")
    client.open(**{"path": "/", **difference})

    assert application.calls == 2


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer x"},
        {"Authorization": ""},
        {"Cookie": "session=x"},
        {"Signature": "keyId=x"},
        {"Range": "bytes=0-1"},
        {"If-Match": '"one"'},
        {"If-Unmodified-Since": "Mon, 02 Mar 2026 10:00:00 GMT"},
    ],
    ids=str,
)
def test_personal_and_partial_requests_bypass_the_cache(application, client, headers):
    client.get("/", headers=headers)
    client.get("/")
    client.get("/", headers=headers)

    assert application.calls == 3


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_other_methods_go_to_the_application(application, client, method):
    for _ in range(2):
        client.open("/", method=method)

    assert (application.calls, application.request.method) == (2, method)


@pytest.mark.parametrize("path", ["/static/web.css", "/inc/img/event_icons/a.png"])
def test_files_bypass_the_cache(application, client, path):
    for _ in range(2):
        client.get(path, headers={"If-None-Match": '"old"'})

    assert (application.calls, application.request.headers["If-None-Match"]) == (2, '"old"')


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (500, PUBLIC),
        (302, PUBLIC),
        (200, {}),
        (200, {"Cache-Control": "public, max-age=60"}),
        (200, {"Cache-Control": "private, no-cache"}),
        (200, {**PUBLIC, "Set-Cookie": "session=x"}),
        (200, {**PUBLIC, "Vary": "Accept, User-Agent"}),
        (200, {**PUBLIC, "Vary": "*"}),
        (200, {**PUBLIC, "Content-Encoding": "gzip"}),
    ],
    ids=str,
)
def test_other_responses_are_not_cached(application, client, status, headers):
    application.status, application.headers = status, headers
    replies = [client.get("/") for _ in range(2)]

    assert ([(reply.status_code, reply.data) for reply in replies], application.calls) == ([(status, b"hello")] * 2, 2)


def test_not_found_is_cached(application, client):
    application.status, application.headers = 404, PUBLIC
    replies = [client.get("/", headers={"If-None-Match": "*"}) for _ in range(2)]

    assert ([reply.status_code for reply in replies], application.calls) == ([404, 404], 1)


@pytest.mark.parametrize(
    ("given", "status"),
    [('"one"', 304), ('W/"one"', 304), ('"zero", "one"', 304), ("*", 304), ('"zero"', 200), ("", 200)],
)
def test_a_client_that_has_the_response_is_answered_without_rendering(application, client, given, status):
    client.get("/")
    reply = client.get("/", headers={"If-None-Match": given})

    assert (reply.status_code, reply.data, application.calls) == (status, b"" if status == 304 else b"hello", 1)
    assert (reply.headers["ETag"], reply.headers["Vary"], reply.headers["Cache-Control"]) == (
        '"one"',
        "Accept",
        "public, no-cache",
    )


@pytest.mark.parametrize("is_cached", [True, False])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_conditions_apply_to_the_first_request(application, client, is_cached, method):
    application.headers = {"ETag": '"one"', "Cache-Control": "public, no-cache" if is_cached else "private"}
    unchanged = client.open("/", method=method, headers={"If-None-Match": '"one"'})
    changed = client.open("/a", method=method, headers={"If-None-Match": '"two"'})

    assert (unchanged.status_code, unchanged.data, "Content-Type" in unchanged.headers) == (304, b"", False)
    assert (changed.status_code, changed.data) == (200, b"hello" if method == "GET" else b"")
    assert "If-None-Match" not in application.request.headers


def test_last_modified_is_compared(application, client):
    application.headers = {**PUBLIC, "Last-Modified": "Mon, 02 Mar 2026 10:00:00 GMT"}
    days = ["Sun, 01 Mar 2026 10:00:00 GMT", "Mon, 02 Mar 2026 10:00:00 GMT", "Tue, 03 Mar 2026 10:00:00 GMT", "x"]

    assert [client.get("/", headers={"If-Modified-Since": day}).status_code for day in days] == [200, 304, 304, 200]


def test_head_is_get_without_a_body(application, client):
    head, get = client.head("/"), client.get("/")

    assert (head.status, list(head.headers), head.data) == (get.status, list(get.headers), b"")
    assert (head.headers["Content-Length"], application.calls, application.request.method) == ("5", 1, "GET")


@pytest.mark.parametrize(("encoding", "unpack"), [("br", brotli.decompress), ("gzip", gzip.decompress)])
def test_a_response_is_compressed_in_the_accepted_encoding(application, client, encoding, unpack):
    application.body = LONG
    plain = client.get("/")
    first, again = (client.get("/", headers={"Accept-Encoding": encoding}) for _ in range(2))
    unchanged = client.get("/", headers={"Accept-Encoding": encoding, "If-None-Match": first.headers["ETag"]})

    assert (unpack(first.data), again.data, plain.data) == (LONG, first.data, LONG)
    assert (first.headers["Content-Encoding"], first.headers["ETag"]) == (encoding, f'"one-{encoding}"')
    assert int(first.headers["Content-Length"]) == len(first.data) < len(LONG)
    assert plain.headers["Vary"] == first.headers["Vary"] == unchanged.headers["Vary"] == "Accept, Accept-Encoding"
    assert (unchanged.status_code, unchanged.headers["ETag"], "Content-Encoding" in unchanged.headers) == (
        304,
        f'"one-{encoding}"',
        False,
    )


def test_a_body_with_the_same_entity_tag_is_not_compressed_again(application, client, monkeypatch):
    application.body = LONG
    compressed = []
    monkeypatch.setattr(
        "joindin.performance.caching.cached_response.compress", lambda body, _: compressed.append(body) or b"compressed"
    )
    for version, tag in ((1, '"one"'), (2, '"one"'), (3, '"two"')):
        application.version, application.headers = version, {**PUBLIC, "ETag": tag}
        assert client.get("/", headers={"Accept-Encoding": "br"}).data == b"compressed"

    assert (application.calls, compressed) == (3, [LONG, LONG])


def test_short_bodies_and_images_are_not_compressed(application, client):
    short = client.get("/", headers={"Accept-Encoding": "gzip"})
    application.body, application.content_type = LONG, "image/png"
    picture = client.get("/a", headers={"Accept-Encoding": "gzip"})

    assert ["Content-Encoding" in reply.headers for reply in (short, picture)] == [False, False]


@pytest.mark.parametrize(
    ("header", "best"),
    [
        (None, None),
        ("", None),
        ("gzip", "gzip"),
        ("GZIP", "gzip"),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, br;q=0", "gzip"),
        ("gzip;q=0.9, br;q=0.2", "gzip"),
        ("*", "br"),
        ("identity, gzip;q=0.5", None),
        ("deflate", None),
        ("gzip;q=0", None),
        ("gzip;q=x,,;", None),
        ("gzip, " * 100, None),
    ],
)
def test_the_best_accepted_encoding_is_chosen(header, best):
    assert choose_encoding(header) == best


def test_a_new_utc_day_calls_the_application_again(application, client, time_machine):
    started = []
    for moment in ("2026-03-01T23:59:58+00:00", "2026-03-01T23:59:59+00:00", "2026-03-02T00:00:00+00:00"):
        time_machine.move_to(dt.datetime.fromisoformat(moment), tick=False)
        client.get("/")
        started.append(application.calls)

    assert started == [1, 1, 2]


def test_a_response_that_says_when_it_changes_is_sent_until_then(application, client, time_machine):
    now = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
    time_machine.move_to(now, tick=False)
    application.environ = {EXPIRY_ENVIRON_KEY: now.timestamp() + 60}
    client.get("/")

    time_machine.move_to(now + dt.timedelta(seconds=59), tick=False)
    client.get("/")
    calls_before = application.calls
    time_machine.move_to(now + dt.timedelta(seconds=60), tick=False)
    client.get("/")
    client.get("/")

    # The second rendering is outdated at once, as the application still says.
    assert (calls_before, application.calls) == (1, 3)


def test_headers_added_to_one_response_are_not_sent_with_another(application):
    def add_a_header(environ, start_response):
        def and_one_more(status, headers, *_):
            headers.append(("X-Reader", environ["HTTP_X_READER"]))
            return start_response(status, headers)

        return cache(environ, and_one_more)

    cache = ResponseCache(application, lambda: 1, ByteLRU(1_000_000))
    client = Client(add_a_header)

    assert [client.get("/", headers={"X-Reader": name}).headers.getlist("X-Reader") for name in "ab"] == [["a"], ["b"]]


def test_the_least_recently_used_response_is_evicted_and_a_large_one_not_cached(application):
    entries = ByteLRU(40_000)
    client = Client(ResponseCache(application, lambda: 1, entries))
    for path in ("/kept", *(f"/{number}" for number in range(12))):
        client.get(path)
        client.get("/kept")
    before = application.calls
    application.body = b"x" * 5001
    client.get("/giant")
    client.get("/giant")
    client.get("/kept")

    assert application.calls == before + 2


def test_thousands_of_urls_stay_within_the_bound():
    max_bytes = 8_000_000
    entries = ByteLRU(max_bytes)
    cache = ResponseCache(respond_with_path, lambda: 1, entries)
    environ = EnvironBuilder("/").get_environ()

    def ask(first, last):
        for number in range(first, last):
            cache({**environ, "PATH_INFO": f"/v2.1/events/{number}"}, lambda *_: None)

    # tracemalloc counts every byte but is slow; the resident size is compared all along.
    tracemalloc.start()
    ask(0, 6_000)
    counted = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    ask(6_000, 10_000)
    before = psutil.Process().memory_info().rss
    ask(10_000, 30_000)

    assert max_bytes / 2 < counted <= max_bytes
    assert psutil.Process().memory_info().rss - before < max_bytes / 4
    assert 1_500 < len(entries) < 6_000


def respond_with_path(environ, start_response):
    path = environ["PATH_INFO"]
    start_response("200 OK", [("Content-Type", "text/plain"), *PUBLIC.items(), ("ETag", f'"{path}"')])
    return [f"answer to {path}".encode() * 10]


class MeetingApplication:
    """An application whose responses are ready only when ``parties`` requests run at the same time."""

    def __init__(self, parties, headers, body=b"hello"):
        self.headers, self.body, self.status = headers, body, 200
        self.first_started, self.may_finish = Event(), Event()
        self._calls, self._barrier = count(), Barrier(parties)

    def __call__(self, environ, start_response):
        if next(self._calls) == 0:
            self.first_started.set()
            assert self.may_finish.wait(TIMEOUT_S)
        else:
            self._barrier.wait(TIMEOUT_S)
        return Response(self.body, self.status, headers=self.headers)(environ, start_response)


UNCACHEABLE = {
    "a private response": {"headers": {"Cache-Control": "private, no-cache"}},
    "a response that sets a cookie": {"headers": {**PUBLIC, "Set-Cookie": "session=x"}},
    "a response of more than an eighth of the cache": {"headers": PUBLIC, "body": b"x" * 200_000},
}


@pytest.mark.parametrize("kind", UNCACHEABLE)
def test_identical_requests_that_cannot_be_cached_run_side_by_side(kind):
    application = MeetingApplication(parties=3, **UNCACHEABLE[kind])
    cache = ResponseCache(application, lambda: 1, ByteLRU(1_000_000))
    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(Client(cache).get, "/")
        assert application.first_started.wait(TIMEOUT_S)
        # They wait for the first, whose response might have been theirs too; then each is rendered at once.
        others = [pool.submit(Client(cache).get, "/") for _ in range(3)]
        application.may_finish.set()

        assert [each.result(TIMEOUT_S).status_code for each in (first, *others)] == [200] * 4


def test_requests_that_cannot_be_cached_run_side_by_side_while_others_write():
    versions = count()
    application = MeetingApplication(parties=3, headers={"Cache-Control": "private"})
    application.may_finish.set()
    cache = ResponseCache(application, lambda: next(versions), ByteLRU(1_000_000))
    Client(cache).get("/")
    with ThreadPoolExecutor(3) as pool:
        replies = [pool.submit(Client(cache).get, "/") for _ in range(3)]

        assert [each.result(TIMEOUT_S).status_code for each in replies] == [200] * 3


def test_a_url_whose_response_becomes_cacheable_is_cached_from_then_on(application, client):
    application.status = 500
    client.get("/")
    application.status = 200

    assert [client.get("/").status_code for _ in range(3)] == [200] * 3
    assert application.calls == 2


def test_an_application_that_raises_does_not_block_the_next_request(application):
    failures = [RuntimeError("broken")]

    def unreliable(environ, start_response):
        if failures:
            raise failures.pop()
        return application(environ, start_response)

    client = Client(ResponseCache(unreliable, lambda: 1, ByteLRU(1_000_000)))
    with pytest.raises(RuntimeError, match="broken"):
        client.get("/")

    assert client.get("/").data == b"hello"


@pytest.mark.parametrize(("method", "headers"), [("GET", PUBLIC), ("GET", {}), ("HEAD", PUBLIC), ("HEAD", {})], ids=str)
def test_the_body_of_the_application_is_closed(method, headers):
    closed = []

    def application(environ, start_response):
        start_response("200 OK", list(headers.items()))
        return ClosingIterator([b"hello"], lambda: closed.append(True))

    reply = Client(ResponseCache(application, lambda: 1, ByteLRU(1_000_000))).open("/", method=method)
    reply.close()

    assert closed == [True]
