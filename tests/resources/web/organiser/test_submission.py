"""Submitting an event on the web site, changing its details, and submitting a rejected event again."""

import datetime as dt
import io
import re

import pytest
from PIL import Image
from sqlalchemy import select

from joindin.models import Event, EventFlyer, EventHost, EventSettings, Place, SiteSetting
from joindin.operations.event_approval import approve_event, reject_event
from tests.browser_client import form_fields, main_text
from tests.factories import NOW, make_event, make_pending_event, make_user

FIELDS = {
    "name": "Tidewater Python",
    "starts_at": "2027-05-08T09:30",
    "ends_at": "2027-05-08T18:00",
    "timezone": "Europe/London",
    "place_name": "Boathouse",
    "place_address": "Quay 1, Bristol",
    "coordinates": "geo:51.45,-2.6",
    "description": "One day,\r\none track.",
    "href": "tidewater.example",
    "tags": "Python, testing",
    "cfp_url": "https://tidewater.example/cfp",
    "cfp_starts_at": "2027-01-01T00:00",
    "cfp_ends_at": "2027-02-01T23:59",
}


def picture():
    file = io.BytesIO()
    Image.new("RGB", (300, 200), "navy").save(file, "PNG")
    file.seek(0)
    return file


def only_event(session):
    return session.scalars(select(Event)).one()


def test_visitors_are_sent_to_sign_in_and_back(session, browser):
    session.add(SiteSetting(key="allow_anon_event", value=False, updated_at=NOW))
    session.commit()

    reply = browser.get("/event/submit")

    assert (reply.status_code, reply.location) == (302, "/accounts/login/?next=/event/submit")
    assert browser.get("/add").location == "/event/submit"


def test_a_submitted_event_waits_with_everything_of_the_form(session, organiser, host):
    reply = organiser.send("/event/submit", FIELDS)

    event = only_event(session)
    assert (reply.status_code, reply.location) == (303, "/event/tidewater-python")
    assert (event.is_pending, event.is_active, event.is_visible) == (True, False, False)
    assert (event.name, event.timezone, event.href) == (
        "Tidewater Python",
        "Europe/London",
        "https://tidewater.example",
    )
    assert event.starts_at == dt.datetime(2027, 5, 8, 8, 30, tzinfo=dt.UTC)
    assert event.cfp_ends_at == dt.datetime(2027, 2, 1, 23, 59, tzinfo=dt.UTC)
    assert (event.location, event.latitude, event.longitude) == ("Boathouse, Quay 1, Bristol", 51.45, -2.6)
    assert event.description == "One day,\none track."
    assert session.get_one(Place, event.place_id).address == "Quay 1, Bristol"
    assert session.scalar(select(EventHost.user_id)) == host.id
    assert "waits for approval" in main_text(organiser.get(reply.location))


def test_kind_and_licence_are_stored_and_the_licence_is_shown(session, organiser, host):
    host.is_trusted = True
    organiser.send("/event/submit", FIELDS | {"kind": "meetup", "licence": "cc-by"})
    event, path = only_event(session), "/event/tidewater-python/manage/details/"

    page = organiser.get(f"/event/{event.slug}")
    opened = organiser.get(path).text
    version = form_fields(opened)["version"]
    reply = organiser.send(path, FIELDS | {"kind": "other", "licence": "", "version": version})
    stored = session.get_one(EventSettings, event.id)

    assert "Licence of the description: CC BY 4.0" in main_text(page)
    assert 'checked id="kind-1" name="kind" type="radio" value="meetup"' in opened
    assert '<option selected value="cc-by">' in opened
    assert (reply.status_code, stored.kind, stored.licence) == (303, "other", None)
    assert "Licence" not in main_text(organiser.get(f"/event/{event.slug}"))


@pytest.mark.parametrize("wrong", [{"kind": "cats"}, {"licence": "mine"}])
def test_an_unknown_kind_or_licence_is_refused(organiser, count_rows, wrong):
    before = count_rows()

    assert organiser.send("/event/submit", FIELDS | wrong).status_code == 400
    assert count_rows() == before


def test_an_event_of_a_trusted_user_is_published_at_once(session, organiser, host):
    host.is_trusted = True

    reply = organiser.send("/event/submit", FIELDS)

    assert reply.location == "/event/tidewater-python"
    assert only_event(session).is_visible


