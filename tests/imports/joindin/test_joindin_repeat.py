"""Repeated imports: after a complete run, after an interrupted one, and after changes in source and target."""

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from joindin.errors import Conflict, InvalidInput
from joindin.imports import bulk_rows
from joindin.imports.joindin.run import import_database
from joindin.imports.joindin.sources import InMemorySource
from joindin.imports.report import Report
from joindin.models import (
    AccessToken,
    Attendance,
    Client,
    Event,
    EventComment,
    EventHost,
    ImportProgress,
    ImportRowNote,
    Language,
    Tag,
    Talk,
    User,
)
from joindin.operations.counter_repair import verify_counters
from tests.factories import NOW, make_event, make_event_comment, make_language, make_talk, make_user, newest
from tests.imports.joindin.legacy_data import (
    all_rows,
    client,
    event,
    event_comment,
    legacy_tables,
    row,
    run_import,
    speaker,
    talk,
    talk_comment,
    token,
    user,
)


def installation(people=6, **more):
    """Return tables with rows of every kind, some of which are repaired, excluded or skipped."""
    return legacy_tables(
        user=[user(id_) for id_ in range(1, people + 1)],
        oauth_consumers=[client(1, "web2")],
        oauth_access_tokens=[token(id_, f"token{id_}", id_) for id_ in range(1, people + 1)],
        events=[event(1), event(2, url_friendly_name=None), event(3, event_start="soon"), event(4, "Conf 1")],
        tags=[row(ID=1, tag_value="php"), row(ID=2, tag_value="PHP"), row(ID=3, tag_value="web")],
        tags_events=[row(ID=1, event_id=1, tag_id=2), row(ID=2, event_id=2, tag_id=3)],
        user_admin=[
            row(ID=1, uid=1, rid=1, rtype="event", rcode=None),
            row(ID=2, uid=1, rid=1, rtype="event", rcode=""),
            row(ID=3, uid=1, rid=1, rtype="talk", rcode=""),
        ],
        user_attend=[row(ID=id_, uid=id_, eid=1 + id_ % 3) for id_ in range(1, people + 1)],
        event_comments=[event_comment(id_, 1, user_id=id_) for id_ in range(1, people + 1)],
        talks=[talk(1, 1), talk(2, 2, url_friendly_talk_title=None, stub=None), talk(3, 3), talk(4, 4)],
        talk_cat=[row(ID=id_, talk_id=id_, cat_id=3) for id_ in range(1, 4)],
        talk_speaker=[speaker(1, 1, speaker_id=2), speaker(2, 1, status="pending"), speaker(3, 2, speaker_id=77)],
        talk_comments=[talk_comment(id_, 1 + id_ % 2, user_id=id_) for id_ in range(1, people + 1)],
        **more,
    )


@pytest.fixture
def small_batches(monkeypatch):
    monkeypatch.setattr("joindin.imports.joindin.batches.BATCH_SIZE", 2)
    monkeypatch.setattr("joindin.imports.joindin.recount.RANGE_SIZE", 2)


def test_a_second_run_changes_nothing(session):
    first = run_import(session, installation())
    before = all_rows(session)
    again = run_import(session, installation())

    assert all_rows(session) == before
    assert first.totals["added"] == 50
    # Skipped rows are tried and reported again.
    assert again.totals == {"unchanged": 53, "skipped": 1, "orphans": 4}
    assert again.issues == [
        "events 3: event_start is not a number: 'soon'",
        "user_attend 2: orphan: event_id 3 is not there",
        "user_attend 5: orphan: event_id 3 is not there",
        "talks 3: orphan: event_id 3 is not there",
        "talk_cat: orphan: talk_id 3 is not there",
    ]


def test_overwriting_with_the_same_changes_nothing_either(session):
    run_import(session, installation())
    before = all_rows(session)
    again = run_import(session, installation(), overwrite=True)

    assert all_rows(session) == before
    assert "updated" not in again.totals
    assert "added" not in again.totals


