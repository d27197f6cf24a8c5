"""Pages of working hours: own ones, requests, decisions, the overview, and CSV files."""

import datetime as dt
import re
from decimal import Decimal
from functools import partial

import pytest
from sqlalchemy import select

from joindin.models.crew import Consequence, CrewNotification, EventType, WorkingHours
from joindin.operations.accounts.granted_permissions import grant_permission
from joindin.utils.datetimes import get_timezone
from tests.browser_client import Browser, main_text, make_user_with_password
from tests.concurrency import run_concurrently
from tests.crew_factories import (
    make_consequence,
    make_crew_event,
    make_event_type,
    make_participation,
    make_shift,
    make_working_hours,
)
from tests.factories import make_group, make_user, newest

OWN, OVERVIEW, DECISIONS = "/workinghours/own/", "/workinghours/", "/consequences/"
REQUEST = {"date": "2026-09-10", "hours": "3.5", "reason": "Painted the van"}


@pytest.fixture
def ada(session):
    return make_user_with_password(session, "ada", full_name="Ada Adams")


@pytest.fixture
def own_browser(browser, ada):
    browser.set_cookie("django_language", "en")
    return browser.sign_in_directly(ada)


@pytest.fixture
def hr_browser(another_browser, session):
    """A browser of someone who sees all profiles."""
    hedy = make_user_with_password(session, "hedy")
    grant_permission(session, hedy, "view_userprofile", actor=None)
    another_browser.set_cookie("django_language", "en")
    return another_browser.sign_in_directly(hedy)


@pytest.fixture
def decider_browser(another_browser, session, ada):
    """A browser of someone who decides about the hours of a group that Ada belongs to."""
    dora = make_user_with_password(session, "dora")
    grant_permission(session, dora, "decide_workinghours_for_group", make_group(session, members=[ada]), actor=None)
    grant_permission(session, dora, "view_userprofile", ada, actor=None)
    another_browser.set_cookie("django_language", "en")
    return another_browser.sign_in_directly(dora)


def work(session, user, *, on, title="Service", name="City run", hours=8):
    """Store a confirmed participation."""
    event = make_crew_event(session, name, type=make_event_type(session, title))
    starts_at = dt.datetime.combine(on, dt.time(9), dt.UTC)
    return make_participation(session, make_shift(session, event, starts_at=starts_at, hours=hours), user)


def csv_lines(reply):
    return reply.get_data(as_text=True).splitlines()


def test_own_page_lists_shifts_and_entries_newest_first(own_browser, session, ada):
    work(session, ada, on=dt.date(2026, 5, 2))
    make_working_hours(session, ada, hours="1.25", worked_on=dt.date(2026, 3, 1), reason="Phone calls")
    make_working_hours(session, make_user(session, "ben"), reason="Of another")

    page = main_text(own_browser.get(OWN))

    assert "Total: 9.25 hours" in page
    assert page.index("City run 8 Service") < page.index("Phone calls 1.25 Manual entry")
    assert "Of another" not in page


def test_own_page_lists_the_shifts_of_a_day_latest_first(own_browser, session, ada):
    event = make_crew_event(session, "City run", type=make_event_type(session, "Service"))
    for hour in (16, 8, 12):
        starts_at = dt.datetime(2026, 5, 2, hour, tzinfo=dt.UTC)
        make_participation(session, make_shift(session, event, starts_at=starts_at, hours=hour / 4), ada)

    page = main_text(own_browser.get(OWN))

    assert re.findall(r"City run (\d) Service", page) == ["4", "3", "2"]


def test_requested_shifts_and_drafts_are_no_work(own_browser, session, ada):
    work(session, ada, on=dt.date(2026, 5, 2)).state = 0
    draft = make_crew_event(session, "Draft", is_draft=True)
    make_participation(session, make_shift(session, draft), ada)

    assert "There are no hours in this time." in main_text(own_browser.get(OWN))


def test_page_is_german_by_default(own_browser, session, ada):
    make_working_hours(session, ada, hours="1.25")
    own_browser.set_cookie("django_language", "de")

    assert "Summe: 1,25 Stunden" in main_text(own_browser.get(OWN))


