"""Records of agenda entries, access to one, and the forms of Gancio's API."""

import datetime as dt

import pytest

from joindin.errors import NotFound
from joindin.models import EventContact, EventFlyer, EventHost, EventSeries
from joindin.queries.agenda.agenda_events import find_agenda_event, load_agenda_event_records
from joindin.representations.gancio.events import (
    represent_collection_event,
    represent_event_detail,
    represent_exported_event,
    represent_listed_event,
    represent_own_event,
    represent_queued_event,
    represent_written_event,
)
from joindin.utils.datetimes import UTC
from joindin.viewer import ANONYMOUS, UserSnapshot, Viewer
from tests.factories import make_event, make_pending_event, make_place, make_rejected_event, make_user

STARTS_AT = dt.datetime(2033, 3, 27, 18, tzinfo=UTC)
SUBMITTED_AT = dt.datetime(2033, 1, 2, 3, 4, 5, tzinfo=UTC)
PLACE_FIELDS = {"name": "Hall", "address": "Road 1", "latitude": 45.1, "longitude": 7.6}
MEDIA = [{"url": "a.jpg", "height": 90, "width": 160, "name": "Alt", "size": 5, "focalpoint": [0.12, -1]}]


@pytest.fixture
def ada(session):
    return make_user(session, "ada")


@pytest.fixture
def place(session):
    return make_place(session, "Hall", created_at=SUBMITTED_AT, updated_at=SUBMITTED_AT, latitude=45.1, longitude=7.6)


@pytest.fixture
def agenda_event(session, ada, place):
    """An event with everything that Gancio's API shows."""
    event = make_event(
        session,
        "Party",
        slug="party",
        host=ada,
        tags=["Music", "late"],
        place_id=place.id,
        location="Hall, Road 1",
        latitude=45.1,
        longitude=7.6,
        starts_at=STARTS_AT,
        ends_at=STARTS_AT + dt.timedelta(hours=2),
        description="Hello you",
        description_html="<p>Hello <b>you</b></p>",
        online_locations=["https://meet.example/x"],
        submitted_at=SUBMITTED_AT,
        revised_at=SUBMITTED_AT,
    )
    session.add(EventContact(event_id=event.id, user_id=ada.id))
    session.add(
        EventFlyer(
            event_id=event.id,
            file="a.jpg",
            width=160,
            height=90,
            byte_size=5,
            alt_text="Alt",
            focal_x=0.123,
            focal_y=-1,
        )
    )
    session.flush()
    return event


def load(session, event):
    session.flush()
    return load_agenda_event_records(session, [event.id])[event.id]


def snapshot(user):
    return UserSnapshot(*(getattr(user, name) for name in UserSnapshot._fields))


def test_a_listed_event_has_the_fields_of_the_list(session, agenda_event, place):
    assert represent_listed_event(load(session, agenda_event)) == {
        "id": agenda_event.id,
        "title": "Party",
        "slug": "party",
        "multidate": False,
        "start_datetime": 1995559200,
        "end_datetime": 1995566400,
        "media": MEDIA,
        "online_locations": ["https://meet.example/x"],
        "parentId": None,
        "tags": ["Music", "late"],
        "place": {"id": place.id, **PLACE_FIELDS},
    }


def test_a_written_event_has_owner_and_place_in_full(session, ada, agenda_event, place):
    date = "2033-01-02T03:04:05.000Z"
    answer = represent_written_event(load(session, agenda_event))

    assert answer == {
        "likes": [],
        "boost": [],
        "id": agenda_event.id,
        "title": "Party",
        "slug": "party",
        "description": "<p>Hello <b>you</b></p>",
        "multidate": False,
        "start_datetime": 1995559200,
        "end_datetime": 1995566400,
        "online_locations": ["https://meet.example/x"],
        "recurrent": None,
        "is_visible": True,
        "media": MEDIA,
        "createdAt": date,
        "updatedAt": answer["updatedAt"],
        "placeId": place.id,
        "userId": ada.id,
        "place": {"id": place.id, **PLACE_FIELDS, "ap_id": None, "createdAt": date, "updatedAt": date},
        "tags": ["Music", "late"],
    }
    changed = represent_written_event(load(session, agenda_event), is_update=True)
    assert changed.keys() - answer.keys() == {"image_path", "ap_object", "ap_id", "apUserApId", "parentId"}


