"""Reads of the crew: who sees which events and participations, and what a list costs."""

import contextvars
import datetime as dt

import pytest
from sqlalchemy import delete

from joindin.models.crew import CONFIRMED, GETTING_DISPATCHED, REQUESTED, QualificationGrant
from joindin.operations.accounts.granted_permissions import grant_permission
from joindin.resources.ephios import participations
from tests.crew_factories import (
    grant_qualification,
    make_crew_event,
    make_event_type,
    make_participation,
    make_participation_comment,
    make_profile,
    make_qualification,
    make_shift,
)
from tests.factories import NOW, make_event, make_group, make_user

EMPTY_STATS = {
    "requested_count": 0, "confirmed_count": 0, "missing": 0, "free": 0, "min_count": None, "max_count": 0,
}  # fmt: skip


@pytest.fixture
def ada(session):
    return make_user(session, "ada", full_name="Ada Lovelace")


@pytest.fixture
def read(app, session, token_for):
    """``read(user, path)`` requests an address of the API with a token, and returns the answer."""

    def reading(user, path, method="GET", **headers):
        headers = {"Authorization": f"Bearer {token_for(user)}", "Accept-Language": "en", **headers}
        session.commit()
        # A context of its own: the test's would keep what a request has loaded.
        return contextvars.Context().run(app.test_client().open, f"/api/{path}", method=method, headers=headers)

    return reading


def ids_of(reply):
    assert reply.status_code == 200, reply.text
    assert reply.json["count"] == len(reply.json["results"])
    return [row["id"] for row in reply.json["results"]]


def test_events_are_seen_by_those_with_the_permission(session, ada, read):
    member, admin, stranger = make_user(session), make_user(session, is_admin=True), make_user(session)
    planner = make_user(session)
    grant_permission(session, planner, "view_event", actor=None)
    group = make_group(session, members=[member])
    own = make_crew_event(session, "Own", seen_by=[ada])
    of_group = make_crew_event(session, "Of the group", seen_by=[group])
    draft = make_crew_event(session, "Draft", seen_by=[ada, group], is_draft=True)
    make_event(session, "Without a crew")
    shifts = {event.id: make_shift(session, event) for event in (own, of_group, draft)}

    seen = {
        ada: [own.id],
        member: [of_group.id],
        stranger: [],
        admin: [own.id, of_group.id],
        planner: [own.id, of_group.id],
    }
    for user, event_ids in seen.items():
        assert ids_of(read(user, "events/?ordering=title")) == sorted(event_ids, key=lambda id_: id_ != of_group.id), (
            user
        )
        assert sorted(ids_of(read(user, "shifts/"))) == sorted(shifts[id_].id for id_ in event_ids)
        for event in (own, of_group, draft):
            expected = 200 if event.id in event_ids else 404
            assert read(user, f"events/{event.id}/").status_code == expected
            assert read(user, f"shifts/{shifts[event.id].id}/").status_code == expected
    assert read(ada, f"events/{draft.id}/").json == {"detail": "No Event matches the given query."}


def test_an_event_without_shifts_has_no_times_and_is_last(session, ada, read):
    bare = make_crew_event(session, "Bare", seen_by=[ada], description="", location=None)
    late, early = (make_crew_event(session, seen_by=[ada]) for _ in range(2))
    make_shift(session, late, starts_at=NOW + dt.timedelta(days=9)), make_shift(session, early, starts_at=NOW)

    assert ids_of(read(ada, "events/")) == [early.id, late.id, bare.id]
    assert ids_of(read(ada, "events/?ordering=-start_time")) == [bare.id, late.id, early.id]
    shown = read(ada, f"events/{bare.id}/").json
    assert (shown["start_time"], shown["end_time"], shown["shifts"], shown["signup_stats"]) == (
        None,
        None,
        [],
        EMPTY_STATS,
    )
    assert (shown["description"], shown["location"]) == (None, "")


