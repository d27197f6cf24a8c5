"""Requests to other instances: the handshake, shared events, the end of a federation, and the sign-in of a user.

All requests of one action share a deadline. Redirects are not followed. A ``PeerFailed`` has a text for logs.
"""

import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from authlib.oauth2.rfc7636 import create_s256_code_challenge

from joindin.federation.answers import ExternalEvent, Membership, Profile, read_event, read_membership, read_profile
from joindin.utils.concurrency_limit import ConcurrencyLimit
from joindin.utils.http_client import Deadline, FetchFailed, HttpResponse, fetch

SETUP_TIMEOUT_S, EVENTS_TIMEOUT_S, SIGN_IN_TIMEOUT_S = 10, 5, 10
# A host with more events shows the first ones.
MAX_PAGES = 10
MAX_HOSTS_AT_ONCE = 8
MAX_TOKEN_LENGTH = 4096
PROFILE_SCOPE = "ME_READ"
MAX_SESSION_S, DEFAULT_SESSION_S = 36_000, 3_600

# Slow instances must not occupy all threads of the server.
REQUESTS = ConcurrencyLimit("other instances", max_running=4, max_waiting=4, max_wait_s=5)


class PeerFailed(Exception):
    """The other instance did not answer as the protocol says."""


class AccessEnded(PeerFailed):
    """The other instance no longer accepts the token."""


class SetupRefused(PeerFailed):
    """The host does not accept the invite code. ``reason`` is what it says, which may be anything."""

    def __init__(self, reason: str):
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class OAuthCredentials:
    """Credentials of the host at the OAuth server of a guest."""

    client_id: str
    client_secret: str
    redirect_uri: str


@dataclass(frozen=True)
class Instance:
    """Another instance. ``token`` is the one that it issued to this instance."""

    url: str
    allow_private: bool
    token: str = ""

    def set_up(self, details: Mapping[str, str]) -> Membership:
        """Redeem an invite code at this host.

        :raises SetupRefused: if the host refuses it.
        :raises PeerFailed: if there is no proper answer. The same request may be repeated.
        """
        answer = self._send(
            "/api/federation/setup/",
            Deadline(SETUP_TIMEOUT_S),
            method="POST",
            body=json.dumps(dict(details)),
            headers={"Content-Type": "application/json", "Accept-Language": "en"},
        )
        if answer.status == 400:
            raise SetupRefused(answer.text[:500])
        return _read(read_membership, answer, 201)

    def list_events(self, ends_from: str) -> list[ExternalEvent]:
        """Return the events that this host shares and that end from that time on.

        :raises AccessEnded: if the host has removed this instance.
        :raises PeerFailed: if there is no proper answer.
        """
        deadline, events = Deadline(EVENTS_TIMEOUT_S), []
        query = urlencode({"end_time_after": ends_from})
        for _ in range(MAX_PAGES):
            answer = self._send(f"/api/federation/events/?{query}", deadline, headers=self._bearer(self.token))
            if answer.status == 403:
                raise AccessEnded("status 403")
            page = _read(_as_object, answer, 200)
            rows = page.get("results")
            if not isinstance(rows, list):
                raise PeerFailed("there is no list of events")
            events += [event for row in rows if (event := read_event(row, self.url)) is not None]
            following = page.get("next")
            if not isinstance(following, str) or not following:
                break
            # The token is for this host only: the address of the next page may lead elsewhere.
            query = _query_of(following)
        return events

    def leave(self) -> None:
        """Tell this host to remove this instance. It is removed if the host does not know the token any more.

        :raises PeerFailed: if there is no proper answer.
        """
        answer = self._send(
            "/api/federation/guest/delete/",
            Deadline(SETUP_TIMEOUT_S),
            method="DELETE",
            headers=self._bearer(self.token),
        )
        if answer.status not in (204, 403):
            raise PeerFailed(f"status {answer.status}")

    def authorization_url(self, credentials: OAuthCredentials, state: str, code_verifier: str) -> str:
        """Return the address at this guest where a user allows the host to read their profile."""
        parameters = {
            "response_type": "code",
            "client_id": credentials.client_id,
            "redirect_uri": credentials.redirect_uri,
            "scope": PROFILE_SCOPE,
            "state": state,
            "code_challenge": create_s256_code_challenge(code_verifier),
            "code_challenge_method": "S256",
        }
        return f"{self.url}/api/oauth/authorize/?{urlencode(parameters)}"

    def identify_user(self, code: str, code_verifier: str, credentials: OAuthCredentials) -> tuple[Profile, int]:
        """Redeem the authorization code of a user of this guest. Return the profile and how many seconds it is valid for.

        :raises PeerFailed: if there is no proper answer.
        """
        deadline = Deadline(SIGN_IN_TIMEOUT_S)
        fields = {"grant_type": "authorization_code", "code": code, "code_verifier": code_verifier}
        with REQUESTS:
            answer = self._send(
                "/api/oauth/token/",
                deadline,
                method="POST",
                body=urlencode(fields | vars(credentials)),
                headers={"Content-Type": "application/x-www-form-urlencoded"},
            )
            token = _read(_as_object, answer, 200)
            if not _is_token(token.get("access_token")):
                raise PeerFailed("there is no access token")
            answer = self._send("/api/users/me/", deadline, headers=self._bearer(token["access_token"]))
        return _read(read_profile, answer, 200), _lifetime(token.get("expires_in"))

    def _bearer(self, token):
        return {"Authorization": f"Bearer {token}"}

    def _send(self, path, deadline, *, headers: Mapping[str, str], method="GET", body=None) -> HttpResponse:
        try:
            return fetch(
                f"{self.url}{path}",
                method=method,
                body=body,
                headers={"Accept": "application/json", **headers},
                allow_private=self.allow_private,
                deadline=deadline,
            )
        except FetchFailed as error:
            raise PeerFailed(str(error)) from None


def list_events_of_hosts(hosts: Sequence[Instance], ends_from: str) -> list[list[ExternalEvent] | PeerFailed]:
    """Ask several hosts at once. Return the events of each, or why there are none.

    :raises Overloaded: if too many requests to other instances are in progress.
    """

    def ask(host):
        try:
            return host.list_events(ends_from)
        except PeerFailed as error:
            return error

    with REQUESTS, ThreadPoolExecutor(MAX_HOSTS_AT_ONCE) as pool:
        return list(pool.map(ask, hosts))


def _read(reader, answer, status) -> Any:
    """Return what the reader makes of the JSON of an answer; a reader raises ValueError for anything unexpected."""
    if answer.status != status:
        raise PeerFailed(f"status {answer.status}")
    try:
        return reader(answer.json())
    except (FetchFailed, ValueError, RecursionError) as error:
        raise PeerFailed(str(error)) from None


def _as_object(value):
    if not isinstance(value, dict):
        raise ValueError("the answer is not a JSON object")
    return value


def _query_of(url):
    try:
        query = urlsplit(url).query
    except ValueError:
        raise PeerFailed("the next page has no address") from None
    return query if query.isascii() and query.isprintable() and " " not in query else ""


def _is_token(value):
    return isinstance(value, str) and 0 < len(value) <= MAX_TOKEN_LENGTH and value.isascii() and value.isprintable()


def _lifetime(seconds):
    is_number = isinstance(seconds, int) and not isinstance(seconds, bool) and seconds > 0
    return min(seconds, MAX_SESSION_S) if is_number else DEFAULT_SESSION_S
