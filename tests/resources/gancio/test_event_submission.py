"""Submission of events through Gancio's API: every encoding, every error text, who is live at once."""

import json

import pytest
from sqlalchemy import select

from joindin.models import Attendance, Event, EventContact, EventHost, Place, SiteSetting, Tag
from joindin.utils.datetimes import UTC, utc_now
from tests.factories import days_from_now, make_event, make_place, newest
from tests.resources.gancio.conftest import sign_in

HOSTILE_TEXTS = (
    "\0",
    "a\0b",
    "x" * 300,
    "x" * 70_000,
    "\u202e\u200b",
    "e" + "\u0301" * 5000,
    "ﷺ" * 150,
    "İ" * 250,
    "'; DROP TABLE events; --",
    "<script>alert(1)</script>",
    "%00%ff{{7*7}}",
    "..",
    "😀" * 100,
    7,
    -1.5,
    2**70,
    True,
    None,
    [],
    {},
    [None],
    [{"a": 1}],
    ["x", None],
)


@pytest.fixture
def ann(session, user):
    """A trusted user, as those whom an admin activates."""
    user.is_trusted = True
    return user


@pytest.fixture
def stored_rows(session, count_rows):
    """``stored_rows()`` commits the arrangement and returns the number of rows by table."""

    def count():
        session.commit()
        return count_rows()

    return count


def new_event(**changes):
    start = int(days_from_now(10).timestamp())
    fields = {"title": "Swap shop", "start_datetime": start, "place_name": "Hall", "place_address": "Road 1"}
    return {name: value for name, value in (fields | changes).items() if value is not None}


def form(*pairs, **changes):
    return [(name, str(value)) for name, value in new_event(**changes).items()] + list(pairs)


def multipart(pairs):
    """Return the keyword arguments of a multipart request."""
    from werkzeug.datastructures import MultiDict

    return {"data": MultiDict(pairs), "content_type": "multipart/form-data"}


def forbid_anonymous_events(session):
    session.add(SiteSetting(key="allow_anon_event", value=False, updated_at=utc_now()))


def test_a_trusted_user_publishes_an_event_with_everything(gancio, session, ann):
    start = int(days_from_now(10).timestamp())
    reply = gancio(ann).post(
        "/api/event",
        new_event(
            start_datetime=start,
            end_datetime=start + 7200,
            place_latitude=45.1,
            place_longitude=7.6,
            description="<p>Hello <b>you</b></p><script>x</script>",
            tags=["create", "Music"],
            online_locations=["https://meet.example.org/x"],
            multidate=False,
        ),
    )

    event, place = newest(session, Event), newest(session, Place)
    assert reply.status_code == 200
    answer = reply.json
    dates = {name: answer.pop(name) for name in ("createdAt", "updatedAt")}
    dates |= {name: answer["place"].pop(name) for name in ("createdAt", "updatedAt")}
    assert all(dates.values())
    assert answer == {
        "likes": [],
        "boost": [],
        "id": event.id,
        "title": "Swap shop",
        "slug": "swap-shop",
        "description": "<p>Hello <b>you</b></p>",
        "multidate": False,
        "start_datetime": start,
        "end_datetime": start + 7200,
        "online_locations": ["https://meet.example.org/x"],
        "recurrent": None,
        "is_visible": True,
        "media": [],
        "placeId": place.id,
        "userId": ann.id,
        "place": {
            "id": place.id,
            "name": "Hall",
            "address": "Road 1",
            "latitude": 45.1,
            "longitude": 7.6,
            "ap_id": None,
        },
        "tags": ["create", "Music"],
    }
    assert (event.is_active, event.is_pending, event.is_visible) == (True, None, True)
    assert (event.location, event.latitude, event.description) == ("Hall, Road 1", 45.1, "Hello you")
    assert event.timezone == "Europe/Rome"
    for model in (EventHost, EventContact, Attendance):
        assert session.scalars(select(model.user_id).where(model.event_id == event.id)).all() == [ann.id]
    assert event.attendee_count == 1
    assert reply.headers["Cache-Control"] == "no-store"