@pytest.mark.parametrize(
    ("shown_to", "stranger", "confirmed", "requested"),
    [(0, True, True, True), (1, False, True, False), (2, False, False, False), (3, True, True, True)],
)
def test_participants_are_shown_by_the_type_of_the_event(session, ada, read, shown_to, stranger, confirmed, requested):
    users = {
        name: make_user(session)
        for name in ("stranger", "confirmed", "requested", "responsible", "profiles", "one profile")
    }
    grant_permission(session, users["profiles"], "view_userprofile", actor=None)
    grant_permission(session, users["one profile"], "view_userprofile", ada, actor=None)
    event_type = make_event_type(session, participants_shown_to=shown_to)
    event = make_crew_event(session, type=event_type, seen_by=[ada, *users.values()], changed_by=[users["responsible"]])
    shift = make_shift(session, event)
    of_ada = make_participation(session, shift, ada)
    rows = {
        "confirmed": make_participation(session, shift, users["confirmed"], state=CONFIRMED),
        "requested": make_participation(session, shift, users["requested"], state=REQUESTED),
    }
    hidden = make_participation(session, shift, placeholder_name="X", state=GETTING_DISPATCHED)
    everyone = [of_ada.id, rows["confirmed"].id, rows["requested"].id]

    def seen_by(name):
        return ids_of(read(users[name], "participations/"))

    assert seen_by("stranger") == (everyone if stranger else [])
    assert seen_by("confirmed") == (everyone if confirmed else [rows["confirmed"].id])
    assert seen_by("requested") == (everyone if requested else [rows["requested"].id])
    assert seen_by("responsible") == seen_by("profiles") == everyone
    assert seen_by("one profile") == (everyone if shown_to in (0, 3) else [of_ada.id])
    assert hidden.id not in everyone
    expected = 200 if stranger else 404
    assert read(users["stranger"], f"participations/{of_ada.id}/").status_code == expected


def test_comments_are_shown_by_their_visibility(session, ada, read):
    responsible, manager = make_user(session, "resi", full_name="Resi"), make_user(session)
    for user in (responsible, manager):
        grant_permission(session, user, "view_userprofile", actor=None)
    event = make_crew_event(session, seen_by=[ada, manager], changed_by=[responsible])
    row = make_participation(session, make_shift(session, event), ada)
    for visibility, author in ((0, responsible), (1, responsible), (2, None)):
        make_participation_comment(session, row, text=f"for {visibility}", visibility=visibility, author=author)

    def comments(user, path):
        return [(each["author"], each["text"]) for each in read(user, path).json["comments"]]

    everything = [("Resi", "for 0"), ("Resi", "for 1"), ("Ada Lovelace", "for 2")]
    assert comments(responsible, f"participations-userinfo/{row.id}/") == everything
    assert comments(ada, f"users/me/participations/{row.id}/") == everything[1:]
    assert comments(manager, f"participations-userinfo/{row.id}/") == everything[2:]


def test_qualifications_are_shown_with_everything_that_they_include_until_they_expire(session, ada, read):
    first = make_qualification(session, "FA")
    medic = make_qualification(session, "EMT", includes=[first])
    doctor = make_qualification(session, "DOC", includes=[medic])
    driver = make_qualification(session, "C1")
    grant_qualification(session, ada, doctor, expires_at=NOW + dt.timedelta(days=1))
    grant_qualification(session, ada, driver, expires_at=NOW - dt.timedelta(days=1))
    make_profile(session, ada, date_of_birth=dt.date(1990, 5, 17))

    shown = read(ada, "users/me/").json

    assert (shown["date_of_birth"], len(shown["qualifications"])) == ("1990-05-17", 1)
    assert shown["qualifications"][0]["includes"] == [first.uuid, medic.uuid]


def test_hidden_users_are_in_no_list_but_see_themselves(session, ada, read):
    hidden, manager = make_user(session, "hidden"), make_user(session)
    grant_permission(session, manager, "view_userprofile", actor=None)
    make_profile(session, hidden, is_visible=False)

    assert ids_of(read(manager, "users/")) == [ada.id, manager.id]
    assert read(manager, f"users/{hidden.id}/").status_code == 404
    assert read(manager, "users/by_email/hidden@example.org/").status_code == 404
    assert read(manager, "users/by_email/ADA@example.org/").json["id"] == ada.id
    assert read(hidden, "users/me/").json["id"] == hidden.id


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    "path", ["users/", "users/1/", "users/by_email/a@b.c/", "users/1/participations/", "participations-userinfo/"]
)
def test_profiles_need_the_permission_over_all(session, ada, read, method, path):
    grant_permission(session, ada, "view_userprofile", make_user(session), actor=None)

    assert read(ada, path, method).status_code == 403


