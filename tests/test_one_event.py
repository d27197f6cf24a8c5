"""One event in every API: each line of docs/one-event.md, written through one API and read through the other."""

import datetime as dt
import io
import re
from pathlib import Path

import pytest
from PIL import Image

from joindin.models import Event, EventSettings, EventVenuePlan, SiteSetting, User
from joindin.utils.datetimes import UTC, get_timezone
from tests.api_client import ApiClient
from tests.factories import (
    days_from_now,
    make_attendance,
    make_event,
    make_event_comment,
    make_place,
    make_talk,
    make_track,
    make_user,
    newest,
)

TABLE = (Path(__file__).parent.parent / "docs" / "one-event.md").read_text()
START = days_from_now(20).replace(hour=18, minute=0, second=0)
EPOCH = int(START.timestamp())
HOUR, DAY = 3600, 86_400


class TwoApis:
    """Both APIs, as one user or as a visitor."""

    def __init__(self, app, session, user: User | None = None):
        visitor = ApiClient(app)
        self._client = visitor.signed_in(user) if user else visitor
        self._session = session

    def submit_to_joindin(self, **fields) -> int:
        body = {"name": "Sample Conf", "description": "Two days.", "location": "Main Hall", "tags": ["php"]}
        body |= {"start_date": self.local(START), "end_date": self.local(START.replace(hour=20))}
        body |= {"tz_continent": "Europe", "tz_place": "Amsterdam"}
        reply = self._client.post("/v2.1/events", json=body | fields)
        assert reply.status_code in (201, 202), reply.text
        return newest(self._session, Event).id

    def submit_to_gancio(self, **fields) -> int:
        body = {"title": "Swap shop", "start_datetime": EPOCH, "place_name": "Barn"}
        body |= {"place_address": "Road 1", "description": "<p>Bring things</p>"}
        reply = self._client.post("/api/event", json=body | fields)
        assert reply.status_code == 200, reply.text
        return reply.json["id"]

    def in_joindin(self, event_id) -> dict | None:
        reply = self._client.get(f"/v2.1/events/{event_id}?verbose=yes")
        return reply.json["events"][0] if reply.status_code == 200 else None

    def in_gancio(self, event_id) -> dict | None:
        reply = self._client.get(f"/api/event/detail/{event_id}")
        return reply.json if reply.status_code == 200 else None

    def edit_in_joindin(self, event_id, **fields):
        """Send the event back as it was read, with these changes."""
        names = ("name", "description", "location", "start_date", "end_date", "tz_continent", "tz_place")
        shown = self.in_joindin(event_id)
        body = {name: shown[name] for name in names} | fields
        return self._client.put(f"/v2.1/events/{event_id}", json=body).status_code

    def edit_in_gancio(self, event_id, **fields):
        return self._client.put("/api/event", json={"id": event_id} | fields).status_code

    def call(self, method, path, **kwargs):
        return self._client.request(method, path, **kwargs)

    def is_listed(self, event_id) -> tuple[bool, bool]:
        """Return whether the public lists of both APIs have the event."""
        uri = f"/v2.1/events/{event_id}"
        joindin = self._client.get("/v2.1/events?resultsperpage=0").json["events"]
        gancio = self._client.get("/api/events?show_recurrent=true").json
        return any(each["uri"].endswith(uri) for each in joindin), event_id in [each["id"] for each in gancio]

    @staticmethod
    def local(at):
        return at.astimezone(get_timezone("Europe/Amsterdam")).isoformat()


@pytest.fixture
def as_user(app, session):
    """``as_user(user)`` returns both APIs for the user, ``as_user()`` for a visitor."""
    return lambda user=None: TwoApis(app, session, user)


@pytest.fixture
def ann(session):
    return make_user(session, "ann", is_trusted=True)


@pytest.fixture
def both(as_user, ann):
    """Both APIs for a trusted user."""
    return as_user(ann)


@pytest.fixture
def editor(session):
    return make_user(session, "ed", is_editor=True)


def picture(width, height):
    content = io.BytesIO()
    Image.new("RGB", (width, height), "red").save(content, "PNG")
    return {"image": (io.BytesIO(content.getvalue()), "a.png")}


