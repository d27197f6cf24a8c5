"""HTTP session for Authlib's OAuth client, built on ``utils/http_client.py``.

Authlib expects an object like a session of ``requests``. All requests of a session share one deadline.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from joindin.utils.http_client import Deadline, FetchFailed, HttpResponse, fetch


@dataclass(frozen=True)
class _Response:
    """The attributes of a response that Authlib reads."""

    response: HttpResponse

    @property
    def status_code(self) -> int:
        return self.response.status

    def json(self):
        return self.response.json()

    def raise_for_status(self):
        if self.response.status >= 400:
            raise FetchFailed(f"status {self.response.status}")


@dataclass(frozen=True)
class FetchSession:
    allow_private: bool
    deadline: Deadline

    def post(self, url, *, data, headers, auth):
        url, headers, body = auth.prepare("POST", url, dict(headers), urlencode(data))
        return _Response(self._fetch(url, method="POST", body=body, headers=headers))

    def get_json(self, url: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
        """Return the JSON object at ``url``; :raises FetchFailed: if there is none."""
        response = self._fetch(url, headers={"Accept": "application/json", **(headers or {})})
        if response.status != 200:
            raise FetchFailed(f"status {response.status}")
        value = response.json()
        if not isinstance(value, dict):
            raise FetchFailed("the answer is not a JSON object")
        return value

    def _fetch(self, url, **options):
        return fetch(url, allow_private=self.allow_private, deadline=self.deadline, **options)
