"""Authlib asks through something like a session of ``requests``; this is one that goes through our guarded door."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from joindin.utils.http_client import FetchFailed, HttpResponse, fetch


@dataclass(frozen=True)
class _Response:
    """What Authlib reads of an answer."""

    answer: HttpResponse

    @property
    def status_code(self) -> int:
        return self.answer.status

    def json(self):
        return self.answer.json()

    def raise_for_status(self):
        if self.answer.status >= 400:
            raise FetchFailed(f"status {self.answer.status}")


@dataclass(frozen=True)
class _FetchSession:
    allow_private: bool

    def post(self, url, *, data, headers, auth):
        url, headers, body = auth.prepare("POST", url, dict(headers), urlencode(data))
        return _Response(fetch(url, method="POST", body=body, headers=headers, allow_private=self.allow_private))


def open_session(allow_private: bool) -> _FetchSession:
    return _FetchSession(allow_private)


def get_json(url: str, headers: dict[str, str] | None, allow_private: bool) -> dict[str, Any]:
    """The JSON object at ``url``; :raises FetchFailed: if there is none."""
    answer = fetch(url, headers={"Accept": "application/json", **(headers or {})}, allow_private=allow_private)
    if answer.status != 200:
        raise FetchFailed(f"status {answer.status}")
    told = answer.json()
    if not isinstance(told, dict):
        raise FetchFailed("the answer is no JSON object")
    return told
