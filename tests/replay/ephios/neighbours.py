"""The instances with which the captured server federated: a guest that knows three users, and a host."""

import json
from contextlib import contextmanager
from urllib.parse import parse_qs

from sqlalchemy import update

from joindin.models.crew import FederationGuest, FederationHost
from tests.fake_instance import fake_instance

GUEST, HOST = "http://127.0.0.1:9590", "http://127.0.0.1:9591"
EMT = {
    "uuid": "5eed0000-0000-4000-8000-000000000066",
    "includes": ["5eed0000-0000-4000-8000-000000000065"],
}
USERS = {
    "code-of-fred": ("fred@neighbour.example.org", "Fred Federated", "1987-07-17", [EMT]),
    "code-of-nina": ("nina@neighbour.example.org", "Nina Neighbour", None, []),
}


class Neighbours:
    """``replace`` puts the addresses of the running servers in place of the captured ones."""

    def __init__(self, guest, host):
        self._guest, self._host = guest, host

    def store(self, session) -> None:
        for model, captured, running in (
            (FederationGuest, GUEST, self._guest.url),
            (FederationHost, HOST, self._host.url),
        ):
            session.execute(update(model).where(model.url == captured).values(url=running))
        session.commit()

    def replace(self, capture: dict) -> dict:
        text = json.dumps(capture)
        return json.loads(text.replace(GUEST, self._guest.url).replace(HOST, self._host.url))


@contextmanager
def running_neighbours():
    with fake_instance() as guest, fake_instance() as host:

        def issue_token(handler):
            code = parse_qs(guest.requests[-1]["body"])["code"][0]
            handler.wfile.write(
                json.dumps({"access_token": code, "expires_in": 36000} if code in USERS else {}).encode()
            )

        def show_user(handler):
            email, name, birth, qualifications = USERS[handler.headers["Authorization"].split()[1]]
            profile = {"email": email, "display_name": name, "date_of_birth": birth, "qualifications": qualifications}
            handler.wfile.write(json.dumps(profile).encode())

        guest.answer("POST", "/api/oauth/token/", 200, issue_token)
        guest.answer("GET", "/api/users/me/", 200, show_user)
        host.answer("DELETE", "/api/federation/guest/delete/", 204)
        yield Neighbours(guest, host)