def test_request_waits_for_a_decision(own_browser, session, ada):
    reply = own_browser.send(f"{OWN}request/", REQUEST)

    request = newest(session, Consequence)
    assert (reply.status_code, reply.location) == (302, OWN)
    assert (request.user_id, request.state) == (ada.id, "needs_confirmation")
    assert request.data == {"hours": "3.5", "date": "2026-09-10", "reason": "Painted the van"}
    page = own_browser.get(OWN)
    assert "Your request has been submitted." in page.text
    assert "Painted the van Thu, 10 Sept 2026, 3.5 hours waits for confirmation" in main_text(page)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"date": ""}, "Enter the day on which you worked."),
        ({"date": "10.9.2026"}, "Enter a day, like 2027-07-09."),
        ({"date": "0001-01-01"}, "Enter a day, like 2027-07-09."),
        ({"hours": "x"}, "Enter a number, like 2.5."),
        ({"hours": "NaN"}, "Enter a number of hours above zero"),
        ({"hours": "sNaN"}, "Enter a number of hours above zero"),
        ({"hours": "-1"}, "Enter a number of hours above zero"),
        ({"hours": "1.234"}, "Enter a number of hours above zero"),
        ({"hours": "1e9"}, "Enter a number of hours above zero"),
        ({"hours": "9" * 30}, "Enter a number, like 2.5."),
        ({"reason": " \0 "}, "Enter what was done."),
        ({"reason": "x" * 1025}, "Enter a reason of at most 1024 characters."),
    ],
)
def test_invalid_request_stores_nothing(own_browser, session, changes, message):
    reply = own_browser.send(f"{OWN}request/", REQUEST | changes)

    assert (reply.status_code, message in main_text(reply)) == (200, True)
    assert newest(session, Consequence) is None


def test_hours_may_have_a_decimal_comma(own_browser, session):
    own_browser.send(f"{OWN}request/", REQUEST | {"hours": "3,5"})

    assert newest(session, Consequence).data["hours"] == "3.5"


def test_decider_confirms_a_request(decider_browser, session, ada):
    request = make_consequence(session, ada)
    listed = main_text(decider_browser.get(DECISIONS))

    reply = decider_browser.send(
        f"{DECISIONS}{request.id}/edit/", {"action": "confirm", "next": DECISIONS}, page=DECISIONS
    )

    entry = newest(session, WorkingHours)
    assert "Ada Adams: 2.50 hours" in listed
    assert (reply.status_code, reply.location, request.state) == (303, DECISIONS, "executed")
    assert (entry.user_id, entry.hours, entry.reason) == (ada.id, Decimal("2.50"), "Depot")
    assert "There is nothing to decide." in main_text(decider_browser.get(DECISIONS))
    assert newest(session, CrewNotification).slug == "ephios_consequence_approved"


def test_answers_without_a_next_page_are_those_of_ephios(decider_browser, session, ada):
    request = make_consequence(session, ada)
    path = f"{DECISIONS}{request.id}/edit/"

    def decide(action):
        reply = decider_browser.send(path, {"action": action}, page=DECISIONS)
        return reply.status_code, reply.json

    executed = "Consequence was executed already."
    assert decide("deny") == (200, {"state": "denied", "fail_reason": None})
    assert decide("confirm") == (200, {"state": "executed", "fail_reason": None})
    assert decide("confirm") == (200, {"state": "executed", "fail_reason": executed})
    assert decide("deny") == (400, {"state": "executed", "fail_reason": executed})
    assert decide("burn")[0] == 400
    assert len(session.scalars(select(WorkingHours)).all()) == 1


def test_requests_of_people_in_other_groups_are_unknown(decider_browser, session):
    request = make_consequence(session, make_user(session, "ben", full_name="Ben"))

    reply = decider_browser.send(f"{DECISIONS}{request.id}/edit/", {"action": "confirm"}, page=DECISIONS)

    assert (reply.status_code, request.state) == (404, "needs_confirmation")
    assert "Ben" not in main_text(decider_browser.get(DECISIONS))