def test_the_least_event_has_no_end(gancio, session, ann):
    place = make_place(session, "Hall")
    body = new_event(place_id=place.id, place_name=None, place_address=None)

    reply = gancio(ann).post("/api/events", body)

    event = newest(session, Event)
    assert (reply.status_code, reply.json["end_datetime"], reply.json["description"]) == (200, None, "")
    assert (reply.json["tags"], reply.json["online_locations"], reply.json["multidate"]) == ([], [], False)
    assert (event.is_end_known, event.ends_at) == (False, event.starts_at)
    assert event.place_id == place.id


def test_an_event_of_an_untrusted_user_waits_for_approval(gancio, session, user):
    reply = gancio(user).post("/api/event", new_event())

    event = newest(session, Event)
    assert (reply.status_code, reply.json["is_visible"], reply.json["userId"]) == (200, False, user.id)
    assert (event.is_active, event.is_pending) == (False, True)


def test_an_untrusted_user_has_a_limited_number_of_waiting_events(gancio, session, user, stored_rows):
    caller = gancio(user)
    for _ in range(3):
        assert caller.post("/api/event", new_event()).status_code == 200
    before = stored_rows()

    reply = caller.post("/api/event", new_event())

    assert (reply.status_code, reply.text) == (400, "You may only have 3 pending events at one time")
    assert stored_rows() == before


@pytest.mark.parametrize(
    "pairs",
    [
        [("tags", "create"), ("tags", "Three")],
        [("tags[]", "create"), ("tags[]", "Three")],
        [("tags[0]", "create"), ("tags[1]", "Three")],
    ],
)
@pytest.mark.parametrize("is_multipart", [True, False])
def test_tags_are_read_in_every_encoding(gancio, session, ann, pairs, is_multipart):
    pairs = form(*pairs, *((name.replace("tags", "online_locations"), f"https://{tag}.example") for name, tag in pairs))
    body = multipart(pairs) if is_multipart else {"data": multipart(pairs)["data"]}

    reply = gancio(ann).post("/api/event", **body)

    assert (reply.status_code, reply.json["tags"]) == (200, ["create", "Three"])
    assert reply.json["online_locations"] == ["https://create.example", "https://Three.example"]


@pytest.mark.parametrize("name", ["tags", "tags[]", "tags[0]"])
def test_a_lone_tag_is_a_list_of_one(gancio, ann, name):
    assert gancio(ann).post("/api/event", **multipart(form((name, "solo")))).json["tags"] == ["solo"]
    assert gancio(ann).post("/api/event", new_event(tags="solo")).json["tags"] == ["solo"]


def test_empty_lists(gancio, ann):
    reply = gancio(ann).post("/api/event", **multipart(form(("tags", ""), ("online_locations", ""))))

    assert (reply.status_code, reply.json["tags"], reply.json["online_locations"]) == (200, [], [])


def test_a_tag_has_the_spelling_of_its_first_use(gancio, session, ann):
    gancio(ann).post("/api/event", new_event(tags=["tag1", "Tag2"]))

    reply = gancio(ann).post("/api/event", new_event(tags=["Tag1", "taG2 ", "TAG2", "/'\"%^&*"]))

    assert sorted(reply.json["tags"]) == ["/'\"%^&*", "Tag2", "tag1"]
    assert len(session.scalars(select(Tag)).all()) == 3


@pytest.mark.parametrize(
    ("value", "stored"), [("true", True), ("1", True), ("True", True), ("false", False), ("0", False), ("", False)]
)
def test_multidate_is_a_boolean(gancio, ann, value, stored):
    reply = gancio(ann).post("/api/event", **multipart(form(("multidate", value))))

    assert reply.json["multidate"] is stored


def test_values_may_be_lists_of_one(gancio, ann):
    start = int(days_from_now(5).timestamp())

    reply = gancio(ann).post("/api/event", new_event(start_datetime=str(start), end_datetime=[start + 60]))

    assert (reply.json["start_datetime"], reply.json["end_datetime"]) == (start, start + 60)


