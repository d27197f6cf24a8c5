"""Downloads from addresses that people submit: images and pages of other sites.

Beside the guard of ``http_client.py``, which also checks the target of every redirect: usual ports only, compressed
bodies are limited by their size before and after decompression, and few downloads run at a time in a process.
"""

import re
import zlib
from dataclasses import dataclass
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from joindin.utils.concurrency_limit import ConcurrencyLimit
from joindin.utils.http_client import Deadline, FetchFailed, HttpResponse, fetch

TIMEOUT_S = 10
MAX_REDIRECTS = 3
REDIRECT_STATUSES = frozenset({301, 302, 303, 307, 308})
MAX_URL_LENGTH = 2_000
FIRST_UNPRIVILEGED_PORT = 1024
# Zeros are compressed a thousand times, text ten times.
MAX_COMPRESSION_RATIO = 100

DOWNLOADS = ConcurrencyLimit("downloads", max_running=4, max_waiting=0, max_wait_s=0)

CHARSET_PATTERN = re.compile(r";\s*charset=[\"']?([\w.-]+)", re.IGNORECASE)
# Characters of URLs (RFC 3986), and the percent sign of those that are encoded already.
URL_CHARACTERS = "%:/?#[]@!$&'()*+,;=~"


class HttpStatusError(FetchFailed):
    """The other server answered with a status that is no success."""

    def __init__(self, response: HttpResponse):
        super().__init__(f"the answer has the status {response.status}")
        self.status, self.headers = response.status, response.headers


@dataclass(frozen=True)
class Download:
    """A complete body; ``url`` is the address after redirects, ``media_type`` is in lower case without parameters.

    ``charset`` is the text in the header, which may be the name of no encoding.
    """

    url: str
    media_type: str
    body: bytes
    charset: str = ""


def download(
    url: str, *, max_bytes: int, accept: str = "*/*", timeout_s: float = TIMEOUT_S, allow_private: bool = False
) -> Download:
    """Return the file at ``url``; all redirects together have ``timeout_s`` seconds.

    :raises FetchFailed: if the address is not allowed, or the file is not complete within the limits;
        :class:`HttpStatusError` if the server answers with an error.
    :raises Overloaded: if too many downloads are in progress.
    """
    deadline = Deadline(timeout_s)
    with DOWNLOADS:
        for _ in range(MAX_REDIRECTS + 1):
            url = _check_url(url)
            response = fetch(
                url,
                headers={"Accept": accept, "Accept-Encoding": "gzip"},
                allow_private=allow_private,
                deadline=deadline,
                max_bytes=max_bytes,
            )
            location = response.headers.get("Location")
            if response.status not in REDIRECT_STATUSES or location is None:
                return _to_download(url, response, max_bytes)
            url = _join(url, location)
    raise FetchFailed(f"more than {MAX_REDIRECTS} redirects")


def _check_url(url):
    """Return the URL in ASCII."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        if not host.isascii():
            name = host.encode("idna").decode()
            parts = parts._replace(netloc=name if port is None else f"{name}:{port}")
        url = urlunsplit(parts._replace(path=_quote(parts.path), query=_quote(parts.query), fragment=""))
    except ValueError as error:
        raise FetchFailed(f"not a URL: {error}") from None
    if len(url) > MAX_URL_LENGTH:
        raise FetchFailed(f"a URL of more than {MAX_URL_LENGTH} characters")
    if port is not None and port not in (80, 443) and port < FIRST_UNPRIVILEGED_PORT:
        raise FetchFailed(f"the port {port} is not one of the web")
    return url


def _quote(text):
    return quote(text, safe=URL_CHARACTERS)


def _join(url, location):
    try:
        # http.client decodes headers as Latin-1.
        return urljoin(url, location.encode("latin-1").decode("utf-8", "replace"))
    except ValueError as error:
        raise FetchFailed(f"a redirect to no URL: {error}") from None


def _to_download(url, response: HttpResponse, max_bytes):
    if not 200 <= response.status < 300:
        raise HttpStatusError(response)
    content_type = response.headers.get("Content-Type", "")
    media_type = content_type.partition(";")[0].strip().lower()
    charset = match[1] if (match := CHARSET_PATTERN.search(content_type)) else ""
    encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding in ("gzip", "x-gzip"):
        return Download(url, media_type, _decompress(response.body, max_bytes), charset)
    if encoding not in ("", "identity"):
        raise FetchFailed("the answer is compressed in a way that was not asked for")
    return Download(url, media_type, response.body, charset)


def _decompress(body, max_bytes):
    limit = min(max_bytes, len(body) * MAX_COMPRESSION_RATIO)
    decompressor = zlib.decompressobj(wbits=31)
    try:
        content = decompressor.decompress(body, limit + 1)
    except zlib.error:
        raise FetchFailed("the answer is damaged") from None
    if len(content) > limit:
        raise FetchFailed(f"the answer is longer than {limit} bytes")
    if not decompressor.eof:
        raise FetchFailed("the answer is incomplete")
    return content
