"""Responses that differ from those of the original, with the reason.

Each entry names the decision of the contract (REC, by its number in section 18 if it has one) or our own extension, and
the exact difference.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field

BASE = "http://127.0.0.1:8180/v2.1"


def _same(*given):
    return given if len(given) > 1 else given[0]


@dataclass(frozen=True)
class Deviation:
    """The expected response in place of the original's, for the exchange itself and for the reads after it."""

    reason: str = ""
    answer: Callable = _same
    headers: Callable = _same
    mails: Callable = _same
    afterwards: "Deviation" = field(default_factory=lambda: NONE)


NONE = Deviation(afterwards=None)
object.__setattr__(NONE, "afterwards", NONE)


def deviation_of(case):
    return DEVIATIONS.get(case, NONE)


def refused(status, sentence):
    return {"answer": lambda *_: (status, [sentence]), "headers": _no_location}


def done(status, location=None):
    return {
        "answer": lambda *_: (status, None),
        "headers": lambda headers: _no_location(headers) | ({"Location": location} if location else {}),
    }


def changed(**fields):
    """Expect the same response with other values in the first item of its collection."""

    def answer(status, body):
        name = next(iter(body))
        return status, body | {name: [body[name][0] | fields, *body[name][1:]]}

    return answer


def not_rated(status, body):
    """Expect no comment and no rating after a comment that this server refuses."""
    if "comments" in body:
        return 404, ["Comment not found"]
    return changed(average_rating=0, comment_count=0)(status, body) if "talks" in body else (status, body)


def with_slug(status, body):
    """Expect the slug in the web address of a new event; the original leaves it out of its first response."""
    for event in body["events"]:
        if event["website_uri"].endswith("/event/"):
            event["website_uri"] += event["url_friendly_name"]
    return status, body


def hosted_in_public(status, body):
    """Expect the slugs, and the events that a visitor may see."""
    status, body = with_slug(status, body)
    public = [event for event in body["events"] if event["name"] != "Golden Private"]
    return status, {"events": public, "meta": body["meta"] | {"count": len(public), "total": len(public)}}


def anonymous(status, body):
    """Expect an anonymous response; the newest original has a "user 0" for an unknown token."""
    body["meta"].pop("user_uri", None)
    return status, body


def in_each(name, **fields):
    """Expect the same response with other values in every item of its collection."""

    def answer(status, body):
        return status, body | {name: [item | fields for item in body[name]]}

    return answer


def in_events(**fields):
    """Expect other values in reads of the event."""
    return lambda status, body: changed(**fields)(status, body) if "events" in body else (status, body)


def new_talk(status, body):
    """Expect a new talk: 18 #6 in its speakers, #7, and #23, a random stub."""
    return changed(
        stub=RANDOM,
        website_uri=f"http://dev.joind.in/talk/{RANDOM}",
        speakers=[{"speaker_name": "Speaker Sam"}, {"speaker_name": "New One"}],
        **{"user_rating": False} if "user_rating" in body["talks"][0] else {},
    )(status, body)


def new_track(status, body):
    if "tracks" in body:
        return changed(track_name="New &")(status, body)
    return in_events(tracks_count=3)(status, body)


def new_application(*_):
    """Expect what did not fit into the original's columns (11); 18 #6 in the description."""
    return 201, {"clients": [NEW_APPLICATION], "meta": {"count": 1, "total": 1, **NEW_APPLICATION_META}}


def beside_new_application(status, body):
    return status, {
        "clients": [NEW_APPLICATION, *body["clients"]],
        "meta": {"count": 2, "total": 2, **NEW_APPLICATION_META},
    }


def after_deletion(status, body):
    """Expect no user (18 #4), and a comment on an event without an author (9.9)."""
    if "users" in body:
        return 404, ["User not found"]
    comment = {name: value for name, value in body["comments"][0].items() if name not in ("username", "user_uri")}
    return status, body | {"comments": [comment]}


def with_types(*types, **fields):
    """Expect the talks of a user with their types; the original leaves them out of that list."""

    def answer(status, body):
        talks = [talk | {"type": type_} | fields for talk, type_ in zip(body["talks"], types, strict=True)]
        for talk in talks:
            if "talk_media" in talk and talk["id"] == 2001:
                talk |= {"slides_link": FIRST_LINKS[0]["slides_link"], "talk_media": FIRST_LINKS}
        return status, body | {"talks": talks}

    return answer