@pytest.mark.parametrize("pairs", [[("placeholder", "")], [("flyer", "x.png")]])
def test_other_files_are_ignored(gancio, ann, pairs):
    import io

    files = [(name, (io.BytesIO(b""), filename)) for name, filename in pairs]

    reply = gancio(ann).post("/api/event", **multipart(form() + files))

    assert (reply.status_code, reply.json["media"]) == (200, [])


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"title": None}, "title required"),
        ({"title": "  "}, "title required"),
        ({"title": None, "start_datetime": None}, "title required"),
        ({"start_datetime": None}, "start_datetime required"),
        ({"start_datetime": 0}, "start_datetime required"),
        ({"start_datetime": ""}, "start_datetime required"),
        ({"end_datetime": 1}, "start datetime is greater than end datetime"),
        ({"start_datetime": 50_000_000_000, "end_datetime": 1}, "start datetime is greater than end datetime"),
        ({"end_datetime": 40_000_000_000}, "are you sure?"),
        ({"start_datetime": 40_000_000_000}, "are you sure?"),
        ({"start_datetime": "tomorrow"}, "Wrong format for start datetime"),
        ({"start_datetime": "0"}, "Wrong format for start datetime"),
        ({"start_datetime": True}, "Wrong format for start datetime"),
        ({"start_datetime": -99_000_000_000}, "Wrong format for start datetime"),
        ({"start_datetime": {"a": 1}}, "Wrong format for start datetime"),
        ({"start_datetime": "NaN"}, "Wrong format for start datetime"),
        ({"end_datetime": "tomorrow"}, "Wrong format for end datetime"),
        ({"place_name": None, "place_address": None}, "place_id or place_name and place_address are required"),
        ({"place_name": "  "}, "place_id or place_name and place_address are required"),
        ({"place_address": ""}, "place_id or place_name and place_address are required"),
        ({"place_id": 99_999}, "Place not found"),
        ({"place_id": 2**70}, "Place not found"),
        ({"place_id": "Hall"}, "Place not found"),
        ({"place_id": -1}, "Place not found"),
        ({"tags": {"a": 1}}, "tags field must be an array"),
        ({"tags": 7}, "tags field must be an array"),
        ({"tags": [["a"]] * 2}, None),
        ({"tags": ["x"] * 51}, "tags must not have more than 50 items"),
        ({"tags": ["x" * 201]}, "tags must not be longer than 200 characters"),
        ({"online_locations": {"a": 1}}, "online_locations field must be an array"),
        ({"online_locations": ["javascript:alert(1)"]}, "online_locations must be web addresses"),
        ({"title": "x" * 256}, "title must not be longer than 255 characters"),
        ({"title": ["a", "b"]}, "title must be a text"),
        ({"description": {"a": 1}}, "description must be a text"),
        ({"description": "x" * 100_001}, "description must not be longer than 100000 characters"),
        ({"place_latitude": "north", "place_longitude": 1}, "place_latitude must be a number from -90 to 90"),
        ({"place_latitude": 91, "place_longitude": 1}, "place_latitude must be a number from -90 to 90"),
        ({"recurrent": "weekly"}, "recurrent must be a JSON object"),
        ({"recurrent": [1, 2]}, "recurrent must be a JSON object"),
        ({"image_focalpoint": "left"}, "image_focalpoint must be two numbers from -1 to 1"),
    ],
)
def test_an_invalid_event_is_refused_with_the_text_of_the_contract(gancio, ann, stored_rows, changes, text):
    caller, before = gancio(ann), stored_rows()
    body = new_event() | changes
    body = {name: value for name, value in body.items() if value is not None}

    reply = caller.post("/api/event", body)

    if text is None:
        return
    assert (reply.status_code, reply.text, reply.mimetype) == (400, text, "text/plain")
    assert stored_rows() == before


def test_errors_come_in_the_order_of_the_contract(gancio, ann):
    texts, body = [], {"end_datetime": 1, "start_datetime": 40_000_000_000, "tags": 7, "place_id": 99}
    for correction in (
        {"title": "A"},
        {"end_datetime": 41_000_000_000},
        {"end_datetime": None},
        {"start_datetime": "x"},
        {"start_datetime": 2_000_000_000, "place_id": None},
        {"place_id": 98},
    ):
        texts.append(gancio(ann).post("/api/event", body).text)
        body |= correction
        body = {name: value for name, value in body.items() if value is not None}
    texts.append(gancio(ann).post("/api/event", body).text)

    assert texts == [
        "title required",
        "start datetime is greater than end datetime",
        "are you sure?",
        "are you sure?",
        "Wrong format for start datetime",
        "place_id or place_name and place_address are required",
        "Place not found",
    ]


