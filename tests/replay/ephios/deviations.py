"""Answers that differ from those of the original, with the section of the contract that recommends the other answer.

Each entry states the expected answer as a change of the captured one, so that everything else is compared.
"""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Deviation:
    """``change`` maps the captured body of the step ``changed_step`` to the expected one, ``body`` replaces that of the first.

    ``statuses`` and ``bodies`` are the expected ones by step. ``ids`` are those of the rows, if the captured page has others.
    """

    reason: str
    change: Callable | None = None
    statuses: dict[int, int] = field(default_factory=dict)
    body: object = None
    bodies: dict[int, dict] = field(default_factory=dict)
    ids: list[int] | None = None
    changed_step: int = 1

    def expect(self, number: int, response: dict) -> dict:
        """Return the expected response of a step."""
        expected = response | {"status": self.statuses.get(number, response["status"])}
        if number == self.changed_step and self.change:
            expected["body"] = self.change(response["body"])
        if number == 1 and self.body is not None:
            expected["body"] = self.body
        if expected["status"] != response["status"]:
            # The headers are those of another answer.
            expected |= {"headers": {}, "body": self.body}
        if number in self.bodies:
            expected["body"] = self.bodies[number]
        return expected | ({"body": None} if self.ids is not None else {})


def in_order(*ids):
    """The same rows in another order."""

    def change(body):
        rows = {row["id"]: row for row in body["results"]}
        return body | {"results": [rows[id_] for id_ in ids]}

    return change


def without_internal_comments(body):
    """Comments for responsibles are not shown to the participant."""
    body = deepcopy(body)
    for row in body.get("results", [body]):
        row["comments"] = [each for each in row["comments"] if not each["text"].startswith("internal")]
    return body


def without_comments(body):
    return body | {"results": [row | {"comments": []} for row in body["results"]]}


def no_choice(name, value):
    return {name: [f"Select a valid choice. {value} is not one of the available choices."]}


COMMENTS = Deviation("20.3: comments by their visibility", without_internal_comments)
LAST_WITHOUT_SHIFTS = "6: events without shifts last in rising order, first in falling order"
TITLES = "24.2: titles in the order of the language"
NO_CREDENTIALS = {"detail": "Authentication credentials were not provided."}

DEVIATIONS = {
    "auth-query-token": Deviation("3: no token in the address", statuses={1: 403}, body=NO_CREDENTIALS),
    "disposition-confirm-reject": Deviation("20.3: comments by their visibility", without_comments, changed_step=6),
    "events-limit-overflow": Deviation("24.1: the default instead of a 500", statuses={1: 200}),
    "events-list-ben": Deviation(LAST_WITHOUT_SHIFTS, in_order(4, 3, 9, 10, 17, 1, 15, 8, 11, 5, 7, 13, 6)),
    "events-list-root": Deviation(LAST_WITHOUT_SHIFTS, in_order(4, 3, 9, 10, 17, 1, 15, 8, 11, 5, 7, 14, 12, 13, 6)),
    "events-order-mixed": Deviation(TITLES, in_order(9, 7, 15, 4, 8, 1, 17, 10, 3, 11, 13)),
    "events-order-title-desc": Deviation(TITLES, in_order(9, 7, 15, 4, 8, 1, 17, 10, 3, 11, 13)),
    "events-superuser-page-2": Deviation(LAST_WITHOUT_SHIFTS, ids=[1, 15, 8, 11, 5]),
    "events-superuser-start-desc": Deviation(LAST_WITHOUT_SHIFTS, ids=[6, 13, 12, 14]),
    "oauth-code-twice": Deviation("11: a code that is used twice ends its tokens", statuses={5: 403}),
    "oauth-plain-challenge": Deviation("1, #13: S256 only", statuses={2: 302}),
    "federation-setup-json": Deviation(
        "20.17: a guest may repeat the request; 20.18: its token goes with it",
        statuses={4: 201},
        bodies={
            4: {
                "id": "<new>",
                "name": "New Org",
                "url": "http://new.example.org",
                "client_id": "cid",
                "client_secret": "csecret",
                "access_token": "<access_token of 64>",
                "host_name": "Crew Oracle",
            },
            6: NO_CREDENTIALS,
            7: NO_CREDENTIALS,
        },
    ),
    "federation-signup-not-shared": Deviation("24.1: 403 instead of 500", statuses={3: 403}),
    "of-user-detail-manager": Deviation("20.1: the row of the list", statuses={1: 200}),
    "of-user-huge": Deviation(
        "24.1: an empty list instead of a 500",
        statuses={1: 200},
        body={"count": 0, "next": None, "previous": None, "results": []},
    ),
    "own-anna": COMMENTS,
    "own-detail": COMMENTS,
    "own-event": COMMENTS,
    "participations-event-hidden": Deviation(
        "9.3: hidden events are not available", statuses={1: 400}, body=no_choice("event", 5)
    ),
    "participations-type-huge": Deviation(
        "24.1: 400 instead of 500", statuses={1: 400}, body=no_choice("event_type", 7383538081524696998832242688)
    ),
    "role-gail-statuses": Deviation("24.1: the permission over all events counts", statuses={3: 200}),
    "scope-public": Deviation("24.1: the permission over all events counts", statuses={3: 200}),
    "scope-two": Deviation("24.1: the permission over all events counts", statuses={3: 200}),
    "shifts-order-event-title": Deviation("7: other names are ignored", ids=[7, 8, 6, 5, 21]),
    "shifts-order-label": Deviation("7: other names are ignored", ids=[7, 8, 6, 5, 21]),
    "shifts-search-inert": Deviation("20.13: searches label and title", ids=[54, 62, 10]),
    "userinfo-detail-manager": Deviation("20.1: the row of the list", statuses={1: 200}),
    "users-by-email-case": Deviation("8: case does not matter", statuses={1: 200}),
}
