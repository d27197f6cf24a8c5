"""A server on loopback that answers as the public API of Gancio does."""

import json
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, unquote, urlsplit

from tests.imports.gancio.gancio_database import STARTS_AT

LISTED = (
    "id",
    "title",
    "slug",
    "start_datetime",
    "end_datetime",
    "media",
    "online_locations",
    "tags",
    "place",
    "parentId",
)


def api_event(id_, title=None, *, place=None, **fields):
    """Return an event as ``/api/event/detail`` shows it."""
    title = title or f"Event {id_}"
    return {
        "id": id_,
        "title": title,
        "slug": title.lower().replace(" ", "-"),
        "description": "<p>Come</p>",
        "multidate": False,
        "start_datetime": STARTS_AT,
        "end_datetime": None,
        "media": [],
        "is_visible": True,
        "recurrent": None,
        "likes": [],
        "boost": [],
        "online_locations": [],
        "parentId": None,
        "tags": [],
        "place": place or {"id": 1, "name": "Main Hall", "address": "Road 1", "latitude": None, "longitude": None},
        **fields,
    }


class GancioServer:
    """``events`` by id and ``images`` by file name; ``failures`` are the next answers, as (status, headers)."""

    def __init__(self, events, *, collections=(), images=None, zone="Europe/Rome"):
        self.events = {each["id"]: each for each in events}
        self.collections, self.images, self.zone = list(collections), images or {}, zone
        self.failures, self.requested, self.url = [], [], ""

    def answer(self, path, query):
        """Return status, media type and body."""
        if path.startswith("/.well-known/nodeinfo/"):
            return self._json({"software": {"name": "gancio"}, "metadata": {"nodeTimezone": self.zone}})
        if path == "/api/collections":
            return self._json(self.collections)
        if path == "/api/events":
            return self._json(self._list(query))
        if path.startswith("/api/event/detail/"):
            return self._detail(unquote(path.rpartition("/")[2]))
        if path.startswith("/media/"):
            content = self.images.get(path.removeprefix("/media/"))
            return (200, "image/jpeg", content) if content else (302, "/fallbackimage.png", b"")
        if path == "/fallbackimage.png":
            return 200, "image/png", b"\x89PNG"
        return 404, "text/plain", b"Not Found"

    def _list(self, query):
        listed = [each for each in self.events.values() if not each["recurrent"]]
        size, page = int(query["max"]), int(query["page"])
        return [{name: each[name] for name in LISTED} for each in listed[page * size : (page + 1) * size]]

    def _detail(self, name):
        by_slug = {each["slug"]: each for each in self.events.values()}
        found = by_slug.get(name) or (self.events.get(int(name)) if name.isdecimal() else None)
        return self._json(found) if found else (404, "text/plain", b"Not Found")

    def _json(self, value):
        return 200, "application/json", json.dumps(value).encode()


@contextmanager
def running(server: GancioServer):
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            parts = urlsplit(self.path)
            server.requested.append(parts.path)
            status, media_type, body = (
                (*server.failures.pop(0), b"")
                if server.failures
                else server.answer(parts.path, {name: values[0] for name, values in parse_qs(parts.query).items()})
            )
            headers = media_type if isinstance(media_type, dict) else {}
            self.send_response(status)
            if status in (301, 302) and not headers:
                headers = {"Location": media_type}
            for name, value in (headers or {"Content-Type": media_type}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=http.serve_forever, daemon=True)
    thread.start()
    server.url = f"http://127.0.0.1:{http.server_port}"
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()
        thread.join()