@pytest.mark.parametrize("steps", range(0, 66, 9))
def test_a_run_that_was_broken_off_is_completed_by_the_next(session, small_batches, steps):
    broken_off = import_database(session, InMemorySource(installation()), now=NOW, report=Report())
    for _step, _rows in zip(range(steps), broken_off):
        session.commit()
    # The next step was not committed.
    next(broken_off, None)
    broken_off.close()
    session.rollback()
    session.expunge_all()

    run_import(session, installation())

    assert facts(session) == EXPECTED
    assert [drift for _number, drifts in verify_counters(session, fix=False) for drift in drifts] == []


def facts(session):
    return {
        "users": session.scalars(select(User.id).order_by(User.id)).all(),
        "tokens": session.scalars(select(AccessToken.id).order_by(AccessToken.id)).all(),
        "events": session.scalars(select(Event.id).order_by(Event.id)).all(),
        "slugless": session.scalars(select(Event.id).where(Event.slug.is_(None))).all(),
        "tags": session.scalars(select(Tag.id).order_by(Tag.id)).all(),
        "attending": [tuple(row) for row in session.execute(select(Attendance.user_id, Attendance.event_id).order_by(Attendance.user_id))],
        "hosts": session.scalars(select(EventHost.user_id)).all(),
        "comments": session.scalars(select(EventComment.id).order_by(EventComment.id)).all(),
        "talks": [tuple(row) for row in session.execute(select(Talk.id, Talk.type_id, Talk.comment_count).order_by(Talk.id))],
        "languages": len(session.scalars(select(Language.id)).all()),
        "unfinished": session.scalars(select(ImportProgress.name).where(ImportProgress.finished_until_id < ImportProgress.reserved_until_id)).all(),
        "notes of talks": session.scalars(select(ImportRowNote.row_id).where(ImportRowNote.table_name == "talks.type")).all(),
    }  # fmt: skip


EXPECTED = {
    "users": [1, 2, 3, 4, 5, 6],
    "tokens": [1, 2, 3, 4, 5, 6],
    "events": [1, 2, 4],
    "slugless": [],
    "tags": [1, 3],
    "attending": [(1, 2), (3, 1), (4, 2), (6, 1)],
    "hosts": [1],
    "comments": [1, 2, 3, 4, 5, 6],
    "talks": [(1, 3, 3), (2, 3, 3), (4, 1, 0)],
    "languages": 9,
    "unfinished": [],
    "notes of talks": [],
}


def test_new_rows_get_ids_above_all_of_the_original_from_the_first_moment_on(session):
    source = legacy_tables(user=[user(500)], events=[event(700), event(900, event_start="soon")], talks=[], tags=[])
    running = import_database(session, InMemorySource(source), now=NOW, report=Report())
    next(running)
    session.commit()
    somebody = make_user(session)
    for _rows in running:
        session.commit()
    conference = make_event(session, host=somebody, tags=["new"])
    spoken = make_talk(session, conference)
    session.commit()

    assert somebody.id == 501
    # The row that was skipped keeps its id too.
    assert conference.id == 901
    assert session.scalars(select(User.id).order_by(User.id)).all() == [500, 501]
    assert (spoken.event_id, session.get(User, 500).username) == (901, "user500")


def test_new_rows_of_the_source_are_imported_by_a_later_run(session):
    run_import(session, installation())
    more = installation(people=8)

    again = run_import(session, more)

    assert (again.of("user"), again.of("oauth_access_tokens")) == ({"added": 2, "unchanged": 6},) * 2
    assert session.scalars(select(User.id).order_by(User.id)).all() == list(range(1, 9))
    assert session.get(Event, 2).attendee_count == 3
    assert [drift for _number, drifts in verify_counters(session, fix=False) for drift in drifts] == []


def with_more_of_event_4():
    more = installation()
    more["tags_events"].append(row(ID=3, event_id=4, tag_id=3))
    more["user_admin"].append(row(ID=4, uid=2, rid=4, rtype="event", rcode=None))
    more["event_images"] = [row(id=1, event_id=4, type="small", url="https://a.example/x.png", width=90, height=90)]
    return more


def shown(api):
    """Return the parts of event 4 that come from other tables."""
    event = api.get("/v2.1/events/4?verbose=yes").json["events"][0]
    return event["tags"], [host["host_name"] for host in event["hosts"]], list(event["images"])


