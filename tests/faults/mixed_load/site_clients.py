"""Clients without a token: anonymous submitters and readers of the Gancio API, signed-in visitors, guests and feed readers."""

import json
import random
import re
from urllib.parse import urlencode

FORM_HEADERS = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
JSON_HEADERS = {"Content-Type": "application/json"}
PAGE_HEADERS = {"Accept": "text/html"}
CSRF_TOKEN = re.compile(rb'name="csrfmiddlewaretoken"[^>]*value="([^"]+)"')


class SiteClient:
    def __init__(self, connection, number: int):
        self.random = random.Random(number)
        self.send = connection.send
        self.number = number
        self._count = 0

    def next_number(self) -> int:
        self._count += 1
        return self._count

    def address(self) -> dict[str, str]:
        """Return the header by which a proxy passes on the address of another visitor, as limits count networks."""
        count = self.next_number()
        return {"X-Forwarded-For": f"10.{self.number}.{count // 256 % 256}.{count % 256}"}


class Submitter(SiteClient):
    """Submits events without an account, each from another network."""

    def __init__(self, connection, number, *, starts_at: int):
        super().__init__(connection, number)
        self._starts_at = starts_at

    def act(self):
        headers = JSON_HEADERS | self.address()
        title = f"Agenda {self.number}-{self._count}"
        body = {"title": title, "start_datetime": self._starts_at, "place_name": "Hall", "place_address": "Road 1"}
        self.send(
            "POST", "/api/event", json.dumps(body), headers, expected=(200,), effect={"row": f"agenda event {title}"}
        )


class AgendaReader(SiteClient):
    PATHS = ("/api/events", "/api/events?max=5", "/api/events?show_recurrent=true", "/feed/json")

    def act(self):
        self.send("GET", self.random.choice(self.PATHS), headers=self.address())


class SignedInVisitor(SiteClient):
    """Stars talks and reads pages, with a session."""

    def __init__(self, connection, number, *, session, user_id, talks, paths):
        super().__init__(connection, number)
        self._cookies = {"Cookie": f"sessionid={session}"}
        self._user_id, self._talks, self._paths = user_id, talks, paths
        self._csrf_token = None

    def act(self):
        if self._csrf_token is None:
            status, page = self.send("GET", self._paths[0], headers=PAGE_HEADERS | self._cookies)
            self._csrf_token = CSRF_TOKEN.search(page)[1].decode() if status == 200 else None
        elif self.random.random() < 0.5:
            self.send("GET", self.random.choice(self._paths), headers=PAGE_HEADERS | self._cookies)
        else:
            self._star()

    def _star(self):
        talk, is_on = self.random.choice(self._talks), self.random.random() < 0.5
        fields = {"talk": talk["stub"], "on": int(is_on), "csrfmiddlewaretoken": self._csrf_token}
        effect = {"key": f"star {talk['id']} {self._user_id}", "value": is_on or None}
        self.send("POST", "/me/stars/", urlencode(fields), FORM_HEADERS | self._cookies, expected=(303,), effect=effect)


class Guest(SiteClient):
    """Rates talks with a text, each time from a new device."""

    def __init__(self, connection, number, *, talks):
        super().__init__(connection, number)
        self._talks = talks

    def act(self):
        talk, rating, headers = self.random.choice(self._talks), self.random.randint(1, 5), self.address()
        if self.random.random() < 0.5:
            self.send("GET", f"/f/{talk['stub']}", headers=PAGE_HEADERS | headers)
            return
        text = f"Guest {self.number}-{self._count}"
        self.send(
            "POST",
            f"/guest/feedback/{talk['stub']}/",
            urlencode({"rating": rating, "text": text}),
            FORM_HEADERS | headers,
            expected=(303,),
            effect={"row": f"guest feedback {talk['id']} {text} {rating}"},
        )


class FeedReader(SiteClient):
    PATHS = ("/events.rss", "/events.atom", "/events.json", "/events.ics", "/feed/rss", "/feed/ics", "/sitemap.xml")

    def act(self):
        self.send("GET", self.random.choice(self.PATHS), headers=self.address())
