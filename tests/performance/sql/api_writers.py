"""Users of API v2.1 that write at random, and record what the server acknowledged."""

import json
import random
import time
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException

from sqlalchemy import select

from joindin.models import AccessToken, Attendance, EventComment, TalkComment, TalkStar
from joindin.security.tokens import hash_token, new_token
from joindin.utils.datetimes import utc_now
from tests.factories import NOW, make_client
from tests.services import TIMEOUT_S


@dataclass(frozen=True)
class Reply:
    """``status`` is None if the connection broke; then the outcome of the request is unknown."""

    status: int | None
    retry_after: str | None
    seconds: float


class ApiWriter:
    """Attends and leaves events, stars talks, and comments.

    ``toggles`` holds the acknowledged state by path, None where it is unknown. ``comments`` are the acknowledged ones,
    pairs of path and text. ``refused`` are the requests that had to succeed or to be unavailable, and were neither.
    """

    def __init__(self, port: int, number: int, token: str, paths: list[str]):
        self._random = random.Random(number)
        self._connection = HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._paths = paths
        self.toggles = {}
        self.comments = set()
        self.replies = []
        self.refused = []

    def write(self, number: int) -> None:
        """Make the request with this number."""
        path = self._random.choice(self._paths)
        if self._random.random() < 0.5:
            self._toggle(f"{path}/{'attending' if 'events' in path else 'starred'}")
        else:
            self._comment(f"{path}/comments", f"Words {number}")

    def lost(self, session, user) -> tuple[dict, set]:
        """Return the acknowledged toggles and comments that differ from the database."""
        toggles, comments = stored_toggles(session, user), set(stored_comments(session, user))
        wrong = {path: is_set for path, is_set in self.toggles.items() if is_set not in (None, path in toggles)}
        return wrong, self.comments - comments

    def read(self) -> None:
        self._request("GET", self._random.choice(self._paths), 200)

    def _toggle(self, path):
        method, expected = self._random.choice([("POST", 201), ("DELETE", 200)])
        status = self._request(method, path, expected)
        self.toggles[path] = method == "POST" if status == expected else None

    def _comment(self, path, text, **fields):
        body = {"comment": text, "rating": self._random.randint(1, 5), **fields}
        if self._request("POST", path, 201, body) == 201:
            self.comments.add((path, text))

    def _request(self, method, path, expected, body=None):
        began = time.monotonic()
        status = retry_after = None
        try:
            self._connection.request(method, path, body and json.dumps(body), self._headers)
            response = self._connection.getresponse()
            response.read()
            status, retry_after = response.status, response.headers["Retry-After"]
            if status == 503:
                # The server closes a connection on which it has left a request body unread.
                self._connection.close()
        except (OSError, HTTPException):
            self._connection.close()
        self.replies.append(Reply(status, retry_after, time.monotonic() - began))
        if status not in (expected, 503, None):
            self.refused.append((method, path, status))
        return status


class Critic(ApiWriter):
    """Comments in public and in private, and sometimes repeats a comment, which is refused."""

    def write(self, number: int) -> None:
        if self.comments and self._random.random() < 0.2:
            path, text = self._random.choice(sorted(self.comments))
            self._request("POST", path, 400, {"comment": text, "rating": 5})
        else:
            path = f"{self._random.choice(self._paths)}/comments"
            self._comment(path, f"Words {number}", private=self._random.random() < 0.2)


def issue_tokens(session, users, *, unused: bool = True) -> list[str]:
    """Commit a token for each user. With ``unused``, the server records the first use of every other one."""
    client, tokens = make_client(session), [new_token() for _ in users]
    for number, (user, token) in enumerate(zip(users, tokens)):
        times = {"created_at": NOW, "last_used_at": None if unused and number % 2 else utc_now()}
        session.add(AccessToken(token_hash=hash_token(token), user_id=user.id, client_id=client.id, **times))
    session.commit()
    return tokens


def stored_toggles(session, user) -> set[str]:
    attended = session.scalars(select(Attendance.event_id).where(Attendance.user_id == user.id))
    starred = session.scalars(select(TalkStar.talk_id).where(TalkStar.user_id == user.id))
    return {f"/v2.1/events/{id_}/attending" for id_ in attended} | {f"/v2.1/talks/{id_}/starred" for id_ in starred}


def stored_comments(session, user) -> list[tuple[str, str]]:
    """Return path and text of each comment; a comment that was stored twice is there twice."""
    on_events = select(EventComment.event_id, EventComment.text).where(EventComment.user_id == user.id)
    on_talks = select(TalkComment.talk_id, TalkComment.text).where(TalkComment.user_id == user.id)
    return [(f"/v2.1/events/{id_}/comments", text) for id_, text in session.execute(on_events)] + [
        (f"/v2.1/talks/{id_}/comments", text) for id_, text in session.execute(on_talks)
    ]
