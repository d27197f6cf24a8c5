"""Clients with a token: attendees and an organiser of API v2.1, volunteers of the ephios API."""

import json
import random

JSON_TYPE = {"Content-Type": "application/json"}
CONFIRMED, USER_DECLINED = 1, 2


class TokenClient:
    def __init__(self, connection, number: int, *, token: str, user_id: int):
        self.random = random.Random(number)
        self._connection = connection
        self._headers = {"Authorization": f"Bearer {token}", **JSON_TYPE}
        self.number = number
        self.user_id = user_id
        self._count = 0

    def send(self, method, path, body=None, **options):
        return self._connection.send(method, path, body and json.dumps(body), self._headers, **options)

    def next_text(self):
        """Return a text that no client has sent before."""
        self._count += 1
        return f"Text {self.number}-{self._count}"


class Attendee(TokenClient):
    """Attends and leaves events, stars talks, comments and rates, and reads."""

    def __init__(self, connection, number, *, event_ids, talk_ids, **options):
        super().__init__(connection, number, **options)
        self._event_ids, self._talk_ids = event_ids, talk_ids

    def act(self):
        event_id, talk_id = self.random.choice(self._event_ids), self.random.choice(self._talk_ids)
        self.random.choice([self._read, self._toggle, self._comment])(
            *self.random.choice([("events", event_id), ("talks", talk_id)])
        )

    def _read(self, kind, id_):
        path = self.random.choice(["", "?verbose=yes", "/comments"])
        self.send("GET", f"/v2.1/{kind}/{id_}{path}")

    def _toggle(self, kind, id_):
        name, key = ("attending", "attendance") if kind == "events" else ("starred", "star")
        method, status, value = self.random.choice([("POST", 201, True), ("DELETE", 200, None)])
        effect = {"key": f"{key} {id_} {self.user_id}", "value": value}
        self.send(method, f"/v2.1/{kind}/{id_}/{name}", expected=(status,), effect=effect)

    def _comment(self, kind, id_):
        text = self.next_text()
        body = {"comment": text, "rating": self.random.randint(1, 5)}
        effect = {"row": f"{kind} comment {id_} {self.user_id} {text}"}
        self.send("POST", f"/v2.1/{kind}/{id_}/comments", body, expected=(201,), effect=effect)


class SpeakerOrganiser(TokenClient):
    """Edits talks of the own event, and reads the programme."""

    def __init__(self, connection, number, *, event_id, talks, **options):
        super().__init__(connection, number, **options)
        self._event_id, self._talks = event_id, talks

    def act(self):
        if self.random.random() < 0.5:
            self.send("GET", f"/v2.1/events/{self._event_id}/talks?verbose=yes")
            return
        talk = self.random.choice(self._talks)
        title = self.next_text()
        body = {
            "talk_title": title,
            "talk_description": "Edited.",
            "start_date": talk["starts_at"],
        }
        effect = {"key": f"talk title {talk['id']}", "value": title}
        self.send("PUT", f"/v2.1/talks/{talk['id']}", body, expected=(204,), effect=effect)


class Volunteer(TokenClient):
    """Signs up for shifts and withdraws, and reads shifts and own participations."""

    def __init__(self, connection, number, *, shift_ids, event_id, **options):
        super().__init__(connection, number, **options)
        self._shift_ids, self._event_id = shift_ids, event_id
        self._is_signed_up = dict.fromkeys(shift_ids, False)

    def act(self):
        shift_id = self.random.choice(self._shift_ids)
        paths = [f"/api/events/{self._event_id}/", f"/api/shifts/{shift_id}/", "/api/users/me/participations/"]
        if self.random.random() < 0.6:
            self.send("GET", self.random.choice(paths))
        elif self._is_signed_up[shift_id]:
            self._write("DELETE", shift_id, 200, USER_DECLINED)
        else:
            self._write("POST", shift_id, 201, CONFIRMED)

    def _write(self, method, shift_id, status, state):
        # A write whose outcome is unknown may have been stored. Then its repetition is refused, and the other one is next.
        expected = (status,) if self._is_signed_up[shift_id] is not None else (status, 400)
        effect = {"key": f"participation {shift_id} {self.user_id}", "value": state}
        answered, _ = self.send(method, f"/api/shifts/{shift_id}/signup/", {}, expected=expected, effect=effect)
        self._is_signed_up[shift_id] = (state == CONFIRMED) if answered in expected else None
