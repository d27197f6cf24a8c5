"""Pages of events: the list with its filters, and one event with its shifts."""

import datetime as dt
import re

import pytest

from joindin.models.crew import (
    CONFIRMED,
    FOR_EVERYONE,
    FOR_PARTICIPANT,
    FOR_RESPONSIBLES,
    REQUESTED,
    SHOWN_TO_CONFIRMED,
    SHOWN_TO_RESPONSIBLES,
)
from joindin.operations.accounts.granted_permissions import grant_permission
from tests.browser_client import main_text
from tests.crew_factories import (
    make_crew_event,
    make_event_type,
    make_participation,
    make_participation_comment,
    make_qualification,
    make_shift,
)
from tests.factories import days_from_now, make_user

ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def ada(session):
    return make_user(session, "ada", full_name="Ada Adams")


@pytest.fixture
def event(session, ada):
    return make_crew_event(session, "Street fair", seen_by=[ada], location="Main Street")


@pytest.fixture
def page(browser, ada):
    """``page(path)`` returns a page for Ada, in English unless other headers are given."""
    browser.sign_in_directly(ada)

    def getting(path, **headers):
        return browser.get(path, headers=ENGLISH | headers)

    return getting


def path_of(event, slug="street-fair"):
    return f"/events/{event.id}-{slug}/"


def titles(reply):
    return re.findall(r'href="/events/\d+-[^"]*" dir="auto">([^<]*)<', reply.text)


def test_list_groups_the_coming_events_by_day(session, ada, event, page):
    make_shift(session, event, structure_configuration={"maximum_number_of_participants": 3})
    past = make_crew_event(session, "Past", seen_by=[ada])
    make_shift(session, past, starts_at=days_from_now(-3))
    make_crew_event(session, "For others")
    make_crew_event(session, "A draft", seen_by=[ada], is_draft=True)

    reply = page("/events/")

    assert (reply.status_code, titles(reply)) == (200, ["Street fair"])
    assert "1 shift, 3 free places" in main_text(reply)
    assert reply.headers["Content-Language"] == "en"


def test_list_says_in_german_how_many_places_are_free(session, event, page):
    make_shift(session, event, structure_configuration={"maximum_number_of_participants": 1})

    reply = page("/events/", **{"Accept-Language": "de"})

    assert "1 Schicht, 1 freier Platz" in main_text(reply)
    assert '<html lang="de">' in reply.text


def test_list_is_filtered_by_the_own_response(session, ada, page):
    for name, state in (("None", None), ("Yes", CONFIRMED), ("Perhaps", REQUESTED)):
        shift = make_shift(session, make_crew_event(session, name, seen_by=[ada]))
        if state is not None:
            make_participation(session, shift, ada, state=state)

    found = {value: titles(page(f"/events/?response={value}")) for value in
             ("no_response", "confirmed", "requested_or_confirmed", "disposition", "", "bogus")}  # fmt: skip

    assert found == {
        "no_response": ["None"],
        "confirmed": ["Yes"],
        "requested_or_confirmed": ["Yes", "Perhaps"],
        "disposition": [],
        "": ["None", "Yes", "Perhaps"],
        "bogus": ["None", "Yes", "Perhaps"],
    }


def test_list_shows_responsible_people_which_requests_wait(session, ada, page):
    waiting, done = (make_crew_event(session, name, changed_by=[ada]) for name in ("Waiting", "Done"))
    make_participation(session, make_shift(session, waiting), make_user(session), state=REQUESTED)
    make_participation(session, make_shift(session, done), make_user(session), state=CONFIRMED)

    assert titles(page("/events/?response=disposition")) == ["Waiting"]


def test_list_is_filtered_by_type_words_and_days(session, ada, page):
    music = make_event_type(session, "Music")
    concert = make_crew_event(session, "Concert", type=music, seen_by=[ada])
    fair = make_crew_event(session, "Fair", seen_by=[ada], location="Harbour")
    make_shift(session, concert, starts_at=days_from_now(5))
    make_shift(session, fair, starts_at=days_from_now(20))
    day = days_from_now(12).date()

    assert titles(page(f"/events/?type={music.id}")) == ["Concert"]
    assert titles(page("/events/?search=harbour+fair")) == ["Fair"]
    assert titles(page(f"/events/?from={day}")) == ["Fair"]
    assert titles(page(f"/events/?until={day}")) == ["Concert"]