@pytest.mark.parametrize("table", ["tags_events", "user_admin", "event_images"])
def test_pages_that_were_shown_before_show_what_came_in_later(session, api, table):
    run_import(session, installation())
    before = shown(api)

    run_import(session, installation() | {table: with_more_of_event_4()[table]})

    assert before == ([], [], [])
    assert (
        shown(api)
        == {
            "tags_events": (["web"], [], []),
            "user_admin": ([], ["Person 2"], []),
            "event_images": ([], [], ["small"]),
        }[table]
    )


@pytest.mark.parametrize("change", [update(User).values(full_name="Changed"), update(Tag).values(name="Changed")])
def test_pages_that_were_shown_before_show_what_was_overwritten(session, api, change):
    run_import(session, with_more_of_event_4())
    session.execute(change)
    session.execute(update(Event).values(version=Event.version + 1))
    changed = shown(api)

    run_import(session, with_more_of_event_4(), overwrite=True)

    assert "Changed" in str(changed)
    assert shown(api) == (["web"], ["Person 2"], ["small"])


def test_rows_that_were_changed_or_deleted_here_are_kept(session):
    run_import(session, installation())
    session.execute(update(User).where(User.id == 1).values(full_name="New Name", password_hash="$argon2id$new"))
    session.execute(delete(EventComment).where(EventComment.id == 2))
    session.execute(delete(Attendance).where(Attendance.event_id == 2, Attendance.user_id == 1))
    session.execute(update(Event).where(Event.id == 2).values(attendee_count=Event.attendee_count - 1))
    session.execute(delete(User).where(User.id == 6))
    session.commit()

    again = run_import(session, installation())

    assert (session.get(User, 1).full_name, session.get(User, 1).password_hash) == ("New Name", "$argon2id$new")
    assert session.scalars(select(User.id).order_by(User.id)).all() == [1, 2, 3, 4, 5]
    assert session.get(EventComment, 2) is None
    assert session.get(Attendance, (2, 1)) is None
    assert "added" not in again.totals
    assert session.get(Event, 1).comment_count == 5


def test_overwriting_takes_the_original_at_its_word(session):
    run_import(session, installation())
    slug, stub = session.get(Event, 2).slug, session.get(Talk, 2).stub
    session.execute(update(User).where(User.id == 1).values(full_name="New Name"))
    session.execute(update(Event).where(Event.id == 2).values(name="New Name"))
    version = session.get(Event, 2).version
    session.execute(delete(EventComment).where(EventComment.id == 2))
    session.commit()

    again = run_import(session, installation(), overwrite=True)

    assert session.get(User, 1).full_name == "Person 1"
    assert (session.get(Event, 2).name, session.get(Event, 2).slug, session.get(Talk, 2).stub) == ("Conf 2", slug, stub)
    assert session.get(Event, 2).version == version + 1
    assert session.get(EventComment, 2).text == "Comment 2"
    assert (again.totals["updated"], again.totals["added"]) == (2, 1)
    assert again.of("user") == {"updated": 1, "unchanged": 5}


def test_a_row_that_was_repaired_in_the_source_is_imported_with_its_dependent_rows(session):
    run_import(session, installation())
    mended = installation()
    mended["events"][2] = event(3)

    again = run_import(session, mended)

    assert again.of("events") == {"added": 1, "unchanged": 3}
    assert again.of("user_attend") == {"added": 2, "unchanged": 4}
    assert again.issues == []
    assert session.get(Event, 3).attendee_count == 2
    assert (session.get(Talk, 3).type_id, session.get(Talk, 3).event_id) == (3, 3)
    assert session.scalars(select(ImportRowNote.row_id).where(ImportRowNote.value.is_(None))).all() == []


def test_an_installation_with_content_of_its_own_is_refused(session):
    make_event(session, "Ours", host=make_user(session, "ours"))
    session.commit()
    before = all_rows(session)

    with pytest.raises(Conflict) as refused:
        run_import(session, installation())

    session.rollback()
    assert str(refused.value) == (
        "There is content here already (event hosts, events, users). The import keeps all ids, so it needs a new"
        " installation after `joindin setup`. Nothing was written"
    )
    assert all_rows(session) == before
    assert session.scalars(select(ImportProgress.name)).all() == []