def test_every_line_has_its_test_and_every_test_its_line():
    rows = [re.split(r"\s*\|\s*", line)[1:-1] for line in TABLE.splitlines() if line.startswith("|")]
    named = [re.fullmatch(r"`(\w+)`", row[-1])[1] for row in rows if row[0] not in ("line", "---")]
    tests = [
        name
        for name in globals()
        if name.startswith("test_") and name != "test_every_line_has_its_test_and_every_test_its_line"
    ]

    assert {len(row) for row in rows} == {5}
    assert sorted(named) == sorted(tests)


def test_id(both):
    for event_id in (both.submit_to_gancio(), both.submit_to_joindin()):
        assert both.in_joindin(event_id)["uri"].endswith(f"/v2.1/events/{event_id}")
        assert both.in_gancio(event_id)["id"] == event_id


def test_slug(both):
    ids = [both.submit_to_gancio(), both.submit_to_gancio(), both.submit_to_joindin(name="Swap shop")]
    both.edit_in_gancio(ids[0], title="Another")
    both.edit_in_joindin(ids[1], name="Another")

    slugs = ["swap-shop", "swap-shop-1", f"swap-shop-{START.year}"]
    assert [both.in_joindin(each)["url_friendly_name"] for each in ids] == slugs
    assert [both.in_gancio(slug)["id"] for slug in slugs] == ids
    assert both.in_joindin(nameless := both.submit_to_gancio(title="日本"))["url_friendly_name"] == f"event-{nameless}"


def test_owner(both, as_user, ann):
    ids = both.submit_to_gancio(), both.submit_to_joindin()

    for event_id in ids:
        shown = both.in_joindin(event_id)
        assert (shown["contact_name"], [host["host_name"] for host in shown["hosts"]]) == ("Ann", ["Ann"])
        assert (shown["attendee_count"], shown["attending"], shown["can_edit"]) == (1, True, True)
        assert (both.in_gancio(event_id)["isMine"], as_user().in_gancio(event_id)["isMine"]) == (True, False)
        assert both.call("PUT", "/api/event", json={"id": event_id}).json["userId"] == ann.id


def test_dates_of_the_entry(both, session):
    event = session.get_one(Event, both.submit_to_joindin())

    answer = both.call("PUT", "/api/event", json={"id": event.id, "title": "New"}).json

    assert answer["createdAt"] == f"{event.submitted_at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.000Z"
    assert answer["updatedAt"] >= answer["createdAt"]


def test_title(both):
    event_id = both.submit_to_gancio(title="<b>bold</b> move")
    both.edit_in_joindin(event_id, description="New")

    assert (both.in_joindin(event_id)["name"], both.in_gancio(event_id)["title"]) == ("bold move", "<b>bold</b> move")


def test_length_of_the_title(both):
    title = "ß" * 255
    event_id, other_id = both.submit_to_gancio(title=title), both.submit_to_joindin()

    statuses = [both.edit_in_joindin(event_id, description="New"), both.edit_in_joindin(other_id, name="x" * 201)]

    assert statuses == [204, 400]
    assert (both.in_joindin(event_id)["name"], both.in_gancio(event_id)["title"]) == (title, title)


def test_html(both):
    event_id = both.submit_to_gancio(
        description="<p>One <b>a</b></p><p>5 &lt; 6 <a href='https://x.example'>here</a></p><p>A &lt;b&gt; tag</p>"
    )

    # Joind.in's clients print the description unescaped, therefore it has nothing that looks like an element.
    assert both.in_joindin(event_id)["description"] == "One a\n\n5 < 6 here [https://x.example]\n\nA  tag"
    assert both.in_gancio(event_id)["plain_description"] == "One a\n\n5 < 6 here [https://x.example]\n\nA <b> tag"


def test_plain_text(both):
    event_id = both.submit_to_joindin(description="One <3\n\nTwo & a half")

    assert both.in_gancio(event_id)["description"] == "<p>One &lt;3</p><p>Two &amp; a half</p>"


def test_html_after_an_edit(both):
    event_id = both.submit_to_gancio(description="<p>One <b>a</b></p>")
    both.edit_in_joindin(event_id, name="Same description")
    kept = both.in_gancio(event_id)["description"]
    both.edit_in_joindin(event_id, description="Two")

    assert (kept, both.in_gancio(event_id)["description"]) == ("<p>One <b>a</b></p>", "<p>Two</p>")