def test_nothing_that_was_entered_is_lost_by_an_error(session, organiser, count_rows):
    before = count_rows()

    reply = organiser.send(
        "/event/submit", FIELDS | {"ends_at": "2027-05-07T18:00", "coordinates": "there", "timezone": ""}
    )

    fields = form_fields(reply.text)
    assert reply.status_code == 400
    assert [fields[name] for name in ("name", "ends_at", "coordinates", "href")] == [
        "Tidewater Python", "2027-05-07T18:00", "there", "https://tidewater.example",
    ]  # fmt: skip
    assert "The end is before the start." in main_text(reply)
    assert count_rows() == before


def test_the_time_zone_is_that_of_the_city(session, organiser):
    organiser.send("/event/submit", FIELDS | {"timezone": "", "place_address": "", "place_name": "Lisbon"})

    assert only_event(session).timezone == "Europe/Lisbon"


def test_an_unclear_place_needs_a_time_zone(organiser):
    reply = organiser.send("/event/submit", FIELDS | {"timezone": "", "place_address": "", "place_name": "Xyzzyplugh"})

    assert "The time zone is not clear from the place" in main_text(reply)


def test_an_event_can_be_online_only(session, organiser):
    online = {"place_name": "", "place_address": "", "coordinates": "", "online_locations": "meet.example/room\r\n\r\n"}

    organiser.send("/event/submit", FIELDS | online)

    event = only_event(session)
    assert (event.location, event.online_locations) == ("online", ["https://meet.example/room"])


def test_the_same_name_and_day_is_shown_and_asked_about(session, organiser, count_rows):
    other = make_event(session, "Tidewater Python", starts_at=dt.datetime(2027, 5, 8, 10, tzinfo=dt.UTC))
    hidden = make_pending_event(session, "TIDEWATER python", starts_at=other.starts_at)
    session.commit()
    before = count_rows()["events"]

    asked = organiser.send("/event/submit", FIELDS)
    stored = count_rows()["events"]
    answered = organiser.send("/event/submit", FIELDS | {"is_another": "y"})

    assert (asked.status_code, stored) == (409, before)
    assert f"/event/{other.slug}" in asked.text
    assert hidden.slug not in asked.text
    assert (answered.status_code, count_rows()["events"]) == (303, before + 1)


def test_a_double_click_leads_to_the_event(session, organiser):
    fields = FIELDS | {"csrfmiddlewaretoken": organiser.token("/event/submit")}
    replies = [organiser.post("/event/submit", fields) for _ in range(2)]

    assert [(reply.status_code, reply.location) for reply in replies] == [
        (303, f"/event/{only_event(session).slug}")
    ] * 2


def test_the_limit_of_waiting_events_names_them(session, organiser, host, count_rows):
    for number in range(3):
        make_pending_event(session, f"Waiting {number}", host=host)
    session.commit()
    before = count_rows()["events"]

    page, token = organiser.get("/event/submit"), organiser.token("/accounts/profile/")
    reply = organiser.post("/event/submit", FIELDS | {"csrfmiddlewaretoken": token})

    assert "Waiting 1" in main_text(page)
    assert 'name="starts_at"' not in page.text
    assert (reply.status_code, count_rows()["events"]) == (400, before)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "\x00"), ("name", "x" * 256), ("starts_at", "99999-01-01T00:00"), ("starts_at", "0001-01-01T00:00"),
        ("starts_at", "now"), ("ends_at", ""), ("timezone", "\x00\ud800"), ("timezone", "Mars/Base"),
        ("coordinates", "91, 0"), ("coordinates", "9" * 5000), ("online_locations", "x" * 90000), ("href", "javascript:1"),
        ("href", "https://" + "x" * 2000 + ".example"), ("tags", ",".join(map(str, range(99)))), ("tags", "x" * 101),
        ("description", "x" * 20_001), ("cfp_ends_at", "2026-01-01T00:00"), ("place_address", "x" * 501),
    ],
)  # fmt: skip
def test_a_wrong_value_is_refused_and_stores_nothing(organiser, count_rows, field, value):
    before = count_rows()

    reply = organiser.send("/event/submit", FIELDS | {field: value.encode("utf-8", "surrogatepass")})

    assert reply.status_code == 400
    assert count_rows() == before


def test_an_image_is_stored_with_its_text(session, organiser):
    reply = organiser.send("/event/submit", FIELDS | {"alt_text": "A pier", "image": (picture(), "pier.png")})

    assert reply.status_code == 303
    flyer = session.get_one(EventFlyer, only_event(session).id)
    assert (flyer.alt_text, flyer.width, flyer.height) == ("A pier", 300, 200)


