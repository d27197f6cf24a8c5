"""Pages of series: dates of a year, attendance of one, and the forms of hosts."""

import datetime as dt

import pytest
from sqlalchemy import select

from joindin.models import Attendance, Event, EventSeries, SiteSetting
from joindin.operations.agenda.series import create_next_occurrence
from joindin.queries.events import count_pending_events
from joindin.utils.datetimes import utc_now
from tests.agenda_series import WEEK, make_series, occurrences_of
from tests.browser_client import form_fields
from tests.factories import NOW, make_event, make_user


@pytest.fixture
def owner(session):
    return make_user(session, "owner", is_trusted=True)


@pytest.fixture
def parent(session, owner):
    """A weekly series in UTC that began a day ago, with its next occurrence."""
    parent = make_series(
        session,
        utc_now().replace(second=0) - WEEK / 7,
        host=owner,
        timezone="UTC",
        slug="meetup",
        location="Hall, Road 1",
    )
    create_next_occurrence(session, parent.id, now=utc_now())
    session.commit()
    return parent


@pytest.fixture
def starts(parent):
    """The starts of the next dates."""
    return [parent.starts_at + number * WEEK for number in range(1, 54)]


def path_of(parent, at, action=""):
    return f"/event/{parent.id}/dates/{at:%Y-%m-%d}/{action}"


def form_of(browser, path, **changed):
    reply = browser.get(path)
    assert reply.status_code == 200
    # The radio buttons that a browser shows as chosen.
    return form_fields(reply.text) | {"repeats": "keep", "scope": "this"} | changed


def test_page_of_a_series_has_the_dates_of_a_year(browser, parent, starts):
    reply = browser.get("/event/meetup")

    assert reply.status_code == 200
    times = [at.isoformat() for at in starts[:52]]
    assert [time for time in times if f'datetime="{time}"' not in reply.text] == []
    assert reply.text.count('<time datetime="') == 52
    assert f"every week on {starts[0]:%A}" in reply.text
    assert 'href="/event/meetup-1"' in reply.text
    # A visitor is offered nothing to do.
    assert "attendance/" not in reply.text
    assert "Change the series" not in reply.text


def test_the_address_by_id_leads_to_the_series(browser, parent):
    reply = browser.get(f"/event/view/{parent.id}")

    assert (reply.status_code, reply.location) == (301, f"/event/{parent.slug}")


def test_page_of_an_occurrence_leads_to_the_series(browser, session, parent):
    occurrence = session.scalars(select(Event).where(Event.parent_id == parent.id)).one()

    assert 'href="/event/meetup">all dates' in browser.get(f"/event/{occurrence.slug}").text


@pytest.mark.parametrize(
    "state", [{"is_active": False, "is_pending": True}, {"is_active": False}, {"is_private": True}]
)
def test_hidden_series_has_no_page(browser, session, parent, state):
    for name, value in state.items():
        setattr(parent, name, value)
    session.commit()

    assert browser.get("/event/meetup").status_code == 404


def test_hosts_are_led_to_the_series_form(browser, another_browser, session, owner, parent):
    event = make_event(session, "Single", host=owner, slug="single")
    occurrence = session.scalars(select(Event).where(Event.parent_id == parent.id)).one()
    browser.sign_in_directly(owner)
    another_browser.sign_in_directly(make_user(session, "fan"))

    assert f'href="/event/{event.id}/series/">Repeat this event' in browser.get("/event/single").text
    for slug in (occurrence.slug, parent.slug):
        assert f'href="/event/{parent.id}/series/">Change the series' in browser.get(f"/event/{slug}").text
    for slug in ("single", occurrence.slug, parent.slug):
        assert "/series/" not in another_browser.get(f"/event/{slug}").text


def test_skipped_dates_do_not_count_as_submissions_of_the_host(session, owner, parent):
    occurrence = session.scalars(select(Event).where(Event.parent_id == parent.id)).one()
    occurrence.is_active, occurrence.is_pending = False, True
    session.flush()

    assert (count_pending_events(session, owner.id), count_pending_events(session)) == (0, 1)


def test_attending_a_later_date_creates_it(browser, session, parent, starts):
    fan = make_user(session, "fan")
    browser.sign_in_directly(fan)

    reply = browser.send(path_of(parent, starts[5], "attendance/"), page="/event/meetup")

    created = session.scalars(select(Event).where(Event.occurrence_at == starts[5])).one()
    assert (reply.status_code, reply.location) == (303, f"/event/{created.slug}")
    assert (created.is_ahead, created.attendee_count, created.parent_id) == (True, 1, parent.id)
    assert session.scalars(select(Attendance.user_id).where(Attendance.event_id == created.id)).all() == [fan.id]

    browser.send(path_of(parent, starts[5], "attendance/"), page="/event/meetup")
    assert created.attendee_count == 1


