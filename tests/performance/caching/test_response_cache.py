"""The cache by itself, in front of a small application that counts how often it is asked."""

import datetime as dt
import gzip
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import brotli
import psutil
import pytest
from werkzeug.test import Client, EnvironBuilder
from werkzeug.wrappers import Request, Response

from joindin.performance.caching.compression import choose_encoding
from joindin.performance.caching.lru import ByteLRU
from joindin.performance.caching.response_cache import ResponseCache

PATIENCE = 30
PUBLIC = {"Cache-Control": "public, no-cache", "Vary": "Accept"}
LONG = b'{"events":[%s]}' % b",".join([b'{"name":"Harbour Code Days"}'] * 100)


class House:
    """An application with one answer for everybody, and a version that moves when told to."""

    def __init__(self):
        self.asked = 0
        self.version = 1
        self.body, self.kind = b"hello", "application/json"
        self.status, self.headers = 200, {**PUBLIC, "ETag": '"one"'}

    def __call__(self, environ, start_response):
        self.asked += 1
        self.request = Request(environ)
        response = Response(self.body, self.status, headers=self.headers, content_type=self.kind)
        return response(environ, start_response)


@pytest.fixture
def house():
    return House()


@pytest.fixture
def client(house):
    return Client(ResponseCache(house, lambda: house.version, ByteLRU(1_000_000)), use_cookies=False)


def test_a_second_reader_is_answered_from_memory(house, client):
    first, second = client.get("/v2.1/events?filter=hot"), client.get("/v2.1/events?filter=hot")

    assert (second.status, second.data, list(second.headers)) == (first.status, first.data, list(first.headers))
    assert (second.data, house.asked) == (b"hello", 1)


def test_whatever_moves_the_version_makes_the_application_answer_again(house, client):
    client.get("/")
    house.version, house.body = 2, b"changed"

    assert (client.get("/").data, client.get("/").data, house.asked) == (b"changed", b"changed", 2)


def test_an_answer_is_kept_under_the_version_from_before_it_was_rendered(house, client):
    def write_meanwhile(environ, start_response):
        house.version += 1
        return Response(b"old or new", headers=PUBLIC)(environ, start_response)

    meanwhile = Client(ResponseCache(write_meanwhile, lambda: house.version, ByteLRU(1_000_000)))
    meanwhile.get("/")
    meanwhile.get("/")

    assert house.version == 3


def test_those_who_want_the_same_at_once_wait_for_one_of_them(house):
    asked, may_answer = Event(), Event()

    def slow(environ, start_response):
        asked.set()
        assert may_answer.wait(PATIENCE)
        return house(environ, start_response)

    cache = ResponseCache(slow, lambda: house.version, ByteLRU(1_000_000))
    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(Client(cache).get, "/")
        assert asked.wait(PATIENCE)
        others = [pool.submit(Client(cache).get, "/") for _ in range(3)]
        may_answer.set()
        said = [each.result(PATIENCE).data for each in (first, *others)]

    assert (said, house.asked) == ([b"hello"] * 4, 1)


def test_who_waited_is_not_given_what_was_written_to_meanwhile(house):
    asked, may_answer = Event(), Event()

    def slow(environ, start_response):
        said = house(environ, start_response)
        asked.set()
        assert may_answer.wait(PATIENCE)
        return said

    cache = ResponseCache(slow, lambda: house.version, ByteLRU(1_000_000))
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(Client(cache).get, "/")
        assert asked.wait(PATIENCE)
        house.version, house.body = 2, b"changed"
        second = pool.submit(Client(cache).get, "/")
        may_answer.set()
        said = [each.result(PATIENCE).data for each in (first, second)]

    assert (said, house.asked) == ([b"hello", b"changed"], 2)


def test_a_version_that_cannot_be_told_leaves_it_to_the_application(house, client):
    client.get("/")
    house.version, house.body = None, b"changed"

    assert [client.get("/").data for _ in range(2)] == [b"changed", b"changed"]
    assert house.asked == 3


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
def test_readers_who_ask_differently_get_answers_of_their_own(house, client, difference):
    client.get("/")
    client.open(**{"path": "/", **difference})

    assert house.asked == 2


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer x"},
        {"Authorization": ""},
        {"Cookie": "session=x"},
        {"Signature": "keyId=x"},
        {"Range": "bytes=0-1"},
        {"If-Match": '"one"'},
    ],
    ids=str,
)
def test_somebody_is_never_answered_from_memory_nor_remembered(house, client, headers):
    client.get("/", headers=headers)
    client.get("/")
    client.get("/", headers=headers)

    assert house.asked == 3


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_writing_goes_to_the_application(house, client, method):
    for _ in range(2):
        client.open("/", method=method)

    assert (house.asked, house.request.method) == (2, method)


