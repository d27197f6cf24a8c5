"""Downloads from addresses that people submit, with real servers on loopback."""

import gzip
import time

import pytest

from joindin.errors import Overloaded
from joindin.utils import http_client
from joindin.utils.http_client import FetchFailed, is_public_address
from joindin.utils.http_download import DOWNLOADS, Download, HttpStatusError, download
from tests.utils.remote_servers import Listener, Site, build_response, fake_dns, redirect_to

# Addresses of the operator's network, in every notation that a resolver or a browser takes.
PRIVATE_HOSTS = [
    "127.0.0.1", "127.1", "localhost", "localhost.", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "017700000001",
    "0", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "198.18.0.1", "192.0.2.1",
    "224.0.0.1", "255.255.255.255", "[::]", "[::1]", "[0:0:0:0:0:0:0:1]", "[fc00::1]", "[fd00::1]", "[fe80::1]", "[fec0::1]",
    "[ff02::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::ffff:10.0.0.1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]",
    "[64:ff9b:1::a00:1]", "[2002:7f00:1::]", "[2001::1]", "[2001:db8::1]",
]  # fmt: skip


@pytest.fixture
def public_loopback(monkeypatch):
    """Treat the address of the test's own servers as public; 127.0.0.2 and all others stay what they are."""
    monkeypatch.setattr(
        http_client, "is_public_address", lambda address: address == "127.0.0.1" or is_public_address(address)
    )


@pytest.mark.parametrize("host", PRIVATE_HOSTS)
def test_private_address_is_refused_in_every_notation(host):
    with Site({}) as site, pytest.raises(FetchFailed):
        download(f"http://{host}:{site.url.rpartition(':')[2]}/", max_bytes=1000)

    assert site.requested == []


@pytest.mark.parametrize("host", [host for host in PRIVATE_HOSTS if host != "127.0.0.1"])
@pytest.mark.usefixtures("public_loopback")
def test_redirect_to_a_private_address_is_refused(host):
    private = {
        "127.1",
        "localhost",
        "localhost.",
        "2130706433",
        "0x7f000001",
        "0x7f.0.0.1",
        "0177.0.0.1",
        "017700000001",
    }
    target = f"http://{'127.0.0.2' if host in private else host}/"
    with Site({"/": redirect_to(target)}) as site, pytest.raises(FetchFailed):
        download(site.url + "/", max_bytes=1000)

    assert site.requested == ["/"]


def test_name_whose_address_changes_is_resolved_once_for_each_request(monkeypatch, public_loopback):
    with (
        Site({"/": build_response(b"hello")}) as site,
        fake_dns(monkeypatch, **{"rebinding.example": ["127.0.0.1"]}) as resolved,
    ):
        url = site.url.replace("127.0.0.1", "rebinding.example")
        assert download(url + "/", max_bytes=1000).body == b"hello"

    assert resolved.count("rebinding.example") == 1


def test_name_that_leads_to_a_private_address_after_a_redirect_is_refused(monkeypatch, public_loopback):
    answers = iter([["127.0.0.1"], ["127.0.0.2"]])
    with Site({"/": redirect_to("/next"), "/next": build_response(b"secret")}) as site:
        url = site.url.replace("127.0.0.1", "rebinding.example")
        look_up = http_client._look_up
        monkeypatch.setattr(
            http_client, "_look_up", lambda host, *rest: next(answers) if "rebinding" in host else look_up(host, *rest)
        )
        with pytest.raises(FetchFailed, match="not on the public internet"):
            download(url + "/", max_bytes=1000)

    assert site.requested == ["/"]


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd", "ftp://a.example/", "gopher://a.example/", "data:text/plain,x", "//a.example/", "/a", "", "x",
        "http://", "http:///a", "http://user:word@a.example/", "http://a.example:22/", "http://a.example:0/",
        "http://a.example:99999/", "http://a.example:x/", "http://[::1", "http://a..é/", "http://\ud800/", "http://a/\x00",
        "http://a.example/" + "a" * 3000,
    ],
)  # fmt: skip
def test_address_that_is_not_one_of_the_web_is_refused(url):
    with pytest.raises(FetchFailed):
        download(url, max_bytes=1000, allow_private=True)


