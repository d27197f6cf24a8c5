"""The same Gancio server is imported again, after changes there and edits here."""

import pytest
from sqlalchemy import delete, func, select, update

from joindin.imports.gancio.open_source import open_source
from joindin.imports.gancio.run import import_gancio
from joindin.imports.report import Report
from joindin.models import Collection, Event, EventAlias, EventContact, EventHost, EventSeries, Place, SiteSetting, User
from joindin.operations.events import tag_event
from tests.factories import make_event, make_user
from tests.imports.gancio.gancio_database import STARTS_AT, event, execute, place, setting, user, write_file
from tests.imports.gancio.import_run import LATER, NOW, ImportRun, all_rows
from tests.imports.gancio.test_gancio_import import tags_of


@pytest.fixture
def path(tmp_path):
    return tmp_path / "gancio.sqlite"


def imported(session, path, **tables):
    return ImportRun(session, write_file(path, **tables), now=LATER)


def test_changes_in_the_source_follow(session, path):
    first = {"users": [user(3), user(4)], "events": [event(7, "Old", slug="old", tags=["a", "b"], userId=3)]}
    imported(session, path, **first)
    revision = session.get(Event, 7).revision

    changed = event(
        7,
        "New",
        slug="new",
        description="<p>Changed</p>",
        start_datetime=STARTS_AT + 60,
        end_datetime=STARTS_AT + 3600,
        tags=["b", "c"],
        userId=4,
        is_visible=False,
        recurrent={"frequency": "1w"},
        online_locations=["https://meet.example.org"],
        placeId=2,
    )
    run = imported(session, path, users=[user(3), user(4)], places=[place(1, "Main Hall"), place(2)], events=[changed])

    assert run.of("events") == {"updated": 1}
    stored = session.get(Event, 7)
    assert (stored.name, stored.name_key, stored.slug, stored.description) == ("New", "new", "old", "Changed")
    assert (stored.starts_at.timestamp(), stored.ends_at.timestamp()) == (STARTS_AT + 60, STARTS_AT + 3600)
    assert (stored.is_end_known, stored.is_active, stored.is_pending, stored.is_series) == (True, False, True, True)
    assert (stored.location, stored.place_id) == ("Hall 2, Road 2", 2)
    assert stored.online_locations == ["https://meet.example.org"]
    assert tags_of(session, 7) == ["b", "c"]
    assert session.scalars(select(EventSeries.rrule)).all() == ["FREQ=WEEKLY"]
    assert session.scalars(select(EventContact.user_id)).all() == [4]
    assert session.scalars(select(EventHost.user_id)).all() == [4]
    assert stored.revision > revision


def test_edits_here_are_kept_and_the_rest_follows(session, path):
    imported(session, path, events=[event(7, "Old", tags=["a"]), event(8, "Other")])
    edited = session.get(Event, 7)
    edited.name = "Edited here"
    tag_event(session, edited, ["mine"])
    session.get(Event, 8).description = "Edited here"
    session.commit()

    changes = [event(7, "New", tags=["b"], description="<p>New text</p>"), event(8, "Other", description="<p>New</p>")]
    run = imported(session, path, events=changes)

    assert run.of("events") == {"updated": 1, "kept": 1}
    assert (session.get(Event, 7).name, session.get(Event, 7).description) == ("Edited here", "New text")
    assert tags_of(session, 7) == ["mine"]
    assert session.get(Event, 8).description == "Edited here"
    assert imported(session, path, events=changes).of("events") == {"unchanged": 2}


def test_an_edit_here_that_the_source_repeats_is_no_difference(session, path):
    imported(session, path, events=[event(7, "Old")])
    session.get(Event, 7).name = "New"
    session.commit()

    assert imported(session, path, events=[event(7, "New", slug="old")]).of("events") == {"unchanged": 1}
    assert imported(session, path, events=[event(7, "Newer", slug="old")]).of("events") == {"updated": 1}


