"""Pages of series in German."""

import pytest

from joindin.models import Event, EventSettings
from joindin.operations.agenda.series import create_next_occurrence
from joindin.utils.datetimes import utc_now
from tests.agenda_series import WEEK, make_series
from tests.browser_client import form_fields, main_text
from tests.factories import make_event, make_user
from tests.german_pages import GERMAN, check_german

SERIES_FORM = {"repeats": "rule", "rule": ""}


@pytest.fixture
def owner(session):
    return make_user(session, "owner", is_trusted=True)


@pytest.fixture
def parent(session, owner):
    """A weekly series with two skipped dates, of which one exists."""
    start = utc_now().replace(second=0) - WEEK / 7
    parent = make_series(session, start, host=owner, timezone="UTC", slug="treffen", name="Treffen", location="Halle")
    create_next_occurrence(session, parent.id, now=utc_now())
    session.commit()
    return parent


def day_of(parent, number):
    return f"{parent.starts_at + number * WEEK:%Y-%m-%d}"


def test_page_of_a_series(browser, session, parent):
    check_german(browser.get("/event/treffen", headers=GERMAN), "series", "event_pages", "site", "common")

    browser.sign_in_directly(make_user(session, "fan"))
    page = browser.get("/event/treffen", headers=GERMAN)
    check_german(page, "series", "event_pages", "site", "common")
    weekday = ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"]
    assert f"jede Woche am {weekday[parent.starts_at.weekday()]} Zeiten in UTC" in main_text(page)


def test_page_is_in_the_language_of_the_event(browser, session, parent):
    session.add(EventSettings.defaults(parent.id))
    session.flush()
    session.get(EventSettings, parent.id).language = "de"
    session.commit()

    check_german(browser.get("/event/treffen"), "series")
    assert 'lang="en"' in browser.get("/event/treffen", headers={"Accept-Language": "en"}).text


def test_attendance_of_a_date(browser, session, parent):
    browser.sign_in_directly(make_user(session, "fan"))
    path = f"/event/{parent.id}/dates/{day_of(parent, 2)}/attendance/"

    reply = browser.send(path, page="/event/treffen", headers=GERMAN)

    page = browser.get(reply.location, headers=GERMAN)
    check_german(page, "series")
    assert "Sie nehmen an diesem Termin teil." in main_text(page)


def test_forms_of_hosts(browser, session, owner, parent):
    event = make_event(session, "Einzeln", host=owner, timezone="UTC", location="Halle")
    browser.sign_in_directly(owner)
    skipped = f"/event/{parent.id}/dates/{day_of(parent, 2)}/skip/"
    browser.send(skipped, page="/accounts/", headers=GERMAN)

    paths = [
        f"/event/{parent.id}/series/",
        f"/event/{event.id}/series/",
        f"/event/{parent.id}/dates/{day_of(parent, 3)}/",
    ]
    for path in paths:
        check_german(browser.get(path, headers=GERMAN), "series", "finding", "common")


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"rule": "FREQ=SECONDLY"}, "FREQ muss einer dieser Werte sein: DAILY, WEEKLY, MONTHLY, YEARLY"),
        ({"rule": ""}, "Genau eine Regel der Wiederholung ist nötig"),
        ({"rule": "FREQ=WEEKLY;INTERVAL=0"}, "INTERVAL muss eine Zahl von 1 bis 1000 sein, und nicht 0"),
        ({"rule": "FREQ=WEEKLY;BYHOUR=1"}, "unbekannten, nicht unterstützten oder doppelten Teil: BYHOUR"),
        ({"rule": "FREQ=WEEKLY;UNTIL=x"}, "Kein Datum: X. Schreiben Sie"),
        ({"rule": "FREQ=WEEKLY;BYDAY=1MO"}, "BYDAY mit einer Zahl braucht FREQ=MONTHLY oder FREQ=YEARLY"),
        ({"rule": "x" * 20_001}, "Die Regel darf höchstens 20000 Zeichen haben"),
        ({"name": ""}, "Geben Sie einen Titel ein"),
        ({"starts_at": "x"}, "Geben Sie den Beginn ein"),
        ({"ends_at": "x"}, "Das ist kein gültiger Zeitpunkt."),
        ({"repeats": "x"}, "Diese Auswahl ist nicht möglich."),
    ],
)
def test_refused_changes_of_a_series(browser, owner, parent, changed, message):
    browser.sign_in_directly(owner)
    path = f"/event/{parent.id}/series/"
    fields = form_fields(browser.get(path).text) | SERIES_FORM | changed

    reply = browser.send(path, fields, headers=GERMAN)

    check_german(reply, "series", "common", status=400)
    assert message in main_text(reply)


def test_refused_change_of_a_date(browser, owner, parent):
    browser.sign_in_directly(owner)
    path = f"/event/{parent.id}/dates/{day_of(parent, 3)}/"
    fields = form_fields(browser.get(path).text) | {"scope": "this", "ends_at": "2000-01-01T10:00"}

    check_german(browser.send(path, fields, headers=GERMAN), "series", "common", status=400)


def test_messages_after_changes(browser, owner, parent):
    browser.sign_in_directly(owner)
    series, date = f"/event/{parent.id}/series/", f"/event/{parent.id}/dates/{day_of(parent, 2)}/"
    actions = [
        (series, {"repeats": "2w"}, "Die Reihe ist geändert."),
        (date, {"scope": "this", "name": "Fest"}, "Der Termin ist geändert."),
        (f"{date}skip/", {}, "Der Termin fällt aus."),
        (f"{date}restore/", {}, "Der Termin findet statt."),
        (series, {"repeats": "never"}, "Die Veranstaltung wird nicht mehr wiederholt."),
    ]

    for path, changed, message in actions:
        page = path if path in (series, date) else series
        fields = form_fields(browser.get(page).text) | changed
        reply = browser.send(path, fields, page=page, headers=GERMAN)
        assert (reply.status_code, reply.location) == (303, series)
        shown = browser.get(series, headers=GERMAN)
        check_german(shown, "series")
        assert message in main_text(shown)


def test_refusals(browser, session, owner, parent):
    owner.is_trusted = False
    browser.sign_in_directly(owner)
    series, date = f"/event/{parent.id}/series/", f"/event/{parent.id}/dates/{day_of(parent, 1)}/"
    browser.send(f"{date}skip/", page=series)
    browser.send(f"{date}restore/", page=series, headers=GERMAN)
    hidden = browser.get(series, headers=GERMAN)
    browser.sign_in_directly(make_user(session, "stranger"))

    assert "Dieser Termin ist verborgen." in main_text(hidden)
    assert "Nur die Veranstalter" in main_text(browser.send(series, page="/accounts/", headers=GERMAN))
    assert session.query(Event).filter_by(parent_id=parent.id, is_visible=True).count() == 1