def test_tags(both, as_user):
    first, second = (
        both.submit_to_gancio(tags=["PHP", "Live Music"]),
        both.submit_to_joindin(tags=["php", "live music"]),
    )

    for event_id in (first, second):
        assert (
            sorted(both.in_joindin(event_id)["tags"])
            == sorted(both.in_gancio(event_id)["tags"])
            == ["Live Music", "PHP"]
        )
    assert [each["id"] for each in both.call("GET", "/api/events?tags=php").json] == [first, second]
    assert both.call("GET", "/v2.1/events?tags[]=PHP").json["meta"]["total"] == 2


def test_images(both):
    flyer, square = both.submit_to_gancio(), both.submit_to_joindin()
    both.call("PUT", f"/api/event/{flyer}", data=picture(600, 300), content_type="multipart/form-data")
    both.call("POST", f"/v2.1/events/{square}/images", data=picture(300, 300), content_type="multipart/form-data")

    assert [(each["width"], each["height"]) for each in both.in_gancio(flyer)["media"]] == [(600, 300)]
    assert both.in_joindin(flyer)["images"]["orig"]["width"] == both.in_joindin(flyer)["images"]["orig"]["height"]
    assert both.in_joindin(square)["images"]["orig"]["width"] == 300
    assert [each["width"] for each in both.in_gancio(square)["media"]] == [300]


def test_details_of_the_pages(both, session):
    event_id = both.submit_to_joindin()
    session.add(EventSettings(event_id=event_id))
    before = both.in_joindin(event_id), both.in_gancio(event_id)
    settings = session.get_one(EventSettings, event_id)
    settings.spoken_language, settings.capacity, settings.contact_address = "de", 300, "ann@example.org"
    session.add(EventVenuePlan(event_id=event_id, file="a.jpg", width=3, height=2, alt_text="Hall A is upstairs"))
    session.commit()

    assert (both.in_joindin(event_id), both.in_gancio(event_id)) == before
    both.edit_in_joindin(event_id, name="New")
    both.edit_in_gancio(event_id, title="Newer")
    session.refresh(settings)
    assert (settings.spoken_language, settings.capacity, settings.contact_address) == ("de", 300, "ann@example.org")
    assert session.get_one(EventVenuePlan, event_id).file == "a.jpg"


def test_online_locations(both):
    event_id = both.submit_to_gancio(online_locations=["https://meet.example"])
    both.edit_in_joindin(event_id, name="New")

    assert "online_locations" not in both.in_joindin(event_id)
    assert both.in_gancio(event_id)["online_locations"] == ["https://meet.example"]


def test_fields_of_joindin(both):
    own = {"href": "https://conf.example", "cfp_url": "https://conf.example/cfp", "cfp_end_date": TwoApis.local(START)}
    event_id = both.submit_to_joindin(**own)
    both.edit_in_gancio(event_id, title="New", description="<p>New</p>")

    shown = both.in_joindin(event_id)
    assert {name: shown[name] for name in own} == own
    assert (shown["name"], shown["description"]) == ("New", "New")


def test_parts_of_joindin(both, session, ann):
    event_id = both.submit_to_gancio()
    event, other = session.get_one(Event, event_id), make_user(session)
    make_talk(session, event, tracks=[make_track(session, event)])
    make_event_comment(session, event, other, rating=4)
    make_attendance(session, event, other)
    both.edit_in_gancio(event_id, title="New")

    shown = both.in_joindin(event_id)
    names = ("talks_count", "tracks_count", "event_comments_count", "attendee_count", "event_average_rating")
    assert [shown[name] for name in names] == [1, 1, 1, 2, 4]


def test_start_and_end(both):
    first, second = both.submit_to_gancio(end_datetime=EPOCH + 2 * HOUR), both.submit_to_joindin()

    for event_id in (first, second):
        assert (both.in_gancio(event_id)["start_datetime"], both.in_gancio(event_id)["end_datetime"]) == (
            EPOCH,
            EPOCH + 2 * HOUR,
        )
        # Rome and Amsterdam have the same time.
        assert both.in_joindin(event_id)["start_date"] == TwoApis.local(START)
        assert both.in_joindin(event_id)["end_date"] == TwoApis.local(START.replace(hour=20))


def test_no_known_end(both):
    event_id = both.submit_to_gancio()
    shown = both.in_joindin(event_id)
    both.edit_in_joindin(event_id, name="New")
    kept = both.in_gancio(event_id)["end_datetime"]
    both.edit_in_joindin(event_id, end_date=TwoApis.local(START.replace(hour=23)))

    assert shown["end_date"] == shown["start_date"]
    assert (kept, both.in_gancio(event_id)["end_datetime"]) == (None, EPOCH + 5 * HOUR)