def test_the_most_important_point_of_the_image_is_changed(session, organiser):
    organiser.send("/event/submit", FIELDS | {"alt_text": "A pier", "image": (picture(), "pier.png")})
    event = only_event(session)
    path = f"/event/{event.slug}/manage/details/"
    fields = form_fields(organiser.get(path).text) | FIELDS | {"alt_text": "A pier"}
    del fields["is_image_removed"]

    wrong = organiser.send(path, fields | {"focal_x": "101", "focal_y": "0"})
    right = organiser.send(path, fields | {"focal_x": "100", "focal_y": "0"})

    assert (wrong.status_code, right.status_code) == (400, 303)
    flyer = session.get_one(EventFlyer, event.id)
    assert (flyer.focal_x, flyer.focal_y) == (1, -1)
    page = organiser.get(path).text
    assert 'name="focal_x"' in page
    assert 'value="100"' in page


def test_a_file_that_is_no_image_is_refused_beside_the_field(organiser, count_rows):
    before = count_rows()

    reply = organiser.send("/event/submit", FIELDS | {"image": (io.BytesIO(b"%PDF-1.4"), "x.png")})

    assert (reply.status_code, count_rows()) == (400, before)
    assert "This file is no image" in main_text(reply)


def test_a_rejected_event_is_changed_and_submitted_again(session, organiser, host):
    admin = make_user(session, "admin", is_admin=True)
    organiser.send("/event/submit", FIELDS)
    event = only_event(session)
    reject_event(session, event.id, reviewer=admin, reason="Name the city", mail_from="info@joind.in")
    session.commit()

    state = organiser.get("/event/tidewater-python/edit", follow_redirects=True)
    page = "/event/tidewater-python/manage/details/"
    changed = organiser.send(
        page, FIELDS | {"name": "Tidewater Bristol", "version": form_fields(state.text)["version"]}
    )
    reason = main_text(organiser.get(changed.location))
    again = organiser.send("/event/tidewater-python/manage/submission/", {}, page=changed.location)
    session.refresh(event)

    assert changed.location == again.location == "/event/tidewater-python/manage/submission/"
    assert "Reason: Name the city" in reason
    assert (event.name, event.is_pending, event.rejection_reason) == ("Tidewater Bristol", True, None)
    approve_event(session, event.id, reviewer=admin)
    assert "The event is published." in main_text(organiser.get(changed.location))


def test_an_unchanged_form_changes_nothing(session, organiser, host):
    event = make_event(
        session,
        "Plain Conf",
        host=host,
        tags=["php"],
        description="Line\r\n<b>",
        location="Hall, Rome",
        latitude=1.25,
        longitude=2.5,
    )
    session.commit()
    path = f"/event/{event.slug}/manage/details/"
    columns = [
        name
        for name in Event.__table__.columns.keys()  # noqa: SIM118
        # The first form adds the row of the settings, which exported programmes read too.
        if name
        not in (
            "version",
            "revision",
            "revised_at",
            "is_multidate",
            "programme_version",
            "programme_changed_at",
        )
    ]
    before = {name: getattr(event, name) for name in columns}
    fields = form_fields(organiser.get(path).text)

    reply = organiser.send(path, fields | {"description": "Line\r\n", "state": "scheduled", "is_image_removed": ""})
    session.refresh(event)

    assert reply.status_code == 303
    assert {name: getattr(event, name) for name in columns if getattr(event, name) != before[name]} == {}


def test_a_value_that_changed_meanwhile_is_shown_beside_ones_own(session, organiser, host):
    event = make_event(session, "Plain Conf", host=host)
    session.commit()
    path = f"/event/{event.slug}/manage/details/"
    opened = form_fields(organiser.get(path).text) | {"description": "Two days.", "state": "scheduled"}
    opened.pop("is_image_removed", None)
    event.name, event.attendee_count = "Renamed Conf", 7
    session.commit()

    clash = organiser.send(path, opened | {"name": "My Conf"})
    session.refresh(event)
    stored = event.name
    again = organiser.send(path, opened | {"name": "My Conf", "version": form_fields(clash.text)["version"]})
    session.refresh(event)

    assert (clash.status_code, stored, again.status_code, event.name) == (409, "Renamed Conf", 303, "My Conf")
    assert re.search(r"Name\s*Renamed Conf\s*My Conf", main_text(clash))


def test_others_read_who_may_open_the_pages(session, browser, host):
    event = make_event(session, host=host)
    browser.sign_in_directly(make_user(session, "other"))
    session.commit()

    reply = browser.get(f"/event/{event.slug}/manage/")

    assert reply.status_code == 403
    assert "Hosts of this event: Grace" in main_text(reply)
    assert '<a href="/user/grace"' in reply.text
