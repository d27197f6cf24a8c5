"""A connection that reports each request with its outcome."""

import http.client
import time
from collections.abc import Callable, Collection

HOST = "127.0.0.1"
TIMEOUT_S = 120
# Pause after a connection that was refused or broken.
BROKEN_PAUSE_S = 0.1
MAX_BODY_EXCERPT = 300

ACKNOWLEDGED, UNKNOWN, REFUSED = "acknowledged", "unknown", "refused"


class Connection:
    """Sends requests one after the other, with keep-alive. ``report`` receives a record of each, as a dict for JSON."""

    def __init__(self, port: int, client: int, report: Callable[[dict], None]):
        self._connection = http.client.HTTPConnection(HOST, port, timeout=TIMEOUT_S)
        self._client = client
        self._report = report

    def send(
        self,
        method: str,
        path: str,
        body: str | bytes | None = None,
        headers: dict | None = None,
        *,
        expected: Collection[int] = (200,),
        effect: dict | None = None,
    ) -> tuple[int | None, bytes]:
        """Send a request; return status and body, or None and nothing if the connection broke.

        ``effect`` states what an acknowledged request has stored: ``{"key": …, "value": …}`` for a value that replaces an
        earlier one, ``{"row": …}`` for a new row.
        """
        began_at = time.monotonic()
        status, content, reply_headers = None, b"", {}
        try:
            self._connection.request(method, path, body, headers or {})
            reply = self._connection.getresponse()
            content = reply.read()
            status, reply_headers = reply.status, reply.headers
            if status >= 500:
                # The server closes a connection on which it has left a request body unread.
                self._connection.close()
        except (OSError, http.client.HTTPException):
            self._connection.close()
        failed = status is None or status >= 500
        self._report(
            {
                "client": self._client,
                "method": method,
                "path": path,
                "status": status,
                "outcome": ACKNOWLEDGED if status in expected else UNKNOWN if failed else REFUSED,
                "effect": effect,
                "retry_after": reply_headers.get("Retry-After"),
                "content_type": reply_headers.get("Content-Type"),
                "excerpt": "" if status in expected else content[:MAX_BODY_EXCERPT].decode(errors="replace"),
                "began_at": began_at,
                "ended_at": time.monotonic(),
            }
        )
        if status is None:
            time.sleep(BROKEN_PAUSE_S)
        return status, content