def test_deleted_rows_do_not_come_back(session, path):
    tables = {"users": [user(3)], "events": [event(7), event(8)], "collections": [{"id": 1, "name": "c"}]}
    imported(session, path, **tables)
    for model, id_ in ((Event, 7), (User, 3), (Collection, 1)):
        session.execute(delete(model).where(model.id == id_))
    session.commit()

    run = imported(session, path, users=[user(3, "new@example.org")], events=[event(7, "Changed"), event(8)])

    assert (run.of("events"), run.of("users")) == ({"kept": 1, "unchanged": 1}, {"kept": 1})
    assert session.scalars(select(Event.id)).all() == [8]
    assert session.scalar(select(func.count()).select_from(User)) == 0


def test_rows_of_deleted_rows_are_reported(session, path):
    tables = {
        "events": [event(7, recurrent={"frequency": "1w"}), event(8)],
        "collections": [{"id": 1, "name": "c"}],
    }
    imported(session, path, **tables)
    session.execute(delete(Event))
    session.execute(delete(Collection))
    session.commit()

    run = imported(
        session,
        path,
        events=[*tables["events"], event(9, parentId=7)],
        collections=tables["collections"],
        filters=[{"id": 1, "collectionId": 1, "tags": ["a"]}],
        messages=[{"id": 1, "message": "x", "eventId": 8, "author": "ANON"}],
    )

    assert run.issues == [
        "events 9: its series 7 is not there: it is an event of its own",
        "messages 1: its event 8 is not there",
        "filters 1: its collection is not there",
    ]


def test_a_decision_here_is_kept_and_one_there_follows(session, path):
    imported(session, path, events=[event(7, is_visible=False), event(8, is_visible=False)])
    session.execute(update(Event).where(Event.id == 7).values(is_pending=False))
    session.commit()

    imported(session, path, events=[event(7), event(8)])

    states = session.execute(select(Event.is_active, Event.is_pending).order_by(Event.id)).all()
    assert states == [(False, False), (True, None)]


def test_a_changed_place_changes_all_its_events(session, path):
    imported(session, path, events=[event(7)])
    own = make_event(session, place_id=1, location="Main Hall, Road 1")
    session.commit()

    run = imported(session, path, places=[place(1, "Grand Hall", latitude=1, longitude=2)], events=[event(7)])

    assert run.of("places") == {"updated": 1}
    assert {session.get(Event, id_).location for id_ in (7, own.id)} == {"Grand Hall, Road 1"}
    assert (session.get(Event, own.id).latitude, session.get(Place, 1).longitude) == (1, 2)


def test_a_place_that_was_edited_here_keeps_its_name_in_the_events(session, path):
    imported(session, path, events=[event(7)])
    session.get(Place, 1).name = "Our Hall"
    session.get(Event, 7).location = "Our Hall, Road 1"
    session.commit()

    run = imported(session, path, places=[place(1, "Their Hall")], events=[event(7, tags=["new"])])

    assert (run.of("places"), run.of("events")) == ({"kept": 1}, {"updated": 1})
    assert (session.get(Event, 7).location, tags_of(session, 7)) == ("Our Hall, Road 1", ["new"])


def test_a_new_password_here_is_kept(session, path):
    imported(session, path, users=[user(3)])
    session.get(User, 3).password_hash = "$argon2id$new"
    session.commit()

    imported(session, path, users=[user(3, password="$2a$10$" + "b" * 53, role="editor")])

    assert (session.get(User, 3).password_hash, session.get(User, 3).is_editor) == ("$argon2id$new", True)


def test_a_user_who_is_activated_there_is_activated_here(session, path):
    imported(session, path, users=[user(3, is_active=False)])

    imported(session, path, users=[user(3)])

    assert (session.get(User, 3).is_active, session.get(User, 3).is_trusted, session.get(User, 3).is_verified) == (
        True,
    ) * 3