@pytest.mark.parametrize("path", ["/static/web.css", "/inc/img/event_icons/a.png"])
def test_files_are_left_to_the_application(house, client, path):
    for _ in range(2):
        client.get(path, headers={"If-None-Match": '"old"'})

    assert (house.asked, house.request.headers["If-None-Match"]) == (2, '"old"')


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (500, PUBLIC),
        (302, PUBLIC),
        (200, {}),
        (200, {"Cache-Control": "public, max-age=60"}),
        (200, {"Cache-Control": "private, no-cache"}),
        (200, {**PUBLIC, "Set-Cookie": "session=x"}),
        (200, {**PUBLIC, "Vary": "Accept, Accept-Language"}),
        (200, {**PUBLIC, "Vary": "*"}),
        (200, {**PUBLIC, "Content-Encoding": "gzip"}),
    ],
    ids=str,
)
def test_what_is_not_for_everybody_is_not_kept(house, client, status, headers):
    house.status, house.headers = status, headers
    replies = [client.get("/") for _ in range(2)]

    assert ([(reply.status_code, reply.data) for reply in replies], house.asked) == ([(status, b"hello")] * 2, 2)


def test_that_something_is_not_there_is_kept_too(house, client):
    house.status, house.headers = 404, PUBLIC
    replies = [client.get("/", headers={"If-None-Match": "*"}) for _ in range(2)]

    assert ([reply.status_code for reply in replies], house.asked) == ([404, 404], 1)


@pytest.mark.parametrize(
    ("given", "status"),
    [('"one"', 304), ('W/"one"', 304), ('"zero", "one"', 304), ("*", 304), ('"zero"', 200), ("", 200)],
)
def test_a_reader_who_has_it_is_told_so_before_anything_is_rendered(house, client, given, status):
    client.get("/")
    reply = client.get("/", headers={"If-None-Match": given})

    assert (reply.status_code, reply.data, house.asked) == (status, b"" if status == 304 else b"hello", 1)
    assert (reply.headers["ETag"], reply.headers["Vary"], reply.headers["Cache-Control"]) == (
        '"one"',
        "Accept",
        "public, no-cache",
    )


@pytest.mark.parametrize("is_kept", [True, False])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_conditions_hold_at_the_first_request_too(house, client, is_kept, method):
    house.headers = {"ETag": '"one"', "Cache-Control": "public, no-cache" if is_kept else "private"}
    known = client.open("/", method=method, headers={"If-None-Match": '"one"'})
    unknown = client.open("/a", method=method, headers={"If-None-Match": '"two"'})

    assert (known.status_code, known.data, "Content-Type" in known.headers) == (304, b"", False)
    assert (unknown.status_code, unknown.data) == (200, b"hello" if method == "GET" else b"")
    assert "If-None-Match" not in house.request.headers


def test_last_modified_counts_where_there_is_one(house, client):
    house.headers = {**PUBLIC, "Last-Modified": "Mon, 02 Mar 2026 10:00:00 GMT"}
    days = ["Sun, 01 Mar 2026 10:00:00 GMT", "Mon, 02 Mar 2026 10:00:00 GMT", "Tue, 03 Mar 2026 10:00:00 GMT", "x"]

    assert [client.get("/", headers={"If-Modified-Since": day}).status_code for day in days] == [200, 304, 304, 200]


def test_head_is_get_without_a_body(house, client):
    head, get = client.head("/"), client.get("/")

    assert (head.status, list(head.headers), head.data) == (get.status, list(get.headers), b"")
    assert (head.headers["Content-Length"], house.asked, house.request.method) == ("5", 1, "GET")