@pytest.mark.parametrize(
    ("raw", "content_type", "status"),
    [
        (b"{", "application/json", 400),
        (b"[1]", "application/json", 400),
        (b'"x"', "application/json", 400),
        (b'{"title": "\\ud800"}', "application/json", 400),
        (b"\xff\xfe", "application/x-www-form-urlencoded", 400),
        (b"--x\r\n", "multipart/form-data; boundary=x", 400),
        (b"title", "text/plain", 400),
    ],
)
def test_a_broken_body_is_refused(gancio, ann, stored_rows, raw, content_type, status):
    caller, before = gancio(ann), stored_rows()

    reply = caller.post("/api/event", data=raw, content_type=content_type)

    assert reply.status_code == status
    assert stored_rows() == before


@pytest.mark.parametrize("field", ["title", "place_name", "place_address", "description", "tags", "image_name"])
def test_any_text_is_stored_or_refused(gancio, ann, field):
    for text in HOSTILE_TEXTS:
        reply = gancio(ann).post("/api/event", new_event(**{field: text}))
        assert reply.status_code in (200, 400), (field, text)


def test_online_needs_no_address(gancio, session, ann):
    reply = gancio(ann).post("/api/event", new_event(place_name="Online", place_address=None))

    assert (reply.status_code, reply.json["place"]["name"], reply.json["place"]["address"]) == (200, "Online", "")
    assert newest(session, Event).location == "Online"


@pytest.mark.parametrize("degrees", [(45.1, 0), (0, 7.6), (45.1, None)])
def test_coordinates_count_only_together(gancio, session, ann, degrees):
    gancio(ann).post("/api/event", new_event(place_latitude=degrees[0], place_longitude=degrees[1]))

    place = newest(session, Place)
    assert (place.latitude, place.longitude) == (None, None)


def test_a_user_publishes_past_events(gancio, session, ann):
    reply = gancio(ann).post("/api/event", new_event(start_datetime=int(days_from_now(-30).timestamp())))

    assert (reply.status_code, reply.json["is_visible"]) == (200, True)


def test_a_visitor_submits_no_past_event(gancio, session, stored_rows):
    before = stored_rows()

    reply = gancio().post("/api/event", new_event(start_datetime=int(days_from_now(-1).timestamp())))

    assert (reply.status_code, reply.text) == (400, "Anonymous user cannot create past events")
    assert stored_rows() == before


def test_a_visitor_submits_nothing_where_the_site_forbids_it(gancio, session, stored_rows):
    forbid_anonymous_events(session)
    before = stored_rows()

    reply = gancio().post("/api/event", new_event())

    assert (reply.status_code, reply.text) == (403, "Forbidden")
    assert stored_rows() == before


def test_a_visitor_submits_at_places_of_visible_events_only(gancio, session, ann, stored_rows):
    shown, hidden = make_place(session, name="Shown"), make_place(session, name="Hidden")
    make_event(session, place_id=shown.id)
    make_event(session, place_id=hidden.id, is_active=False, is_pending=True)
    bodies = [new_event(place_name=None, place_address=None, place_id=place_id) for place_id in (shown.id, hidden.id)]
    before = stored_rows()

    refused = gancio().post("/api/event", bodies[1])
    assert (refused.status_code, refused.text) == (400, "Place not found")
    assert stored_rows() == before
    assert gancio().post("/api/event", bodies[0]).json["place"]["name"] == "Shown"
    assert gancio(ann).post("/api/event", bodies[1]).json["place"]["name"] == "Hidden"


def test_an_invalid_token_gives_no_event_of_nobody(gancio, session, stored_rows):
    before = stored_rows()

    reply = gancio().post("/api/event", new_event(), headers={"Authorization": "Bearer " + "f" * 32})

    assert (reply.status_code, reply.text) == (401, "Unauthorized")
    assert stored_rows() == before