def plain_json(status, script):
    """Expect the payload only; the original calls a function with an impossible name."""
    return status, json.loads("{" + script.partition("({")[2][:-2])


def without_next_page(status, body):
    del body["meta"]["next_page"]
    return status, body


def _no_location(headers):
    return {name: value for name, value in headers.items() if name != "Location"}


FRESH = {"reason": "18 #24: the slug is in the first answer", "afterwards": Deviation(answer=with_slug)}

# Stands for a random stub or key, of which only the form can be compared.
RANDOM = "<random>"

UNUSABLE_VALUES = refused(
    400, "The field 'longitude' must be a number. The field 'href' must be a web address such as https://conf.example"
)

DEVIATIONS = {
    "get-event-talks-verbose": Deviation("18 #7", answer=in_each("talks", user_rating=False)),
    "get-talk-unclaimed-verbose": Deviation("18 #7", answer=in_each("talks", user_rating=False)),
    "get-user-talks": Deviation("7.1: the type is filled", answer=with_types("Talk", "Keynote", "Talk")),
    "get-user-talks-verbose": Deviation(
        "7.1: type, links and (18 #7) rating are filled in every talk",
        answer=with_types("Talk", "Keynote", "Talk", user_rating=False),
    ),
    "get-jsonp": Deviation(
        "18 #35", headers=lambda headers: headers | {"Content-Type": "text/javascript; charset=utf8"}
    ),
    "get-jsonp-html-chars": Deviation("2.4: no callback of such a name", answer=plain_json),
    "get-bad-token": Deviation("18 #3: unknown token is anonymous", answer=anonymous),
    "write-token-revoke": Deviation("18 #3: revoked token is anonymous", afterwards=Deviation(
        answer=lambda status, body: anonymous(status, body) if "/users/0" in str(body["meta"]) else (status, body)
    )),
    "write-token-inactive": Deviation("ours: deactivated users have no permissions", **refused(403, "Signin failed")),
    "write-event-submit-bad-token": Deviation("18 #3", **refused(401, "You must be logged in to create data")),
    "write-nonstrict-event-submit-bad-token": Deviation("18 #3", **refused(401, "You must be logged in to create data")),
    "get-event-pending-host": Deviation(
        "ours: hosts see their pending event",
        answer=lambda *_: (200, OWN_PENDING_EVENT),
    ),
    "get-events-title-array": Deviation(
        "2.3: our message for lists in place of PHP's", **refused(400, "Expected parameter title is not a readable string")
    ),
    "get-events-start-negative": Deviation(
        "2.7: negative is refused", **refused(400, "The parameters 'start' and 'resultsperpage' must not be negative")
    ),
    "get-events-resultsperpage-0": Deviation("18 #26: no next page of everything", answer=without_next_page),
    "get-method-options": Deviation("2.10: preflight is answered", **done(204), ),
    "get-user-username-none": Deviation("18 #5", **refused(404, "Username not found")),
    "get-user-hosted": Deviation("18 #24; ours: a private event is listed to its hosts only", answer=hosted_in_public),
    "write-event-edit-404": Deviation("4.5: unknown event", **refused(404, "Event not found")),
    "write-event-edit-tags-and-href": Deviation("ours: unusable values are refused", **UNUSABLE_VALUES),
    "write-nonstrict-event-edit-tags-and-href": Deviation(
        "ours: unusable values are refused",
        **UNUSABLE_VALUES,
        afterwards=Deviation(
            answer=changed(
                name="PHP Golden Conf",
                start_date="2026-11-20T01:00:00+01:00",
                end_date="2026-11-23T00:59:59+01:00",
                description="Running now & <b>bold</b> text",
                href="http://golden.example.org/",
                latitude=52.370216,
                longitude=4.895168,
                location="Amsterdam",
                cfp_start_date="2026-08-23T02:00:00+02:00",
                cfp_end_date="2026-10-22T02:00:00+02:00",
                tags=["php", "testing"],
            )
        ),
    ),
    "write-nonstrict-event-edit-tags": Deviation(
        "ours: tags in the order given", afterwards=Deviation(answer=changed(tags=["one", "php"]))
    ),
    "write-image-delete-host": Deviation("ours: no icon without image", afterwards=Deviation(answer=in_events(icon=""))),
    "write-event-submit-auto-approve": Deviation(**FRESH),
    "write-event-submit-valid-pending": Deviation(**FRESH),
    "write-event-submit-datetime-tz": Deviation(**FRESH),
    "write-event-submit-full-trusted": Deviation(**FRESH),
    "write-event-submit-html-chars": Deviation(
        "18 #6: tags are stripped, nothing is escaped",
        afterwards=Deviation(
            answer=changed(
                name='A & B x "q"',
                url_friendly_name="a--b-x-q",
                description="d & e",
                website_uri="http://dev.joind.in/event/a--b-x-q",
            )
        ),
    ),
    "write-event-submit-json-charset": Deviation(
        "18 #28",
        **done(202, f"{BASE}/events"),
        mails=lambda _: [("ima@sampledomain.com", "New event submitted to joind.in")],
    ),
    "write-event-submit-long-name": Deviation(
        "2.9: a clear refusal in place of a database error",
        **refused(400, "The field 'name' must not be longer than 200 characters"),
    ),
    "write-nonstrict-event-submit-long-name": Deviation(
        "2.9: a clear refusal in place of a truncated name",
        **refused(400, "The field 'name' must not be longer than 200 characters"),
        afterwards=Deviation(**refused(404, "Event not found")),
    ),
    "write-host-add": Deviation("18 #2", **done(204, f"{BASE}/events/201")),
    "write-host-remove-self": Deviation(
        "18 #21",
        **refused(403, "You are not allowed to remove yourself from the host-list"),
        afterwards=Deviation(
            answer=lambda *_: (
                200,
                {
                    "hosts": [{"host_name": "Hostie McHost", "host_uri": f"{BASE}/users/62"}],
                    "meta": {"count": 1, "total": 1, "this_page": f"{BASE}/events/201/hosts?resultsperpage=20"},
                },
            )
        ),
    ),
    "write-image-too-many-bytes": Deviation(
        "ours: 8 MiB are accepted, and messages name the accepted types",
        **refused(400, "Supplied image must be a PNG, JPEG, GIF or WebP; the file is of another type"),
    ),
    "write-image-webp": Deviation(
        "ours: WebP is accepted",
        **done(201, f"{BASE}/events/201"),
        afterwards=Deviation(answer=lambda status, body: _with_webp(status, body)),
    ),
    "write-talk-comment-rating-6": Deviation(
        "18 #34",
        **refused(400, 'The field "rating" must be a number (1-5)'),
        afterwards=Deviation(answer=not_rated),
    ),
    "write-talk-comment-rating-abc": Deviation(
        "18 #34, 2.9: a message in place of a database error", **refused(400, 'The field "rating" must be a number')
    ),
    "write-nonstrict-talk-comment-rating-abc": Deviation(
        "18 #34",
        **refused(400, 'The field "rating" must be a number'),
        afterwards=Deviation(answer=not_rated),
    ),
    "write-talk-create-bad-date": Deviation(
        "7.5: the message of our parser", **refused(400, "Failed to parse time string (garbage)")
    ),
    "write-talk-create-full": Deviation(
        "18 #6, #7, #23", answer=new_talk, afterwards=Deviation(answer=new_talk)
    ),
    "write-talk-delete-host": Deviation("18 #25", afterwards=Deviation(answer=in_events(talks_count=3))),
    "write-talk-edit-host": Deviation(
        "18 #7; ours: no slides are null",
        afterwards=Deviation(answer=changed(user_rating=False, slides_link=None)),
    ),
    "write-talk-link-add": Deviation("18 #37", **done(204, f"{BASE}/talks/2001/links/5")),
    "write-talk-link-add-unknown-type": Deviation("18 #12", **refused(400, "The Link has not been inserted")),
    "write-nonstrict-talk-link-add-unknown-type": Deviation(
        "18 #12", **refused(400, "The Link has not been inserted")
    ),
    "write-talk-link-edit": Deviation("18 #37", **done(204, f"{BASE}/talks/2001/links/1")),
    "write-track-create": Deviation("18 #6, #25", afterwards=Deviation(answer=new_track)),
    "write-unstar": Deviation("18 #1", **done(200, f"{BASE}/talks/2001/starred")),
    "write-unstar-not-starred": Deviation("18 #1", **done(200, f"{BASE}/talks/2003/starred")),
    "write-application-create": Deviation(
        "11: key and secret fit",
        answer=new_application,
        headers=lambda headers: headers | {"Location": f"{BASE}/applications/11"},
        afterwards=Deviation(answer=beside_new_application),
    ),
    "write-nonstrict-application-create": Deviation(
        "11: the key is not cut; 18 #6",
        answer=changed(consumer_key=RANDOM, description="d &"),
        afterwards=Deviation(answer=changed(consumer_key=RANDOM, description="d &")),
    ),
    "write-application-edit": Deviation(
        "18 #6", answer=changed(description="d &"), afterwards=Deviation(answer=changed(description="d &"))
    ),
    "write-user-delete-admin": Deviation("9.9, 18 #4", afterwards=Deviation(answer=after_deletion)),
    "write-user-edit-self": Deviation(
        "9.7: a new address is confirmed by mail, and the previous one gets a notice",
        mails=lambda _: [
            ("plain2@example.org", "Confirm your new address for joind.in"),
            ("plain@example.org", "A new address for your joind.in account"),
        ],
    ),
    "write-user-register-html": Deviation(
        "18 #6",
        afterwards=Deviation(
            answer=changed(
                username="a&",
                full_name='x & "y"',
                biography="",
                website_uri="http://dev.joind.in/user/a%26",
            )
        ),
    ),
}  # fmt: skip