def test_languages_that_setup_added_are_no_content_but_others_are(session):
    make_language(session, "English - UK")
    make_language(session, "Klingon", "tlh")
    session.commit()

    with pytest.raises(Conflict, match=r"There is content here already \(languages\)"):
        run_import(session, installation())

    session.rollback()
    session.execute(delete(Language).where(Language.name == "Klingon"))
    session.commit()
    run_import(session, installation())
    assert session.scalar(select(Language.name).where(Language.id == 2)) == "English - UK"


def test_ids_that_were_given_here_meanwhile_are_refused_before_anything_is_written(session):
    run_import(session, installation())
    comment = make_event_comment(session, session.get(Event, 1))
    person = make_user(session, "ours")
    session.commit()
    before = all_rows(session)

    with pytest.raises(Conflict) as refused:
        run_import(session, installation(people=7))

    session.rollback()
    assert (comment.id, person.id) == (7, 7)
    assert str(refused.value) == (
        "These rows are new in the source, but their ids are already in use here:"
        " user 7, event_comments 7. Nothing was written"
    )
    assert all_rows(session) == before
    assert newest(session, User).username == "ours"


def test_a_name_that_was_taken_here_meanwhile_stays_with_who_took_it(session):
    run_import(session, installation())
    session.execute(update(User).where(User.id == 1).values(username="user7", username_key="user7"))
    session.commit()

    again = run_import(session, installation(people=7))

    assert session.get(User, 7).username == "user7-7"
    assert again.issues[0] == "user 7: the username 'user7' cannot be used: it is 'user7-7' now"


@pytest.mark.parametrize("missing", ["user", "events"])
def test_a_database_without_required_tables_is_refused(session, missing):
    tables = installation()
    del tables[missing]

    with pytest.raises(InvalidInput, match=f"^That is not a Joind.in database: there is no table {missing}$"):
        run_import(session, tables)
    session.rollback()

    assert session.scalars(select(ImportProgress.name)).all() == []


def test_a_row_that_the_database_refuses_is_skipped_and_named_alone(session, monkeypatch):
    real = bulk_rows.insert_new

    def refusing(session, table, wanted):
        if table.name == "users" and any(row["username"] == "user3" for row in wanted):
            raise IntegrityError("INSERT", {}, Exception("no"))
        return real(session, table, wanted)

    monkeypatch.setattr(bulk_rows, "insert_new", refusing)

    moved = run_import(session, installation())

    assert session.scalars(select(User.id).order_by(User.id)).all() == [1, 2, 4, 5, 6]
    assert moved.of("user") == {"added": 5, "skipped": 1}
    assert "user 3: the database refuses it" in moved.issues


def test_an_application_of_a_missing_owner_is_disabled_unless_it_is_the_operators(session):
    app = {"application": "App", "description": "Shows talks"}

    run_import(
        session, legacy_tables(oauth_consumers=[client(1, "web2", user_id=9), client(2, "app", user_id=9, **app)])
    )

    rows = session.execute(select(Client.key, Client.owner_id, Client.is_active, Client.is_first_party))
    assert sorted(rows.all()) == [("app", None, False, False), ("web2", None, True, True)]


def test_overwriting_keeps_the_decisions_of_the_operator_and_no_proof_of_a_replaced_address(session):
    tables = {"user": [user(1), user(2)], "oauth_consumers": [client(1, "web2")]}
    run_import(session, legacy_tables(**tables))
    session.execute(update(Client).values(is_active=False, is_first_party=False))
    session.execute(update(User).values(email_proven_at=NOW))
    session.commit()

    tables["user"][1] = user(2, email="other@example.org")
    run_import(session, legacy_tables(**tables), overwrite=True)

    session.expire_all()
    web2 = session.scalars(select(Client)).one()
    assert (web2.is_active, web2.is_first_party) == (False, False)
    assert [person.email_proven_at for person in session.scalars(select(User).order_by(User.id))] == [NOW, None]