def test_redirects_are_followed_three_times():
    responses = {f"/{n}": redirect_to(f"/{n + 1}") for n in range(4)} | {
        "/4": build_response(b"x", "Text/HTML; charset=x")
    }
    with Site(responses) as site:
        assert download(f"{site.url}/1", max_bytes=9, allow_private=True) == Download(
            f"{site.url}/4", "text/html", b"x", "x"
        )
        with pytest.raises(FetchFailed, match="more than 3 redirects"):
            download(f"{site.url}/0", max_bytes=9, allow_private=True)

    assert site.requested == ["/1", "/2", "/3", "/4", "/0", "/1", "/2", "/3"]


@pytest.mark.parametrize("target", ["file:///etc/passwd", "http://[", "http://a.example:25/", "\xff\xfe"])
def test_redirect_to_no_web_address_is_refused(target):
    with Site({"/": redirect_to(target)}) as site, pytest.raises(FetchFailed):
        download(f"{site.url}/", max_bytes=9, allow_private=True)


def test_letters_of_other_scripts_are_encoded():
    with Site({"/%C3%BC?q=%C3%B6": build_response(b"x")}) as site:
        assert download(f"{site.url}/ü?q=ö#f", max_bytes=9, allow_private=True).body == b"x"


@pytest.mark.parametrize("status", [304, 400, 404, 500])
def test_error_of_the_other_server_is_told(status):
    with Site({"/": build_response(b"x", status=status)}) as site, pytest.raises(HttpStatusError) as refusal:
        download(f"{site.url}/", max_bytes=9, allow_private=True)

    assert refusal.value.status == status


def test_compressed_body_is_decompressed():
    body = b"some words, " * 20
    with Site({"/": build_response(gzip.compress(body), Content_Encoding="gzip")}) as site:
        assert download(f"{site.url}/", max_bytes=1000, allow_private=True).body == body


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (gzip.compress(b"\0" * 5_000_000), "gzip"),
        (gzip.compress(b"\0" * 50_000), "gzip"),
        (gzip.compress(bytes(range(256)) * 50), "gzip"),
        (gzip.compress(b"x" * 100)[:-9], "gzip"),
        (b"nonsense", "gzip"),
        (b"x", "br"),
        (b"x", "gzip, gzip"),
    ],
    ids=["bomb", "ratio", "size", "incomplete", "damaged", "other", "twice"],
)
def test_compressed_body_beyond_the_limits_is_refused(body, encoding):
    begun = time.monotonic()
    with Site({"/": build_response(body, Content_Encoding=encoding)}) as site, pytest.raises(FetchFailed):
        download(f"{site.url}/", max_bytes=10_000, allow_private=True)

    assert time.monotonic() - begun < 30


def test_slow_and_endless_bodies_are_cut_off():
    head = b"HTTP/1.1 200 OK\r\n\r\n"
    for chunks, pause in (([head, *[b"x"] * 600], 0.1), ([head, *[b"x" * 1000] * 100], 0)):
        begun = time.monotonic()
        with Listener(chunks, pause) as listener, pytest.raises(FetchFailed):
            download(f"http://127.0.0.1:{listener.port}/", max_bytes=10_000, allow_private=True, timeout_s=0.4)

        assert time.monotonic() - begun < 30


def test_all_redirects_have_one_deadline():
    begun = time.monotonic()
    with (
        Listener([b"", redirect_to("http://127.0.0.1:1/")], pause=0.6) as listener,
        pytest.raises(FetchFailed, match="it took too long"),
    ):
        download(f"http://127.0.0.1:{listener.port}/", max_bytes=9, allow_private=True, timeout_s=0.5)

    assert time.monotonic() - begun < 30


def test_downloads_beyond_the_limit_are_refused_at_once():
    entered = [DOWNLOADS.__enter__() for _ in range(4)]
    try:
        with pytest.raises(Overloaded):
            download("http://a.example/", max_bytes=9)
    finally:
        for _ in entered:
            DOWNLOADS.__exit__()
