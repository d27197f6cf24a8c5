"""Pages of planners for events: create, change, copy, delete, activate, and who may do it."""

import datetime as dt

import pytest
from sqlalchemy import select

from joindin.models import Event, GrantedPermission
from joindin.models.crew import CrewDetails, Shift, federation_shares
from joindin.operations.accounts.granted_permissions import grant_permission
from tests.browser_client import Browser, main_text
from tests.crew_factories import make_crew_event, make_event_type, make_federation_guest, make_participation, make_shift
from tests.factories import make_event, make_group, make_user

ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def paula(session):
    paula = make_user(session, "paula", full_name="Paula Planner")
    grant_permission(session, paula, "add_event", actor=None)
    return paula


@pytest.fixture
def crew(session, paula):
    """A group for which Paula publishes."""
    group = make_group(session, "Crew")
    grant_permission(session, paula, "publish_event_for_group", group, actor=None)
    return group


@pytest.fixture
def page(app, session, paula):
    return Browser(app).sign_in_directly(paula)


def grants(session, event_id):
    rows = session.execute(
        select(GrantedPermission.user_id, GrantedPermission.group_id, GrantedPermission.permission).where(
            GrantedPermission.on_event_id == event_id
        )
    )
    return {(row.user_id or -row.group_id, row.permission) for row in rows}


def test_planner_creates_an_event_for_a_group_with_another_responsible(session, page, paula, crew):
    ben, guest = make_user(session, "ben", email="ben@example.org"), make_federation_guest(session, "Neighbours")
    event_type = make_event_type(session, "Service", default_description="Bring water")
    session.commit()
    path = f"/events/create/{event_type.id}/"
    form = page.get(path, headers=ENGLISH)
    assert "Bring water" in form.text
    assert f'href="{path}"' in page.get("/events/create/").text

    fields = {"title": "Night Watch", "event_type": event_type.id, "location": "Pier", "description": "Be there"}
    fields |= {"visible_for": [crew.id], "responsible_users": [paula.id], "shared_with": [guest.id]}
    reply = page.send(path, fields | {"more_responsibles": "BEN@example.org"}, headers=ENGLISH)

    event = session.query(Event).one()
    assert (reply.status_code, reply.location) == (302, f"/events/{event.id}/createshift/")
    assert (event.name, event.location, event.description, event.is_private) == (
        "Night Watch",
        "Pier",
        "Be there",
        True,
    )
    assert session.get(CrewDetails, event.id).is_draft is True
    assert grants(session, event.id) == {
        *((user.id, name) for user in (paula, ben) for name in ("view_event", "change_event")),
        (-crew.id, "view_event"),
    }
    assert session.execute(select(federation_shares)).all() == [(event.id, guest.id)]


def test_planner_changes_an_event(session, page, paula, crew):
    first, other = make_event_type(session), make_event_type(session)
    ben = make_user(session, "ben")
    event = make_crew_event(session, "Night Watch", type=first, changed_by=[paula, ben], seen_by=[crew])
    path = f"/events/{event.id}/edit/"

    reply = page.send(path, {"title": "Day Watch", "event_type": other.id, "responsible_users": [paula.id]})

    assert (reply.status_code, reply.location) == (302, f"/events/{event.id}-day-watch/")
    assert session.get(Event, event.id).name == "Day Watch"
    assert session.get(CrewDetails, event.id).event_type_id == other.id
    assert grants(session, event.id) == {(paula.id, "view_event"), (paula.id, "change_event")}


def test_texts_of_a_public_event_stay(session, page, paula):
    event = make_crew_event(session, "Congress", changed_by=[paula], is_private=False, description="Talks")
    other = make_event_type(session)

    reply = page.send(
        f"/events/{event.id}/edit/", {"title": "Mine", "event_type": other.id, "responsible_users": [paula.id]}
    )

    assert reply.status_code == 302
    assert (event.name, event.description) == ("Congress", "Talks")
    assert session.get(CrewDetails, event.id).event_type_id == other.id


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"title": ""}, "Enter a title."),
        ({"title": "x" * 255}, "Enter at most 254 characters."),
        ({"location": "x" * 255}, "Enter at most 254 characters."),
        ({"event_type": "9" * 30}, "Not a valid choice."),
        ({"event_type": "x"}, ""),
        ({"visible_for": ["99999"]}, ""),
        ({"visible_for": ["x\0"]}, ""),
        ({"responsible_groups": ["9" * 30]}, ""),
        ({"shared_with": ["1"]}, ""),
        ({"more_responsibles": "ben, nobody@example.org"}, "no account with this name or address: ben"),
        ({"more_responsibles": "\0"}, None),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_bad_values_are_refused_and_store_nothing(session, page, paula, crew, count_rows, changes, message):
    event_type = make_event_type(session)
    session.commit()
    path = f"/events/create/{event_type.id}/"
    token = page.token(path)
    before = count_rows()

    fields = {
        "csrfmiddlewaretoken": token,
        "title": "Night Watch",
        "event_type": event_type.id,
        "visible_for": [crew.id],
    }
    reply = page.post(path, fields | changes, headers=ENGLISH)

    if message is None:
        assert reply.status_code == 302
        return
    assert reply.status_code == 200
    assert message in main_text(reply)
    assert count_rows() == before