def test_settings_follow_until_they_are_set_here(session, path):
    imported(session, path, settings=[setting("title", "One"), setting("description", "One")])
    session.get(SiteSetting, "description").value = "Ours"
    session.commit()

    changed = [setting("title", "Two"), setting("description", "Two")]
    assert imported(session, path, settings=changed).of("settings") == {"updated": 1, "kept": 1}
    assert imported(session, path, settings=changed).of("settings") == {"unchanged": 2}
    values = dict(session.execute(select(SiteSetting.key, SiteSetting.value)).all())
    assert values == {"title": "Two", "description": "Ours"}


def test_taken_ids_and_slugs_are_replaced_and_lead_to_the_event(session, path, browser):
    here = make_event(session, "Here", slug="concert")
    session.commit()

    run = imported(session, path, events=[event(here.id, "Concert"), event(here.id + 5, "Other")])

    moved = session.scalars(select(Event).where(Event.name == "Concert")).one()
    assert moved.id > here.id + 5
    assert moved.slug == f"concert-{moved.id}"
    assert session.scalars(select(Event).where(Event.name == "Other")).one().id == here.id + 5
    assert run.issues == [
        f"events {here.id}: the slug 'concert' is another event's: it is {moved.slug!r} here",
        f"events {here.id}: its id is {moved.id} here",
    ]
    aliases = dict(session.execute(select(EventAlias.alias, EventAlias.event_id)).all())
    assert aliases == {"concert": moved.id, str(here.id): moved.id}
    assert browser.get(f"/event/{here.id}").headers["Location"] == f"/event/{moved.slug}"
    assert browser.get("/event/concert").status_code == 200


def test_ids_that_rows_had_here_are_not_used_again(session, path):
    gone = make_event(session)
    gone_id = gone.id
    session.delete(gone)
    session.commit()

    imported(session, path, events=[event(gone_id), event(gone_id + 1, "Next")])

    ids = dict(session.execute(select(Event.name, Event.id)).all())
    assert ids["Next"] == gone_id + 1
    assert ids[f"Event {gone_id}"] == gone_id + 2


def test_new_rows_here_get_ids_above_those_of_the_source(session, path):
    imported(session, path, users=[user(3)], events=[event(700)])

    assert make_event(session).id > 700
    assert make_user(session).id > 3
    session.commit()
    run = imported(session, path, events=[event(700), event(701), event(900)])
    ids = {name: id_ for name, id_ in session.execute(select(Event.name, Event.id)) if name.startswith("Event")}
    assert ids["Event 900"] == 900
    assert ids["Event 701"] > 701
    assert run.of("events") == {"added": 2, "repaired": 1, "unchanged": 1}


def test_two_servers_are_kept_apart(session, tmp_path):
    for name in ("a.example", "b.example"):
        ImportRun(session, write_file(tmp_path / name, events=[event(7, f"At {name}")]), host=name)

    events = session.execute(select(Event.name, Event.id).order_by(Event.id)).all()
    assert events == [("At a.example", 7), ("At b.example", 8)]


def test_an_interrupted_import_is_completed_by_the_next(session, path):
    source = write_file(path, users=[user(3)], events=[event(number) for number in range(1, 121)])
    opened = open_source(source)
    steps = import_gancio(session, opened, now=NOW, report=Report())
    while session.scalar(select(func.count()).select_from(Event)) < 50:
        next(steps)
        session.commit()
    steps.close()
    session.rollback()
    opened.close()

    run = ImportRun(session, source)

    assert session.scalars(select(Event.id).order_by(Event.id)).all() == list(range(1, 121))
    assert run.of("events") == {"added": 20, "unchanged": 100}


def test_an_event_that_is_no_longer_in_the_source_stays(session, path):
    imported(session, path, events=[event(7), event(8)])
    before = all_rows(session)["events"]
    execute(str(path), "DELETE FROM events WHERE id = 8")

    ImportRun(session, str(path))

    assert all_rows(session)["events"] == before