@pytest.mark.parametrize("day", ["2033-02-30", "x", "20330101", "9999-12-31", "0001-01-01", "%00", "2033-W01-1"])
def test_attendance_of_no_date(browser, session, parent, day):
    browser.sign_in_directly(make_user(session, "fan"))

    reply = browser.send(f"/event/{parent.id}/dates/{day}/attendance/", page="/event/meetup")

    assert reply.status_code == 404
    assert len(occurrences_of(session, parent)) == 1


def test_visitors_sign_in_first(browser, parent, starts, session):
    for path in (path_of(parent, starts[1]), f"/event/{parent.id}/series/"):
        assert browser.get(path).location.startswith("/accounts/login/")
    for action in ("attendance/", "skip/", "restore/"):
        reply = browser.send(path_of(parent, starts[1], action), page="/accounts/login/")
        assert reply.location.startswith("/accounts/login/")
    assert len(occurrences_of(session, parent)) == 1


def test_only_hosts_change_a_series(browser, session, parent, starts, count_rows):
    browser.sign_in_directly(make_user(session, "stranger"))
    session.commit()
    before = count_rows()

    paths = [path_of(parent, starts[1], action) for action in ("", "skip/", "restore/")] + [
        f"/event/{parent.id}/series/"
    ]

    assert [browser.send(path, page="/accounts/").status_code for path in paths] == [403] * 4
    assert count_rows() == before
    parent.is_active, parent.is_pending = False, True
    assert [browser.send(path, page="/accounts/").status_code for path in paths] == [404] * 4


def test_host_changes_all_dates(browser, session, owner, parent):
    browser.sign_in_directly(owner)
    path = f"/event/{parent.id}/series/"
    fields = form_of(browser, path, name="Salon", description="New\n\ntext")

    reply = browser.send(path, fields)

    assert (reply.status_code, reply.location) == (303, path)
    session.expire_all()
    assert session.scalars(select(Event.name)).all() == ["Salon", "Salon"]
    assert (parent.description, parent.location) == ("New\n\ntext", "Hall, Road 1")
    assert session.get(EventSeries, parent.id).rrule == "FREQ=WEEKLY"


@pytest.mark.parametrize(
    ("repeats", "rule", "expected"),
    [
        ("2w", "", "FREQ=WEEKLY;INTERVAL=2"),
        ("1y", "", "FREQ=YEARLY"),
        ("rule", "FREQ=DAILY;INTERVAL=3", "FREQ=DAILY;INTERVAL=3"),
    ],
)
def test_host_changes_the_rule(browser, session, owner, parent, repeats, rule, expected):
    browser.sign_in_directly(owner)
    path = f"/event/{parent.id}/series/"

    reply = browser.send(path, form_of(browser, path, repeats=repeats, rule=rule))

    assert reply.status_code == 303
    assert session.get(EventSeries, parent.id).rrule == expected


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"repeats": "rule", "rule": "FREQ=SECONDLY"}, "FREQ must be one of"),
        ({"repeats": "rule", "rule": ""}, "Exactly one recurrence rule"),
        ({"repeats": "x"}, "Not a valid choice"),
        ({"name": ""}, "Enter a title"),
        ({"starts_at": "x"}, ""),
    ],
)
def test_refused_changes_of_a_series(browser, session, owner, parent, changed, message, count_rows):
    browser.sign_in_directly(owner)
    path = f"/event/{parent.id}/series/"
    fields = form_of(browser, path, **changed)
    before = count_rows()

    reply = browser.send(path, fields)

    assert reply.status_code == 400
    assert message in reply.text
    assert count_rows() == before
    assert (parent.name, session.get(EventSeries, parent.id).rrule) == ("Meetup", "FREQ=WEEKLY")


def test_series_ends(browser, session, owner, parent):
    browser.sign_in_directly(owner)
    path = f"/event/{parent.id}/series/"

    browser.send(path, form_of(browser, path, repeats="never"))

    assert (parent.is_series, session.get(EventSeries, parent.id)) == (False, None)


def test_host_repeats_an_event(browser, session, owner):
    event = make_event(session, "Single", host=owner, timezone="UTC", location="Hall, Road 1")
    browser.sign_in_directly(owner)
    path = f"/event/{event.id}/series/"

    reply = browser.send(path, form_of(browser, path, repeats="1w"))

    assert reply.status_code == 303
    assert event.is_series is True
    [occurrence] = session.scalars(select(Event).where(Event.parent_id == event.id)).all()
    assert occurrence.starts_at == event.starts_at.replace(second=0)


