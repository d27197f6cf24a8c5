"""Compression of static files and of the documentation; pages of users are not compressed."""

import gzip

import brotli
import pytest
from werkzeug.http import parse_content_range_header

from joindin.http.constant_content import MAX_COMPRESSED_BYTES
from tests.browser_client import make_user_with_password
from tests.http_assertions import stable_headers

PATHS = ("/static/web.css", "/static/site.js", "/gancio-events.es.js", "/docs", "/docs/openapi.json", "/api/schema/")
DECODERS = {"br": brotli.decompress, "gzip": gzip.decompress}


@pytest.mark.parametrize("path", PATHS)
def test_content_is_compressed_as_the_client_prefers(browser, path):
    plain = browser.get(path)
    replies = {encoding: browser.get(path, headers={"Accept-Encoding": encoding}) for encoding in DECODERS}

    assert (plain.status_code, "Content-Encoding" in plain.headers) == (200, False)
    assert "Accept-Encoding" in plain.headers["Vary"]
    for encoding, reply in replies.items():
        assert (reply.status_code, reply.headers["Content-Encoding"]) == (200, encoding)
        assert DECODERS[encoding](reply.data) == plain.data
        assert (len(reply.data) < len(plain.data) / 2.5, reply.content_length) == (True, len(reply.data))
        assert (reply.headers["Vary"], reply.content_type) == (plain.headers["Vary"], plain.content_type)
    assert len({reply.headers["ETag"] for reply in (plain, *replies.values())}) == 3


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("encoding", DECODERS)
def test_each_encoding_is_revalidated_by_its_own_tag(browser, path, encoding):
    accepts = {"Accept-Encoding": encoding}
    tag, plain_tag = (browser.get(path, headers=headers).headers["ETag"] for headers in (accepts, {}))

    current = browser.get(path, headers={**accepts, "If-None-Match": tag})
    of_another_encoding = browser.get(path, headers={**accepts, "If-None-Match": plain_tag})

    assert (current.status_code, current.data, current.headers["ETag"]) == (304, b"", tag)
    assert "Accept-Encoding" in current.headers["Vary"]
    assert of_another_encoding.status_code == 200


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("encoding", ["identity", *DECODERS])
def test_head_has_the_headers_of_get(browser, path, encoding):
    headers = {"Accept-Encoding": encoding}
    get, head = browser.get(path, headers=headers), browser.request("HEAD", path, headers=headers)

    assert (head.status_code, head.data) == (200, b"")
    assert stable_headers(head.headers) == stable_headers(get.headers)


@pytest.mark.parametrize("path", PATHS)
def test_a_range_is_a_part_of_the_content_that_is_not_compressed(browser, path):
    plain = browser.get(path)
    compressed_tag = browser.get(path, headers={"Accept-Encoding": "br"}).headers["ETag"]

    part = browser.get(path, headers={"Accept-Encoding": "br", "Range": "bytes=100-199"})
    outdated = browser.get(path, headers={"Range": "bytes=100-199", "If-Range": compressed_tag})
    beyond = browser.get(path, headers={"Range": "bytes=9000000-"})

    assert (part.status_code, part.data, "Content-Encoding" in part.headers) == (206, plain.data[100:200], False)
    content_range = parse_content_range_header(part.headers["Content-Range"])
    assert (content_range.start, content_range.stop, content_range.length) == (100, 200, len(plain.data))
    assert (outdated.status_code, outdated.data) == (200, plain.data)
    assert beyond.status_code == 416


@pytest.mark.parametrize("header", ["identity", "br;q=0, gzip;q=0", "zstd", "", "br" * 200])
def test_other_encodings_are_not_used(browser, header):
    reply = browser.get("/static/web.css", headers={"Accept-Encoding": header})

    assert (reply.status_code, "Content-Encoding" in reply.headers) == (200, False)


def test_small_and_compressed_files_are_sent_as_they_are(browser):
    for path in ("/static/icon.svg", "/favicon.ico", "/static/favicon.ico"):
        reply = browser.get(path, headers={"Accept-Encoding": "br, gzip"})
        assert (reply.status_code, "Content-Encoding" in reply.headers) == (200, False)


def test_content_is_compressed_once(app, browser):
    cache = app.extensions["compressed_content"]
    cache.clear()

    replies = [browser.get("/docs/openapi.json", headers={"Accept-Encoding": "br"}) for _ in range(3)]

    assert len({reply.data for reply in replies}) == 1
    assert len(cache) == 1


def test_compressed_content_has_a_bound(app, browser):
    for number in range(30):
        browser.get("/docs", headers={"Accept-Encoding": "br", "Host": f"host{number}.example"})

    assert 0 < app.extensions["compressed_content"].used_bytes <= MAX_COMPRESSED_BYTES


def test_pages_of_users_and_pages_with_forms_are_not_compressed(browser, session):
    accepts = {"Accept-Encoding": "br, gzip"}
    form = browser.get("/accounts/login/", headers=accepts)
    browser.sign_in(make_user_with_password(session, "ada"))
    account = browser.get("/accounts/", headers=accepts)
    static = browser.get("/static/web.css", headers=accepts)

    assert [(page.status_code, "Content-Encoding" in page.headers) for page in (form, account)] == [(200, False)] * 2
    assert static.headers["Content-Encoding"] == "br"