@pytest.mark.parametrize(
    ("query", "field", "headers"),
    [
        ("?access_token={}", None, {}),
        ("", "{}", {}),
        ("", None, {"Cookie": "auth._token.local=Bearer%20{}"}),
        ("", None, {"Authorization": "Token {}"}),
        ("", None, {"Authorization": "Basic eDp5"}),
    ],
)
@pytest.mark.parametrize("is_valid", [True, False])
def test_credentials_outside_a_bearer_header_store_no_event(
    gancio, session, ann, stored_rows, query, field, headers, is_valid
):
    token = sign_in(session, ann) if is_valid else "f" * 32
    pairs = [("access_token", field.format(token))] if field else []
    before = stored_rows()

    reply = gancio().post(
        "/api/event" + query.format(token),
        headers={name: value.format(token) for name, value in headers.items()},
        **multipart(form(*pairs)),
    )

    assert (reply.status_code, reply.text) == (401, "Unauthorized")
    assert stored_rows() == before


def test_the_cookie_of_a_client_that_has_signed_out_is_no_token(gancio):
    reply = gancio().post("/api/event", new_event(), headers={"Cookie": "auth._token.local=false"})

    assert (reply.status_code, reply.json["is_visible"]) == (200, False)


@pytest.mark.parametrize("is_multipart", [True, False])
@pytest.mark.parametrize(
    "pairs",
    [
        [("recurrent", '{"frequency": "2w"}')],
        [("recurrent[frequency]", "2w")],
        [("recurrent.frequency", "2w")],
    ],
)
def test_a_recurrence_is_read_in_every_encoding(gancio, ann, pairs, is_multipart):
    body = multipart(form(*pairs)) if is_multipart else {"data": multipart(form(*pairs))["data"]}

    reply = gancio(ann).post("/api/event", **body)

    assert (reply.status_code, reply.json["recurrent"]) == (200, {"frequency": "2w"})


def test_a_recurrence_in_json_is_an_object_or_its_text(gancio, ann):
    rule = {"frequency": "1m", "type": 2, "days": [1]}

    replies = [gancio(ann).post("/api/event", new_event(recurrent=value)) for value in (rule, json.dumps(rule))]

    assert [reply.json["recurrent"] for reply in replies] == [rule, rule]


@pytest.mark.parametrize("value", ["null", "", "false"])
def test_no_recurrence(gancio, ann, value):
    assert gancio(ann).post("/api/event", **multipart(form(("recurrent", value)))).json["recurrent"] is None


def test_a_visible_series_has_its_first_occurrence_at_once(gancio, session, ann):
    parent_id = gancio(ann).post("/api/event", new_event(recurrent={"frequency": "1w"})).json["id"]

    parent = session.get_one(Event, parent_id)
    occurrence = session.scalars(select(Event).where(Event.parent_id == parent_id)).one()
    assert (occurrence.starts_at, occurrence.slug, occurrence.is_visible) == (parent.starts_at, "swap-shop-1", True)


def test_a_series_of_a_visitor_has_no_occurrence(gancio, session):
    parent_id = gancio().post("/api/event", new_event(recurrent={"frequency": "1w"})).json["id"]

    assert session.scalars(select(Event.id)).all() == [parent_id]


def test_a_title_keeps_its_markup_here(gancio, session, ann):
    reply = gancio(ann).post("/api/event", new_event(title=" <b>bold</b> move "))

    assert (reply.json["title"], reply.json["slug"]) == ("<b>bold</b> move", "lessbgreaterboldlessbgreater-move")


def test_times_are_seconds_of_utc(gancio, session, ann):
    gancio(ann).post("/api/event", new_event(start_datetime=2_000_000_000.7))

    assert newest(session, Event).starts_at.astimezone(UTC).isoformat() == "2033-05-18T03:33:20+00:00"


def test_visitors_submit_six_times_in_five_minutes_and_users_more(gancio, session, ann):
    replies = [gancio().post("/api/event", {}) for _ in range(7)]
    assert [reply.status_code for reply in replies] == [400] * 6 + [429]
    assert replies[-1].text == "Too many requests, please try again later."
    assert replies[-1].headers["RateLimit-Policy"] == "6;w=300"
    assert 0 < int(replies[-1].headers["Retry-After"]) <= 300
    # One count for all forms of visitors.
    assert gancio().post("/api/client", {}).status_code == 429
    assert gancio().post("/api/events", {}).status_code == 429

    assert {gancio(ann).post("/api/event", {}).status_code for _ in range(20)} == {400}