def test_the_other_forms_add_their_fields(session, agenda_event):
    record = load(session, agenda_event)
    listed = represent_listed_event(record).keys()

    detail = represent_event_detail(record, ANONYMOUS, next_slug="b", previous_slug=None, message_count=2)
    assert (detail["next"], detail["prev"], detail["n_messages"]) == ("b", None, 2)
    assert (detail["isMine"], detail["isAnon"], detail["plain_description"]) == (False, False, "Hello you")
    assert represent_collection_event(record).keys() - listed == {"updatedAt", "ap_id", "ap_user"}
    assert represent_own_event(record).keys() - listed == {
        "is_visible", "recurrent", "updatedAt", "ap_id", "ap_object", "apUserApId",
    }  # fmt: skip
    assert represent_exported_event(record)["tags"] == [{"tag": "Music"}, {"tag": "late"}]
    queued = represent_queued_event(record, 3)
    assert (queued["n_messages"], "tags" in queued) == (3, False)


def test_an_event_of_another_api_is_shown_with_its_location_and_escaped_text(session):
    event = make_event(
        session, slug=None, description="1 < 2\n\nBye", location="Town", latitude=1.5, is_end_known=False
    )
    record = load(session, event)

    shown = represent_listed_event(record)
    assert shown["place"] == {"id": None, "name": "Town", "address": "", "latitude": 1.5, "longitude": None}
    assert (shown["slug"], shown["end_datetime"], shown["media"]) == (str(event.id), None, [])
    detail = represent_event_detail(record, ANONYMOUS, next_slug=None, previous_slug=None)
    assert detail["description"] == "<p>1 &lt; 2</p><p>Bye</p>"
    assert detail["isAnon"] is True


def test_an_occurrence_shows_its_parent(session):
    parent = make_event(session, is_series=True, starts_at=STARTS_AT)
    session.add(EventSeries(event_id=parent.id, rrule="FREQ=WEEKLY", recurrence={"frequency": "1w"}))
    occurrence = make_event(session, parent_id=parent.id, occurrence_at=STARTS_AT)
    shown = represent_event_detail(load(session, occurrence), ANONYMOUS, next_slug=None, previous_slug=None)

    assert (shown["parentId"], shown["recurrent"]) == (parent.id, None)
    assert shown["parent"] == {
        "id": parent.id, "recurrent": {"frequency": "1w"}, "is_visible": True, "start_datetime": 1995559200,
    }  # fmt: skip
    assert represent_own_event(load(session, parent))["recurrent"] == {"frequency": "1w"}


def test_the_owner_is_the_submitter_or_the_first_host(session, ada):
    bob = make_user(session, "bob", is_active=False)
    event = make_event(session, host=bob)
    session.add(EventHost(event_id=event.id, user_id=ada.id))

    assert load(session, event).owner.id == bob.id
    assert (
        represent_event_detail(
            load(session, event), Viewer(snapshot(ada), hosting={event.id}), next_slug=None, previous_slug=None
        ).items()
        >= {"isMine": True, "isAnon": True}.items()
    )
    session.add(EventContact(event_id=event.id, user_id=ada.id))
    assert load(session, event).owner.id == ada.id


def test_events_are_found_by_slug_before_id(session):
    one = make_event(session)
    other = make_event(session, slug=str(one.id))

    assert find_agenda_event(session, str(one.id), None)[0].id == other.id
    assert find_agenda_event(session, one.id, None)[0].id == one.id
    assert find_agenda_event(session, str(other.id), None)[0].id == other.id


@pytest.mark.parametrize("name", ["", "\0", "no", "0", "-1", "9" * 10, "9" * 400, "1e3", "٣", 2**63, -1])
def test_other_names_find_nothing(session, name):
    make_event(session)

    with pytest.raises(NotFound):
        find_agenda_event(session, name, None)


@pytest.mark.parametrize(
    ("make", "fields", "seen_by"),
    [
        (make_event, {}, {"visitor", "user", "owner", "editor", "admin"}),
        (make_event, {"is_series": True}, {"visitor", "user", "owner", "editor", "admin"}),
        (make_pending_event, {}, {"owner", "editor", "admin"}),
        (make_pending_event, {"is_active": True}, {"owner", "editor", "admin"}),
        (make_rejected_event, {}, set()),
        (make_event, {"is_private": True}, set()),
    ],
)
def test_states_decide_who_sees_an_event(session, ada, make, fields, seen_by):
    event = make(session, host=ada, **fields)
    users = {
        "visitor": None,
        "user": snapshot(make_user(session, "eve")),
        "owner": snapshot(ada),
        "editor": snapshot(make_user(session, "ed", is_editor=True)),
        "admin": snapshot(make_user(session, "boss", is_admin=True)),
    }

    def sees(user):
        try:
            return find_agenda_event(session, event.id, user)[0].id == event.id
        except NotFound:
            return False

    assert {role for role, user in users.items() if sees(user)} == seen_by


def test_records_cost_two_statements_whatever_their_number(session, count_statements):
    events = [make_event(session, tags=["a"]) for _ in range(3)]
    session.flush()

    with count_statements() as executed:
        records = load_agenda_event_records(session, [event.id for event in events])
    assert (len(executed), sorted(records)) == (2, sorted(event.id for event in events))