@pytest.mark.parametrize(("encoding", "unpack"), [("br", brotli.decompress), ("gzip", gzip.decompress)])
def test_readers_get_it_compressed_the_way_they_like(house, client, encoding, unpack):
    house.body = LONG
    plain = client.get("/")
    first, again = (client.get("/", headers={"Accept-Encoding": encoding}) for _ in range(2))
    known = client.get("/", headers={"Accept-Encoding": encoding, "If-None-Match": first.headers["ETag"]})

    assert (unpack(first.data), again.data, plain.data) == (LONG, first.data, LONG)
    assert (first.headers["Content-Encoding"], first.headers["ETag"]) == (encoding, f'"one-{encoding}"')
    assert int(first.headers["Content-Length"]) == len(first.data) < len(LONG)
    assert plain.headers["Vary"] == first.headers["Vary"] == known.headers["Vary"] == "Accept, Accept-Encoding"
    assert (known.status_code, known.headers["ETag"], "Content-Encoding" in known.headers) == (
        304,
        f'"one-{encoding}"',
        False,
    )


def test_what_did_not_change_is_not_compressed_again(house, client, monkeypatch):
    house.body = LONG
    packed = []
    monkeypatch.setattr(
        "joindin.performance.caching.cached_response.compress", lambda body, _: packed.append(body) or b"packed"
    )
    for version, tag in ((1, '"one"'), (2, '"one"'), (3, '"two"')):
        house.version, house.headers = version, {**PUBLIC, "ETag": tag}
        assert client.get("/", headers={"Accept-Encoding": "br"}).data == b"packed"

    assert (house.asked, packed) == (3, [LONG, LONG])


def test_short_answers_and_pictures_are_not_compressed(house, client):
    short = client.get("/", headers={"Accept-Encoding": "gzip"})
    house.body, house.kind = LONG, "image/png"
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
def test_the_encoding_is_the_one_the_reader_likes_best(header, best):
    assert choose_encoding(header) == best


def test_at_midnight_in_greenwich_everything_is_asked_again(house, client, time_machine):
    asked = []
    for moment in ("2026-03-01T23:59:58+00:00", "2026-03-01T23:59:59+00:00", "2026-03-02T00:00:00+00:00"):
        time_machine.move_to(dt.datetime.fromisoformat(moment), tick=False)
        client.get("/")
        asked.append(house.asked)

    assert asked == [1, 1, 2]


def test_headers_of_one_reader_are_not_changed_by_what_happens_to_anothers(house):
    def add_a_header(environ, start_response):
        def and_one_more(status, headers, *_):
            headers.append(("X-Reader", environ["HTTP_X_READER"]))
            return start_response(status, headers)

        return cache(environ, and_one_more)

    cache = ResponseCache(house, lambda: 1, ByteLRU(1_000_000))
    client = Client(add_a_header)

    assert [client.get("/", headers={"X-Reader": name}).headers.getlist("X-Reader") for name in "ab"] == [["a"], ["b"]]


def test_the_oldest_use_goes_first_and_giants_are_not_kept(house):
    memory = ByteLRU(40_000)
    client = Client(ResponseCache(house, lambda: 1, memory))
    for path in ("/kept", *(f"/{number}" for number in range(12))):
        client.get(path)
        client.get("/kept")
    before = house.asked
    house.body = b"x" * 5001
    client.get("/giant")
    client.get("/giant")
    client.get("/kept")

    assert house.asked == before + 2


def test_a_hundred_thousand_addresses_stay_within_the_bound():
    most = 8_000_000
    memory = ByteLRU(most)
    cache = ResponseCache(say_the_path, lambda: 1, memory)
    environ = EnvironBuilder("/").get_environ()

    def ask(first, last):
        for number in range(first, last):
            cache({**environ, "PATH_INFO": f"/v2.1/events/{number}"}, lambda *_: None)

    # Every byte is counted where that is affordable, and what the process takes all along.
    tracemalloc.start()
    ask(0, 6_000)
    counted = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    ask(6_000, 10_000)
    before = psutil.Process().memory_info().rss
    ask(10_000, 100_000)

    assert most / 2 < counted <= most
    assert psutil.Process().memory_info().rss - before < most / 4
    assert 3_000 < len(memory) < 6_000


def say_the_path(environ, start_response):
    path = environ["PATH_INFO"]
    start_response("200 OK", [("Content-Type", "text/plain"), *PUBLIC.items(), ("ETag", f'"{path}"')])
    return [f"answer to {path}".encode() * 10]