def test_lists_cost_the_same_whatever_their_length(session, ada, read, count_statements):
    grant_permission(session, ada, "view_userprofile", actor=None)
    first = make_qualification(session)
    mix = {"qualification_requirements": [{"qualification": first.id, "min_count": 1, "max_count": None}]}
    group, event_type = make_group(session, members=[ada]), make_event_type(session)

    def add_rows(count):
        for _ in range(count):
            event = make_crew_event(session, type=event_type, seen_by=[group])
            for structure in ("uniform", "qualification_mix", "complex"):
                shift = make_shift(session, event, structure=structure, structure_configuration=mix)
                user = make_user(session)
                grant_qualification(session, user, first)
                make_participation_comment(session, make_participation(session, shift, user), text="c", visibility=2)
                make_participation(session, shift, ada)

    paths = ("events/", "shifts/", "users/", "participations/", "participations-userinfo/", "users/me/participations/")

    def costs():
        found = {}
        for path in paths:
            reply = None
            with count_statements() as statements:
                reply = read(ada, f"{path}?limit=50")
            assert reply.status_code == 200
            found[path] = sum(statement.lstrip().upper().startswith("SELECT") for statement in statements)
        return found

    add_rows(1)
    few = costs()
    add_rows(17)

    assert costs() == few
    assert max(few.values()) <= 20


@pytest.mark.parametrize(("path", "cost"), [("events/", 2), ("shifts/", 2), ("users/me/participations/", 3)])
def test_a_list_that_was_read_before_costs_few_statements(session, ada, read, count_statements, path, cost):
    """The token with the facts about its user, and the keys; of own participations also what the user is qualified for."""
    event = make_crew_event(session, seen_by=[make_group(session, members=[ada])])
    make_participation(session, make_shift(session, event), ada)
    first = read(ada, path)

    with count_statements() as statements:
        again = read(ada, path)

    assert (again.json, again.json["count"]) == (first.json, 1)
    assert sum(statement.lstrip().upper().startswith("SELECT") for statement in statements) == cost


OWN = "users/me/participations/"


def own_qualifications(reply):
    return [each["uuid"] for each in reply.json["results"][0]["participant"]["qualifications"]]


def test_a_qualification_that_is_granted_during_a_read_is_gone_after_its_withdrawal(session, ada, read, monkeypatch):
    event = make_crew_event(session, seen_by=[make_group(session, members=[ada])])
    make_participation(session, make_shift(session, event), ada)
    first_aid, load = make_qualification(session), participations.load_own_participations

    def load_after_a_grant(*arguments):
        grant_qualification(session, ada, first_aid)
        session.commit()
        return load(*arguments)

    monkeypatch.setattr(participations, "load_own_participations", load_after_a_grant)
    during = own_qualifications(read(ada, OWN))
    monkeypatch.setattr(participations, "load_own_participations", load)
    session.execute(delete(QualificationGrant))

    assert (during, own_qualifications(read(ada, OWN))) == ([first_aid.uuid], [])


def test_own_qualifications_stay_in_the_order_of_their_grants(session, ada, read):
    event = make_crew_event(session, seen_by=[make_group(session, members=[ada])])
    make_participation(session, make_shift(session, event), ada)
    first, second = make_qualification(session), make_qualification(session)
    grant = grant_qualification(session, ada, first)
    grant_qualification(session, ada, second)
    before = own_qualifications(read(ada, OWN))
    session.delete(grant)
    session.flush()
    grant_qualification(session, ada, first)

    assert (before, own_qualifications(read(ada, OWN))) == ([first.uuid, second.uuid], [second.uuid, first.uuid])