FIRST_LINKS = [
    {"slides_link": "http://slides.example.org/1"},
    {"video_link": "http://video.example.org/1"},
    {"code_link": "http://code.example.org/1"},
]

NEW_APPLICATION = {
    "consumer_key": RANDOM,
    "created_date": "2026-11-21T05:33:06+00:00",
    "application": "My App",
    "description": "d &",
    "callback_url": "http://cb.example.org/",
    "client_uri": f"{BASE}/applications/11",
}
NEW_APPLICATION_META = {
    "this_page": f"{BASE}/applications?resultsperpage=20",
    "user_uri": f"{BASE}/users/63",
}

WEBP = {
    size: {
        "type": size,
        "url": f"http://dev.joind.in/inc/img/event_icons/icon-201-{size}.webp",
        "width": pixels,
        "height": pixels,
    }
    for size, pixels in (("orig", 300), ("small", 140))
}


def _with_webp(status, body):
    if "images" in body:
        return status, {"images": WEBP, "meta": {"count": 2}}
    return changed(icon="icon-201-small.webp", images=WEBP)(status, body)


OWN_PENDING_EVENT = {
    "events": [
        {
            "name": "Golden Pending",
            "url_friendly_name": "golden-pending",
            "start_date": "2026-12-21T01:00:00+01:00",
            "end_date": "2026-12-22T01:00:00+01:00",
            "description": "Awaiting approval",
            "stub": "goldpend",
            "href": None,
            "tz_continent": "Europe",
            "tz_place": "Paris",
            "attendee_count": 0,
            "attending": False,
            "event_average_rating": 0,
            "event_comments_count": 0,
            "tracks_count": 0,
            "talks_count": 1,
            "icon": "",
            "location": "Paris",
            "rejection_reason": None,
            "images": [],
            "tags": [],
            "uri": f"{BASE}/events/203",
            "verbose_uri": f"{BASE}/events/203?verbose=yes",
            "comments_uri": f"{BASE}/events/203/comments",
            "talks_uri": f"{BASE}/events/203/talks",
            "tracks_uri": f"{BASE}/events/203/tracks",
            "attending_uri": f"{BASE}/events/203/attending",
            "images_uri": f"{BASE}/events/203/images",
            "hosts_uri": f"{BASE}/events/203/hosts",
            "pending": 1,
            "website_uri": "http://dev.joind.in/event/golden-pending",
            "humane_website_uri": "http://dev.joind.in/e/goldpend",
            "attendees_uri": f"{BASE}/events/203/attendees",
        }
    ],
    "meta": {
        "count": 1,
        "total": 1,
        "this_page": f"{BASE}/events/203?resultsperpage=20",
        "user_uri": f"{BASE}/users/63",
    },
}