def test_time_zone(both):
    gancio, joindin = both.submit_to_gancio(), both.submit_to_joindin(tz_continent="America", tz_place="New_York")
    both.edit_in_gancio(joindin, start_datetime=EPOCH + 60)

    assert [both.in_joindin(each)["tz_place"] for each in (gancio, joindin)] == ["Rome", "New_York"]


def test_several_dates(both):
    one, two = (
        both.submit_to_joindin(),
        both.submit_to_joindin(name="Long", end_date=TwoApis.local(START + dt.timedelta(days=365))),
    )
    flagged = both.submit_to_gancio(multidate=True)
    both.edit_in_joindin(flagged, name="New")

    assert [both.in_gancio(each)["multidate"] for each in (one, two, flagged)] == [False, True, True]


def test_series(both, as_user, session):
    session.add(SiteSetting(key="allow_recurrent_event", value=True, updated_at=START))
    parent_id = both.submit_to_gancio(recurrent={"frequency": "1w"})
    occurrence_id = newest(session, Event).id

    assert both.in_gancio(parent_id)["recurrent"] == {"frequency": "1w"}
    assert both.in_gancio(occurrence_id)["parentId"] == parent_id
    assert as_user().is_listed(parent_id) == (False, False)
    assert as_user().is_listed(occurrence_id) == (True, True)
    assert as_user().in_joindin(parent_id) is None


def test_place(both, session):
    event_id = both.submit_to_gancio(place_latitude=45.5, place_longitude=7.5)

    shown, place = both.in_joindin(event_id), both.in_gancio(event_id)["place"]
    assert (shown["location"], shown["latitude"], shown["longitude"]) == ("Barn, Road 1", 45.5, 7.5)
    assert (place["name"], place["address"], place["latitude"]) == ("Barn", "Road 1", 45.5)
    assert session.get_one(Event, event_id).place_id == place["id"]


def test_location_without_a_place(both):
    event_id = both.submit_to_joindin(latitude=52.5, longitude=4.5)

    place = {"id": None, "name": "Main Hall", "address": "", "latitude": 52.5, "longitude": 4.5}
    assert both.in_gancio(event_id)["place"] == place


def test_location_that_names_a_place(both, session):
    place = make_place(session, "Town Hall", address="Road 5")
    ids = [
        both.submit_to_joindin(name=text, location=text)
        for text in ("town hall", "Town Hall, Road 5", "Town Hall, Road 6")
    ]

    assert [both.in_gancio(each)["place"]["id"] for each in ids] == [place.id, place.id, None]


def test_place_after_an_edit(both):
    event_id = both.submit_to_gancio()
    place_id = both.in_gancio(event_id)["place"]["id"]
    both.edit_in_joindin(event_id, name="New")
    kept = both.in_gancio(event_id)["place"]["id"]
    both.edit_in_joindin(event_id, location="Elsewhere")

    place = both.in_gancio(event_id)["place"]
    assert (kept, place["id"], place["name"]) == (place_id, None, "Elsewhere")


def test_pending(as_user, session, editor):
    bob, stranger = as_user(make_user(session, "bob")), as_user(make_user(session))

    for event_id in (bob.submit_to_gancio(), bob.submit_to_joindin()):
        for reader in (bob, as_user(editor)):
            assert reader.in_joindin(event_id)["pending"] == 1
            assert reader.in_gancio(event_id)["is_visible"] is False
        for reader in (stranger, as_user()):
            assert (reader.in_joindin(event_id), reader.in_gancio(event_id)) == (None, None)
        assert as_user().is_listed(event_id) == (False, False)
        queue = as_user(editor).call("GET", "/api/event/unconfirmed").json["events"]
        assert event_id in [each["id"] for each in queue]
        pending = as_user(editor).call("GET", "/v2.1/events?filter=pending").json["events"]
        assert any(each["uri"].endswith(f"/{event_id}") for each in pending)


def test_visible(both, as_user):
    for event_id in (both.submit_to_gancio(), both.submit_to_joindin()):
        assert as_user().in_joindin(event_id)["pending"] is None
        assert as_user().in_gancio(event_id)["is_visible"] is True
        assert as_user().is_listed(event_id) == (True, True)