@pytest.mark.parametrize(
    "path",
    [
        "events/?type=99999999999999999999", "events/?start_time_after=0001-01-01T00:00:00%2B05:00",
        "events/?start_gte=9999-12-31T23:59:59-14:00", "events/?search=" + "a+" * 3000, "events/?search=%25_/",
        "events/?search=%ED%A0%80", "events/?search=%FF%00", "events/?limit=" + "9" * 5000, "events/?offset=" + "9" * 50,
        "events/?type=%00", "events/?ordering=%00,-title,title,,start_time" + ",title" * 500, "events/-1/", "events/1_0/",
        "events/" + "9" * 5000 + "/", "events/%00/", "shifts/?end_time_before=%00", "shifts/%F0%9F%8D%8E/",
        "participations/?event=" + "&event=".join(map(str, range(1, 900))), "participations/?shift=%00",
        "participations/?event_type=&state=%00", "participations/?state=1&state=%E2%80%A8", "users/me/participations/?shift=1e9",
        "users/99999999999999999999/participations/", "users/0/participations/", "users/by_email/%00/",
        "users/?search=%22%22%27", "buildingblocks/?limit=99999999999999999999&offset=99999999999999999999",
        "buildingblocks/99999999999999999999/", "events.json?limit=-0", "events.xml", "events/1.json", "events/?format=%00",
    ],
)  # fmt: skip
def test_odd_requests_are_no_errors_of_the_server(session, read, path):
    admin = make_user(session, is_admin=True)

    for method in ("GET", "HEAD", "OPTIONS", "POST"):
        assert read(admin, path, method).status_code < 500, method


def test_times_have_the_offset_of_the_crew_and_their_fractions(session, ada, read):
    event = make_crew_event(session, seen_by=[ada])
    make_shift(session, event, starts_at=dt.datetime(2027, 7, 1, 10, 0, 0, 5000, dt.UTC), hours=2)

    shift = read(ada, "shifts/").json["results"][0]

    assert (shift["start_time"], shift["meeting_time"]) == (
        "2027-07-01T12:00:00.005000+02:00",
        "2027-07-01T11:30:00.005000+02:00",
    )
    assert ids_of(read(ada, "shifts/?start_time_after=2027-07-01T12:00")) == [shift["id"]]
    assert ids_of(read(ada, "shifts/?start_time_after=2027-07-01T12:00:01")) == []


def test_the_limit_is_capped(session, ada, read):
    make_crew_event(session, seen_by=[ada])

    reply = read(ada, "events/?limit=100000&offset=1").json

    assert reply["previous"] == "http://localhost/api/events/?limit=1000"


def test_search_ignores_the_case_of_all_letters(session, ada, read):
    event = make_crew_event(session, "Äpfel & Öl", seen_by=[ada], location="KÖLN 100%", description="Line")

    for terms in ("äpfel", "%C3%84PFEL,köln", '"äpfel %26 öl"', "100%25", "line"):
        assert ids_of(read(ada, f"events/?search={terms}")) == [event.id], terms
    for terms in ("apfel%20x", "100%25%25", "_pfel", "äpfel zzz"):
        assert ids_of(read(ada, f"events/?search={terms}")) == [], terms


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("ordering=title&ordering=-title", ["Beta", "Alpha"]),
        ("search=alpha&search=beta", ["Beta"]),
        ("start_time_after=2028-01-01&start_time_after=2027-07-02", ["Beta"]),
        ("limit=1&limit=5", ["Alpha", "Beta"]),
        ("offset=1&offset=0", ["Alpha", "Beta"]),
        ("format=xml&format=json", ["Alpha", "Beta"]),
    ],
)
def test_the_last_one_of_several_values_counts(session, ada, read, query, titles):
    for day, title in ((1, "Alpha"), (2, "Beta")):
        event = make_crew_event(session, title, seen_by=[ada])
        make_shift(session, event, starts_at=dt.datetime(2027, 7, day, 10, tzinfo=dt.UTC))

    reply = read(ada, f"events/?{query}")

    assert (reply.status_code, [event["title"] for event in reply.json["results"]]) == (200, titles)