def test_form_of_an_occurrence_is_that_of_its_series(browser, session, owner, parent):
    occurrence_id = session.scalars(select(Event.id).where(Event.parent_id == parent.id)).one()
    browser.sign_in_directly(owner)

    assert browser.get(f"/event/{occurrence_id}/series/").location == f"/event/{parent.id}/series/"


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ("this", ["Meetup", "Meetup", "Salon"]),
        ("all", ["Salon"] * 3),
        ("following", ["Meetup", "Meetup", "Salon", "Salon"]),
    ],
)
def test_host_changes_a_date(browser, session, owner, parent, starts, scope, expected):
    browser.sign_in_directly(owner)
    path = path_of(parent, starts[3])

    reply = browser.send(path, form_of(browser, path, scope=scope, name="Salon"))

    assert (reply.status_code, reply.location) == (303, f"/event/{parent.id}/series/")
    assert sorted(session.scalars(select(Event.name)).all()) == expected
    assert session.scalars(select(Event.name).where(Event.occurrence_at == starts[3])).all() == ["Salon"]


@pytest.mark.parametrize(
    "changed", [{"scope": "x"}, {"scope": ""}, {"ends_at": "2000-01-01T10:00"}, {"place_name": ""}]
)
def test_refused_changes_of_a_date(browser, session, owner, parent, starts, changed, count_rows):
    browser.sign_in_directly(owner)
    path = path_of(parent, starts[3])
    fields = form_of(browser, path, **{"scope": "this", "name": "Salon"} | changed)
    before = count_rows()

    assert browser.send(path, fields).status_code == 400
    assert count_rows() == before


def test_host_skips_and_restores_dates(browser, session, owner, parent, starts):
    """The next one exists, the one after it does not."""
    browser.sign_in_directly(owner)
    page = f"/event/{parent.id}/series/"

    for at in starts[:2]:
        assert browser.send(path_of(parent, at, "skip/"), page=page).status_code == 303
    visible = select(Event.occurrence_at).where(Event.is_visible, Event.parent_id == parent.id)
    assert session.scalars(visible).all() == [starts[2]]
    assert browser.get(page).text.count(">skipped<") == 2

    for at in starts[:2]:
        assert browser.send(path_of(parent, at, "restore/"), page=page).status_code == 303
    assert ">skipped<" not in browser.get(page).text
    assert session.get(EventSeries, parent.id).excluded_starts == []


def test_host_who_is_not_trusted_restores_no_hidden_date(browser, session, owner, parent, starts):
    owner.is_trusted = False
    browser.sign_in_directly(owner)
    page = f"/event/{parent.id}/series/"
    browser.send(path_of(parent, starts[0], "skip/"), page=page)

    reply = browser.send(path_of(parent, starts[0], "restore/"), page=page)

    assert reply.status_code == 303
    assert session.scalars(select(Event.is_visible).where(Event.occurrence_at == starts[0])).all() == [False]


@pytest.mark.parametrize("state", [{"is_active": False, "is_pending": False}, {"is_private": True}])
def test_a_date_outside_the_agenda_is_not_changed(browser, session, owner, parent, starts, state):
    browser.sign_in_directly(owner)
    path = path_of(parent, starts[0])
    form = form_of(browser, path, name="Changed")
    occurrence = session.scalars(select(Event).where(Event.parent_id == parent.id)).one()
    name = occurrence.name
    for column, value in state.items():
        setattr(occurrence, column, value)
    session.commit()

    assert [browser.get(path).status_code, browser.post(path, form).status_code] == [404, 404]
    session.refresh(occurrence)
    assert occurrence.name == name


def test_past_dates_stay(browser, session, owner, parent):
    browser.sign_in_directly(owner)
    page = f"/event/{parent.id}/series/"

    assert browser.get(path_of(parent, parent.starts_at)).status_code == 404
    for action in ("skip/", "restore/", "attendance/"):
        assert browser.send(path_of(parent, parent.starts_at, action), page=page).status_code == 404


def test_gancio_lists_the_next_date_alone(browser, api, session, parent, starts):
    session.add(SiteSetting(key="allow_recurrent_event", value=True, updated_at=NOW))
    browser.sign_in_directly(make_user(session, "fan"))
    browser.send(path_of(parent, starts[7], "attendance/"), page="/event/meetup")

    listed = api.get("/api/events?show_recurrent=true").json

    assert [dt.datetime.fromtimestamp(event["start_datetime"], dt.UTC) for event in listed] == [starts[0]]