@pytest.mark.parametrize("query", ["type=99999999999999999999", "from=0001-01-01",
                                   "until=9999-12-31", "from=banana", "search=%00%25_%ff", "type=x"])  # fmt: skip
def test_list_ignores_filters_without_a_meaning(session, event, page, query):
    make_shift(session, event)

    assert page(f"/events/?{query}").status_code == 200


def test_list_costs_the_same_statements_for_1_and_20_events(session, ada, event, page, count_statements):
    make_shift(session, event)
    page("/events/")
    with count_statements() as few:
        page("/events/")
    for _ in range(19):
        other = make_crew_event(session, seen_by=[ada])
        make_participation(session, make_shift(session, other), ada)
        make_shift(session, other)
    with count_statements() as many:
        assert len(titles(page("/events/"))) == 20

    assert len(many) == len(few)


def test_list_has_pages_that_keep_the_filter(session, ada, page):
    for _ in range(21):
        make_shift(session, make_crew_event(session, seen_by=[ada]))

    first = page("/events/?response=no_response")

    assert len(titles(first)) == 20
    assert 'href="/events/?response=no_response&amp;page=2" rel="next"' in first.text
    assert len(titles(page("/events/?response=no_response&page=2"))) == 1


def test_planners_see_drafts_in_the_list_and_on_their_page(session, ada, page):
    draft = make_crew_event(session, "Draft", changed_by=[ada], is_draft=True)
    make_shift(session, draft)

    assert titles(page("/events/")) == ["Draft"]
    assert "Only planners see it" in main_text(page(path_of(draft, "draft")))


def test_list_leads_those_who_add_events_to_the_form(session, ada, page):
    before = "/events/create/" in page("/events/").text
    grant_permission(session, ada, "add_event", actor=None)

    assert (before, "/events/create/" in page("/events/").text) == (False, True)


def test_a_draft_is_opened_by_those_who_add_events_and_see_it(session, ada, page):
    draft = make_crew_event(session, "Draft", seen_by=[ada], is_draft=True)

    assert page(path_of(draft, "draft")).status_code == 404
    grant_permission(session, ada, "add_event", actor=None)
    assert page(path_of(draft, "draft")).status_code == 200


def test_page_of_an_event_has_one_address(session, event, page):
    replies = [page(path) for path in (path_of(event), path_of(event, "wrong"), f"/events/{event.id}/?a=b")]

    assert [(reply.status_code, reply.headers.get("Location")) for reply in replies] == [
        (200, None),
        (301, path_of(event)),
        (301, f"{path_of(event)}?a=b"),
    ]


def test_events_of_others_are_forbidden_and_unknown_ones_not_found(session, page):
    hidden = make_crew_event(session, "Secret meeting")

    replies = [
        page(path) for path in (path_of(hidden), "/events/2147483647-x/", f"/events/{'9' * 30}-x/", "/events/-1-x/")
    ]

    assert [reply.status_code for reply in replies] == [403, 404, 404, 404]
    assert "Secret" not in replies[0].text


def test_visitors_are_sent_to_the_sign_in(event, browser):
    replies = [browser.get(path) for path in ("/events/", path_of(event))]

    assert [(reply.status_code, reply.location) for reply in replies] == [
        (302, "/accounts/login/?next=/events/"),
        (302, f"/accounts/login/?next={path_of(event)}"),
    ]


def test_addresses_below_crew_lead_to_the_pages(session, event, page):
    shift = make_shift(session, event)

    assert [page(path).location for path in ("/crew/", f"/crew/{event.id}/", f"/crew/shifts/{shift.id}/")] == [
        "/events/",
        path_of(event),
        f"{path_of(event)}#shift-{shift.id}",
    ]


def test_page_shows_the_places_of_each_structure(session, event, page):
    medic = make_qualification(session, "Medic")
    make_shift(session, event, structure="named_teams", structure_configuration={"teams": [
        {"title": "Bar", "uuid": "u1", "qualification": None, "min_count": 1, "max_count": 2},
        {"title": "Tent", "uuid": "u2", "qualification": medic.id, "min_count": 0, "max_count": None}]})  # fmt: skip
    make_shift(session, event, structure="qualification_mix", structure_configuration={"qualification_requirements": [
        {"qualification": medic.id, "min_count": 1, "max_count": 3}]})  # fmt: skip

    text = main_text(page(path_of(event)))

    assert "Bar: 2 places, at least 1 needed, 0 confirmed" in text
    assert "Tent: any number of people, 0 confirmed – with Medic" in text
    assert "3 places, at least 1 needed – with Medic" in text