def test_planner_copies_an_event_to_another_day(session, page, paula):
    event = make_crew_event(session, "Night Watch", changed_by=[paula])
    shift = make_shift(session, event, starts_at=dt.datetime(2033, 3, 20, 17, tzinfo=dt.UTC))
    make_participation(session, shift, paula)

    reply = page.send(f"/events/{event.id}/copy/", {"first_day": "2033-04-03"})

    copy = session.query(Event).filter(Event.id != event.id).one()
    assert reply.location == f"/events/{copy.id}-night-watch/"
    # 18:00 in Berlin, before and after summer time begins.
    starts = session.scalars(select(Shift.starts_at).order_by(Shift.id)).all()
    assert [f"{at:%m-%d %H:%M}" for at in starts] == ["03-20 17:00", "04-03 16:00"]
    for day in ("", "9999-12-31", "x"):
        assert page.send(f"/events/{event.id}/copy/", {"first_day": day}).status_code == 200
    assert session.query(Event).count() == 2


def test_planner_activates_and_deletes_an_event(session, page, paula):
    event = make_crew_event(session, "Night Watch", changed_by=[paula], is_draft=True)
    path = f"/events/{event.id}"
    page.send(f"{path}/activate/", page=f"{path}/edit/")
    assert session.get(CrewDetails, event.id).is_draft is True
    make_shift(session, event)

    page.send(f"{path}/activate/", page=f"{path}/edit/")
    assert session.get(CrewDetails, event.id).is_draft is False
    page.send(f"{path}/deactivate/", page=f"{path}/edit/")
    assert session.get(CrewDetails, event.id).is_draft is True

    assert page.get(f"{path}/delete/").status_code == 403
    grant_permission(session, paula, "delete_event", actor=None)
    assert page.send(f"{path}/delete/").location == "/events/"
    assert session.query(Event).count() == 0


def test_link_for_guests_is_shown_and_made_again(session, page, paula):
    event = make_crew_event(session, "Night Watch", changed_by=[paula])
    path = f"/events/{event.id}/guests/"
    assert "/guests/register/" not in page.get(path).text

    page.send(path, {"action": "open"})
    first = page.get(path).text.split(f"/guests/register/{event.id}/")[1].split("/")[0]
    page.send(path, {"action": "renew"})
    second = page.get(path).text.split(f"/guests/register/{event.id}/")[1].split("/")[0]
    page.send(path, {"action": "close"})

    assert first != second
    assert "/guests/register/" not in page.get(path).text


@pytest.mark.slow("ten requests of each of eight people")
def test_pages_are_for_those_with_the_right(app, session, paula):
    volunteer, by_group, manager = make_user(session), make_user(session), make_user(session)
    staff, root, other = make_user(session), make_user(session, is_admin=True), make_user(session)
    group = make_group(session, members=[by_group])
    event = make_crew_event(session, changed_by=[paula, group], seen_by=[volunteer])
    shift = make_shift(session, event)
    make_participation(session, shift, volunteer)
    grant_permission(session, manager, "change_event", actor=None)
    grant_permission(session, staff, "manage_groups", actor=None)
    public, event_type = make_event(session), make_event_type(session)
    session.commit()
    paths = [
        "/events/create/",
        f"/events/create/{event_type.id}/",
        f"/events/{event.id}/copy/",
        *(f"/events/{event.id}/{page}/" for page in ("edit", "createshift", "guests")),
        *(f"/shifts/{shift.id}/{page}/" for page in ("edit", "copy", "delete")),
        f"/events/{event.id}/delete/",
        f"/events/{public.id}/edit/",
    ]

    def statuses(user):
        browser = Browser(app).sign_in_directly(user)
        found = [browser.get(path).status_code for path in paths]
        token = {"csrfmiddlewaretoken": browser.token("/accounts/profile/")}
        writes = [f"/events/{event.id}/activate/", *paths[3:9]]
        refused = [browser.post(path, token).status_code for path in writes] if found[3] == 403 else [403] * 7
        assert refused == [403] * 7
        return found

    assert statuses(paula) == [200] * 9 + [403, 404]
    assert statuses(by_group) == [403] * 3 + [200] * 6 + [403, 404]
    assert statuses(manager) == [403] * 3 + [200] * 6 + [403, 404]
    assert statuses(root) == [200] * 10 + [404]
    for user in (volunteer, staff, other):
        assert statuses(user) == [403] * 10 + [404]
    assert {Browser(app).get(path).location for path in paths} == {f"/accounts/login/?next={path}" for path in paths}
    assert session.query(Shift).count() == 1


def test_form_costs_the_same_whatever_the_number_of_groups_and_people(session, page, paula, count_statements):
    costs = []
    for count in (1, 30):
        event = make_crew_event(session, changed_by=[paula, *(make_user(session) for _ in range(count))])
        for _ in range(count):
            make_group(session), make_event_type(session), make_federation_guest(session)
        session.commit()
        with count_statements() as statements:
            assert page.get(f"/events/{event.id}/edit/").status_code == 200
        costs.append(len(statements))

    assert costs[0] == costs[1]