def test_live_at_once(as_user, session):
    users = {"trusted": {"is_trusted": True}, "admin": {"is_admin": True}, "user": {}}
    live = {}
    for name, roles in users.items():
        api = as_user(make_user(session, name, **roles))
        live[name] = [
            as_user().in_gancio(each) is not None for each in (api.submit_to_gancio(), api.submit_to_joindin())
        ]

    assert live == {"trusted": [True, True], "admin": [True, True], "user": [False, False]}


def test_approved(as_user, session, editor):
    bob, reviewer = as_user(make_user(session, "bob")), as_user(editor)
    gancio, joindin = bob.submit_to_gancio(), bob.submit_to_joindin()

    reviewer.call("POST", f"/v2.1/events/{gancio}/approval")
    reviewer.call("PUT", f"/api/event/confirm/{joindin}")

    for event_id in (gancio, joindin):
        assert as_user().in_joindin(event_id)["pending"] == 0
        assert as_user().in_gancio(event_id)["is_visible"] is True


def test_rejected(as_user, session, editor):
    bob, reviewer = as_user(make_user(session, "bob", is_trusted=False)), as_user(editor)
    event_id = bob.submit_to_gancio()

    reviewer.call("DELETE", f"/v2.1/events/{event_id}/approval?reason=Spam")

    assert bob.in_joindin(event_id)["rejection_reason"] == "Spam"
    assert [each.in_gancio(event_id) for each in (bob, reviewer, as_user())] == [None, None, None]
    assert bob.call("PUT", f"/api/event/confirm/{event_id}").status_code == 404
    assert bob.call("POST", f"/v2.1/events/{event_id}/submission").status_code == 202
    assert bob.in_gancio(event_id)["is_visible"] is False


def test_hidden(both, as_user, editor):
    event_id = both.submit_to_joindin()

    as_user(editor).call("PUT", f"/api/event/unconfirm/{event_id}")
    hidden = both.in_joindin(event_id)["pending"], as_user().in_joindin(event_id), as_user().in_gancio(event_id)
    both.call("PUT", f"/api/event/confirm/{event_id}")

    assert hidden == (1, None, None)
    assert as_user().in_joindin(event_id)["pending"] == 0


def test_private(as_user, session, ann):
    event = make_event(session, host=ann, is_private=True)

    assert (as_user(ann).in_joindin(event.id), as_user(ann).in_gancio(event.id)) == (None, None)
    assert as_user(ann).call("GET", f"/v2.1/events/{event.id}/talks").status_code == 200
    assert as_user().is_listed(event.id) == (False, False)


def test_sent_in_without_an_account(as_user, editor):
    event_id, reviewer = as_user().submit_to_gancio(), as_user(editor)

    shown = reviewer.in_joindin(event_id)
    assert (shown["pending"], shown["hosts"], shown["contact_name"]) == (1, [], None)
    assert (reviewer.in_gancio(event_id)["isAnon"], reviewer.in_gancio(event_id)["isMine"]) == (True, False)
    assert reviewer.call("POST", f"/v2.1/events/{event_id}/approval").status_code == 204
    assert as_user().is_listed(event_id) == (True, True)


def test_edited(both, as_user, session, editor):
    event_id, admin = both.submit_to_gancio(), make_user(session, is_admin=True)
    users = {"host": both, "editor": as_user(editor), "admin": as_user(admin), "user": as_user(make_user(session))}

    may = {name: (api.edit_in_joindin(event_id), api.edit_in_gancio(event_id)) for name, api in users.items()}

    assert may == {"host": (204, 200), "editor": (403, 200), "admin": (204, 200), "user": (403, 403)}


def test_deleted(both, as_user):
    event_id = both.submit_to_joindin()

    assert both.call("DELETE", f"/api/event/{event_id}").status_code == 200
    assert (both.in_joindin(event_id), both.in_gancio(event_id)) == (None, None)
    assert both.submit_to_joindin(name="Next") > event_id


def test_two_edits(both):
    event_id = both.submit_to_gancio(online_locations=["https://meet.example"])
    both.edit_in_joindin(event_id, description="From Joind.in")
    both.edit_in_gancio(event_id, title="From Gancio")

    assert (both.in_joindin(event_id)["name"], both.in_gancio(event_id)["description"]) == (
        "From Gancio",
        "<p>From Joind.in</p>",
    )
