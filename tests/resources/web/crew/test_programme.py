"""Page on which planners generate shifts from the programme."""

import pytest
from sqlalchemy import select

from joindin.models.crew import TALKS_DELETED, TIMES_KEPT, ProgrammeShift, Shift
from tests.crew_factories import make_crew_event, make_participation, make_shift
from tests.factories import make_talk, make_track, make_user

ENGLISH = {"Accept-Language": "en"}
FORM = {
    "kind": "session_chair", "label": "Chair of {talk}", "minutes_before": "10", "minutes_after": "5", "max_gap": "",
    "template": "instant_confirmation", "people": "2",
}  # fmt: skip


@pytest.fixture
def ada(session, browser):
    ada = make_user(session, "ada")
    browser.sign_in_directly(ada)
    return ada


@pytest.fixture
def event(session, ada):
    return make_crew_event(session, "Conference", changed_by=[ada], is_private=False, timezone="UTC")


@pytest.fixture
def talks(session, event):
    hall = make_track(session, event, "Hall")
    return [make_talk(session, event, name, tracks=[hall]) for name in ("Opening", "<b>Closing")]


@pytest.fixture
def path(event):
    return f"/events/{event.id}/shifts-from-programme/"


def labels(session):
    session.rollback()
    return session.scalars(select(Shift.label).order_by(Shift.id)).all()


def test_a_planner_sees_a_preview_before_shifts_are_stored(session, browser, talks, path):
    preview = browser.send(path, FORM | {"action": "preview"}, headers=ENGLISH)

    assert "Chair of Opening" in preview.text
    assert "Chair of &lt;b&gt;Closing" in preview.text
    assert "Nothing is stored yet." in preview.text
    assert 'value="store"' in preview.text
    assert labels(session) == []
    assert browser.send(path, FORM | {"action": "store"}, headers=ENGLISH).location == path
    assert labels(session) == ["Chair of Opening", "Chair of <b>Closing"]
    page = browser.get(path, headers=ENGLISH)
    assert "2 new shifts." in page.text
    assert "Shifts that follow the programme" in page.text
    again = browser.send(path, FORM | {"action": "preview"}, headers=ENGLISH).text
    assert again.count("stays as it is") == 2


def test_the_structure_has_the_number_of_people_or_is_that_of_another_shift(session, browser, event, talks, path):
    template = make_shift(session, event, structure_configuration={"maximum_number_of_participants": 7})

    browser.send(path, FORM | {"action": "store"})
    browser.send(path, FORM | {"kind": "camera", "template": str(template.id), "action": "store"})

    places = [
        shift.structure_configuration["maximum_number_of_participants"]
        for shift in session.scalars(select(Shift).where(Shift.id != template.id).order_by(Shift.id))
    ]
    assert places == [2, 2, 7, 7]


def test_problems_are_shown_and_a_shift_is_detached(session, browser, event, talks, path):
    browser.send(path, FORM | {"action": "store"})
    shifts = session.scalars(select(Shift).order_by(Shift.id)).all()
    make_participation(session, shifts[0], make_user(session))
    for shift, problem in zip(shifts, (TALKS_DELETED, TIMES_KEPT)):
        session.get(ProgrammeShift, shift.id).problem = problem
    shift_id = shifts[0].id

    page = browser.get(path, headers=ENGLISH).text
    assert "All talks of this shift are gone." in page
    assert "Talks have moved." in page
    assert browser.send(f"/shifts/{shift_id}/detach/", page=path).location == path
    assert session.get(ProgrammeShift, shift_id) is None
    assert len(labels(session)) == 2
    assert browser.send(f"/shifts/{shift_id}/detach/", page=path).status_code == 404


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"kind": "cook"}, "Not a valid choice"),
        ({"label": "x" * 256}, "Ensure this field has no more than 255 characters."),
        ({"minutes_before": "-1"}, "Enter a whole number."),
        ({"minutes_after": "601"}, "Enter a number of minutes between 0 and 600."),
        ({"max_gap": "9" * 5000}, "Enter a whole number."),
        ({"people": "0"}, "Enter a whole number."),
        ({"people": "1\x00"}, "Enter a whole number."),
        ({"template": "5"}, "Not a valid choice"),
        ({"tracks": "99999999999"}, "valid choice"),
    ],
)
def test_unacceptable_fields_are_named_and_store_nothing(session, browser, talks, path, fields, message):
    page = browser.send(path, FORM | fields | {"action": "store"}, headers=ENGLISH)

    assert page.status_code == 200
    assert message in page.text
    assert labels(session) == []


def test_the_page_is_in_german(session, browser, talks, path):
    page = browser.send(path, FORM | {"action": "preview"}, headers={"Accept-Language": "de"}).text

    assert "Schichten aus dem Programm" in page
    assert "Noch ist nichts gespeichert." in page


def test_an_event_without_talks_has_nothing_to_generate(session, browser, event, path):
    page = browser.send(path, FORM | {"action": "preview"}, headers=ENGLISH).text

    assert "There are no talks for such shifts." in page
    assert 'value="store"' not in page


def test_others_than_planners_are_refused(session, browser, ada):
    seen = make_crew_event(session, seen_by=[ada])
    shift = make_shift(session, seen)

    assert browser.get(f"/events/{seen.id}/shifts-from-programme/").status_code == 403
    assert browser.get("/events/99999/shifts-from-programme/").status_code == 404
    assert browser.send(f"/shifts/{shift.id}/detach/", page="/accounts/profile/").status_code == 403