def test_page_gives_every_reason_against_signing_up(session, event, page):
    make_shift(session, event, structure_configuration={"minimum_age": 18, "maximum_number_of_participants": 0,
                                                        "required_qualification_ids": [1]})  # fmt: skip

    text = main_text(page(path_of(event)))

    assert "You cannot sign up: You are not qualified. The maximum number of participants is reached." in text


def people(reply):
    return "Ben Brown" in reply.text


def test_page_shows_people_as_the_type_of_the_event_allows(session, ada, page):
    ben, shown = make_user(session, "ben", full_name="Ben Brown"), []
    for kind in (0, SHOWN_TO_CONFIRMED, SHOWN_TO_RESPONSIBLES):
        event = make_crew_event(
            session, "Street fair", type=make_event_type(session, participants_shown_to=kind), seen_by=[ada]
        )
        shift = make_shift(session, event)
        make_participation(session, shift, ben)
        before = people(page(path_of(event)))
        make_participation(session, shift, ada)
        shown.append((before, people(page(path_of(event)))))

    assert shown == [(True, True), (False, True), (False, False)]
    assert "Only responsible people see who takes part." in page(path_of(event)).text


def test_page_shows_comments_by_their_visibility(session, ada, event, page):
    shift = make_shift(session, event)
    own, other = make_participation(session, shift, ada), make_participation(session, shift, make_user(session))
    for number, participation in enumerate((own, other)):
        for visibility in (FOR_RESPONSIBLES, FOR_PARTICIPANT, FOR_EVERYONE):
            make_participation_comment(session, participation, text=f"note {number}{visibility}", visibility=visibility)

    seen = re.findall(r"note \d\d", page(path_of(event)).text)
    grant_permission(session, ada, "change_event", event, actor=None)
    seen_by_responsible = re.findall(r"note \d\d", page(path_of(event)).text)

    assert sorted(seen) == ["note 01", "note 02", "note 12"]
    assert sorted(seen_by_responsible) == ["note 00", "note 01", "note 02", "note 10", "note 11", "note 12"]


def test_page_of_a_public_event_leads_to_its_programme(session, ada, page):
    public = make_crew_event(session, "Street fair", seen_by=[ada], is_private=False, is_pending=False, slug="fair-27")
    private = make_crew_event(session, "Street fair", seen_by=[ada], slug="fair-28")

    assert 'href="/event/fair-27"' in page(path_of(public)).text
    assert 'href="/event/' not in page(path_of(private)).text


def test_page_costs_the_same_statements_for_1_and_50_people_and_shifts(session, ada, event, page, count_statements):
    make_participation(session, make_shift(session, event), make_user(session))
    path = path_of(event)
    page(path)
    with count_statements() as few:
        page(path)
    for _ in range(50):
        shift = make_shift(session, event, starts_at=days_from_now(10) + dt.timedelta(hours=1))
        participation = make_participation(session, shift, make_user(session))
        make_participation_comment(session, participation, text="hello", visibility=FOR_EVERYONE)
    with count_statements() as many:
        assert page(path).text.count("hello") == 50

    assert len(many) == len(few)


def test_printed_list_has_the_confirmed_people_of_all_shifts(session, event, page):
    for name, state in (("Ben Brown", CONFIRMED), ("Cem Cakir", REQUESTED)):
        make_participation(session, make_shift(session, event), make_user(session, full_name=name), state=state)

    reply = page(f"/events/{event.id}/print/")

    assert ("Ben Brown" in reply.text, "Cem Cakir" in reply.text) == (True, False)


def test_address_of_the_pdf_leads_to_the_list_for_paper(session, event, page):
    make_shift(session, event)
    hidden = make_crew_event(session)

    replies = [page(f"/events/{each.id}/pdf/") for each in (event, hidden)]

    assert [(reply.status_code, reply.location) for reply in replies] == [
        (302, f"/events/{event.id}/print/"), (403, None)
    ]  # fmt: skip