def test_overview_has_the_hours_of_this_year_by_type(app, hr_browser, session, ada):
    this_year = dt.datetime.now(get_timezone(app.config["CREW_TIMEZONE"])).year
    work(session, ada, on=dt.date(this_year, 5, 2))
    make_working_hours(session, ada, hours="1.25", worked_on=dt.date(this_year, 3, 1))
    make_working_hours(session, ada, hours="7", worked_on=dt.date(this_year - 1, 3, 1))
    make_user(session, "idle")

    page = main_text(hr_browser.get(OVERVIEW))

    assert "1 person" in page
    assert "Ada Adams 8 1.25 9.25" in page


def test_export_has_rows_by_total(hr_browser, session, ada):
    ben = make_user(session, "ben", full_name="=HYPERLINK(1)")
    work(session, ada, on=dt.date(2026, 5, 2))
    make_working_hours(session, ben, hours="9")
    make_working_hours(session, make_user(session, "cleo"), worked_on=dt.date(2025, 3, 1))

    reply = hr_browser.get(f"{OVERVIEW}export/?start=2026-01-01&end=2026-12-31")

    assert reply.mimetype == "text/csv"
    assert csv_lines(reply) == [
        '\ufeff"Name","Service","Manual entry","Total"',
        '"\'=HYPERLINK(1)",0,9.0,9.0',
        '"Ada Adams",8.0,0,8.0',
    ]
    raw = hr_browser.get(f"{OVERVIEW}export/?start=2026-01-01&end=2026-12-31&raw=1")
    assert csv_lines(raw)[:2] == ['"Name","Service","Manual entry","Total"', '"=HYPERLINK(1)",0,9.0,9.0']


def test_type_filter_leaves_entries_out(hr_browser, session, ada):
    make_event_type(session, "Service")
    work(session, ada, on=dt.date(2026, 5, 2), title="Training")
    make_working_hours(session, ada)
    training = newest(session, EventType)

    lines = csv_lines(hr_browser.get(f"{OVERVIEW}export/?type={training.id}"))

    assert lines[1:] == ['"Ada Adams",0,8.0,0,8.0']


def test_people_with_a_permission_on_one_user_see_that_one(decider_browser, session, ada):
    make_working_hours(session, ada)
    make_working_hours(session, make_user(session, "ben", full_name="Ben"))

    page = main_text(decider_browser.get(f"{OVERVIEW}?start=2026-01-01"))

    assert ("Ada Adams" in page, "Ben" in page) == (True, False)


@pytest.mark.parametrize("query", ["start=x", "end=2026-02-30", "start=0001-01-01", "end=9999-12-31"])
def test_invalid_days_are_refused(hr_browser, query):
    assert hr_browser.get(f"{OVERVIEW}?{query}").status_code == 400


@pytest.mark.parametrize("query", ["type=99999999999999999999", "type=x", "end=2199-12-31&start="])
def test_odd_parameters_do_no_harm(hr_browser, query):
    assert hr_browser.get(f"{OVERVIEW}?{query}").status_code == 200
    assert hr_browser.get(f"{OVERVIEW}export/?{query}").status_code == 200


def test_others_see_no_hours_but_their_own(own_browser, session, ada):
    ben = make_user(session, "ben")

    pages = [OVERVIEW, f"{OVERVIEW}export/", f"{OVERVIEW}user/{ben.id}/", f"{OVERVIEW}user/{ben.id}/export/"]
    own = [f"{OVERVIEW}user/{ada.id}/", f"{OVERVIEW}user/{ada.id}/export/"]

    assert [own_browser.get(path).status_code for path in pages] == [403] * 4
    assert [own_browser.get(path).status_code for path in own] == [200] * 2
    assert own_browser.get(f"{OVERVIEW}user/{ada.id}/add/").status_code == 403


def test_decider_enters_changes_and_deletes_hours(decider_browser, session, ada):
    page = f"{OVERVIEW}user/{ada.id}/"

    added = decider_browser.send(f"{page}add/", REQUEST)
    entry = newest(session, WorkingHours)
    entry_id, first = entry.id, entry.hours
    changed = decider_browser.send(f"{OVERVIEW}{entry_id}/edit/", REQUEST | {"hours": "4"})
    second = session.get(WorkingHours, entry_id).hours
    deleted = decider_browser.send(f"{OVERVIEW}{entry_id}/delete/")

    assert [(each.status_code, each.location) for each in (added, changed, deleted)] == [(302, page)] * 3
    assert (first, second) == (Decimal("3.50"), Decimal("4.00"))
    assert newest(session, WorkingHours) is None


def test_own_hours_are_changed_by_deciders_only(own_browser, session, ada, count_rows):
    entry = make_working_hours(session, ada)
    own_browser.get(OWN)
    before = count_rows()

    statuses = [
        own_browser.send(f"{OVERVIEW}{entry.id}/edit/", REQUEST, page=f"{OWN}request/").status_code,
        own_browser.send(f"{OVERVIEW}{entry.id}/delete/", page=f"{OWN}request/").status_code,
    ]

    assert (statuses, entry.hours) == ([403, 403], Decimal("2.50"))
    assert count_rows() == before


@pytest.mark.parametrize(("is_admin", "expected"), [(False, [403, 403, 404, 403]), (True, [302, 302, 303, 302])])
def test_only_admins_decide_about_their_own_hours(another_browser, session, count_rows, is_admin, expected):
    """For a decider of all groups neither the forms nor an own request lead to hours without a second person."""
    dora = make_user_with_password(session, "dora", is_admin=is_admin)
    grant_permission(session, dora, "decide_workinghours_for_group", actor=None)
    entry = make_working_hours(session, dora)
    browser, page = another_browser.sign_in_directly(dora), f"{OVERVIEW}user/{dora.id}/"
    browser.send(f"{OWN}request/", REQUEST)
    path, before = f"{DECISIONS}{newest(session, Consequence).id}/edit/", count_rows()

    replies = [
        browser.send(f"{page}add/", REQUEST, page=f"{OWN}request/"),
        browser.send(f"{OVERVIEW}{entry.id}/edit/", REQUEST, page=f"{OWN}request/"),
        browser.send(path, {"action": "confirm", "next": DECISIONS}, page=f"{OWN}request/"),
        browser.send(f"{OVERVIEW}{entry.id}/delete/", page=f"{OWN}request/"),
    ]

    assert [reply.status_code for reply in replies] == expected
    assert (f"{page}add/" in browser.get(page).text) is is_admin
    assert (count_rows() == before) is not is_admin


def test_lists_cost_a_fixed_number_of_statements(hr_browser, session, ada, count_statements):
    def cost(path):
        hr_browser.get(path)
        with count_statements() as seen:
            assert hr_browser.get(path).status_code == 200
        return len(seen)

    paths = (OVERVIEW, f"{OVERVIEW}export/", f"{OVERVIEW}user/{ada.id}/")
    work(session, ada, on=dt.date(2026, 5, 2))
    make_working_hours(session, ada)
    one = [cost(f"{path}?start=2026-01-01") for path in paths]
    for number in range(20):
        work(session, ada, on=dt.date(2026, 6, 1 + number), title=f"Type {number}")
        make_working_hours(session, make_user(session, f"user{number}"))

    assert [cost(f"{path}?start=2026-01-01") for path in paths] == one


def test_hours_are_granted_once_to_a_request_that_many_confirm_at_once(app, session, ada):
    dora = make_user_with_password(session, "dora")
    grant_permission(session, dora, "decide_workinghours_for_group", make_group(session, members=[ada]), actor=None)
    request = make_consequence(session, ada)
    browsers = [Browser(app).sign_in_directly(dora) for _ in range(8)]
    tokens = [each.token(DECISIONS) for each in browsers]
    path = f"{DECISIONS}{request.id}/edit/"

    def confirm(browser, csrf):
        sent = {"action": "confirm", "csrfmiddlewaretoken": csrf}
        return browser._client.post(path, data=sent, headers={"Accept-Language": "en"}).json["fail_reason"]

    pairs = zip(browsers, tokens, strict=True)
    reasons = run_concurrently(session, [partial(confirm, *pair) for pair in pairs])

    assert sorted(reasons, key=str) == ["Consequence was executed already."] * 7 + [None]
    assert len(session.scalars(select(WorkingHours)).all()) == 1


def test_fifty_requests_of_a_person_may_wait(session, own_browser, ada):
    for _ in range(50):
        make_consequence(session, ada)
    session.commit()

    reply = own_browser.send(f"{OWN}request/", REQUEST)

    assert "50 of your requests wait for a decision." in main_text(reply)
    assert session.query(Consequence).count() == 50
