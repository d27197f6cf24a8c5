"""Row versions move with everything that a representation shows, for every writing program."""

import dataclasses

import pytest
from sqlalchemy import text

from joindin.models import EventFlyer, EventImage, EventSeries, EventSettings, EventVenuePlan
from joindin.performance.read_models.row_versions import (
    CHILD_TABLES,
    DEPENDENT_TABLES,
    PARENT_COLUMNS,
    RENDERED_COLUMNS,
)
from joindin.queries.accounts.users import load_user_records
from joindin.queries.comment_records import load_event_comment_records, load_talk_comment_records
from joindin.queries.crew.shifts import load_shift_records
from joindin.queries.event_records import load_event_records
from joindin.queries.talk_records import load_talk_records
from joindin.representations.ephios.events import represent_shift
from joindin.representations.ephios.links import CrewLinks
from joindin.representations.links import Links
from joindin.representations.v2_1.comments import represent_event_comment
from joindin.representations.v2_1.events import represent_event
from joindin.representations.v2_1.talk_comments import represent_talk_comment
from joindin.representations.v2_1.talks import represent_talk
from joindin.representations.v2_1.users import represent_user
from joindin.utils.datetimes import utc_now
from joindin.viewer import UserSnapshot, Viewer
from tests.crew_factories import make_crew_event, make_participation, make_shift
from tests.factories import (
    make_event,
    make_event_comment,
    make_pending_event,
    make_place,
    make_rejected_event,
    make_talk,
    make_talk_comment,
    make_track,
    make_user,
)

LINKS = Links("http://api.example", "http://web.example")
COLUMNS = [(table, column.strip()) for table, columns in RENDERED_COLUMNS.items() for column in columns.split(",")]
CHILDREN = [(parent, table) for parent, tables in CHILD_TABLES.items() for table in tables]

# A key column of each child table that an update may set.
CHILD_KEYS = {
    "talk_speakers": "name",
    "talk_links": "url",
    "talk_tracks": "track_id",
    "event_hosts": "user_id",
    "event_tags": "tag_id",
    "event_images": "url",
    "event_flyers": "alt_text",
    "event_series": "rrule",
    "event_settings": "feedback_access",
    "event_venue_plans": "alt_text",
    "participations": "state",
}


@pytest.fixture
def rows(session):
    """One row of each rendered table with rows of all tables that are rendered with it; their ids by table."""
    host, author = make_user(session), make_user(session)
    event = make_event(
        session, host=host, tags=["php"], stub="conf", href="https://conf.example", place=make_place(session)
    )
    session.add(EventImage(event_id=event.id, size="small", file="a.png", width=140, height=140))
    session.add(EventFlyer(event_id=event.id, file="a.jpg", width=400, height=300, byte_size=9))
    session.add(EventSeries(event_id=event.id, rrule="FREQ=WEEKLY"))
    session.add(EventSettings(event_id=event.id))
    session.add(EventVenuePlan(event_id=event.id, file="a.jpg", width=400, height=300, alt_text="Hall A is upstairs"))
    track = make_track(session, event)
    links = [("slides_link", "https://slides.example"), ("video_link", "https://video.example")]
    talk = make_talk(session, event, speakers=[host, "Ada"], tracks=[track], links=links)
    comment, talk_comment = make_event_comment(session, event, author), make_talk_comment(session, talk, author)
    shift = make_shift(session, make_crew_event(session))
    make_participation(session, shift, author)
    session.commit()
    return {
        "events": event.id,
        "shifts": shift.id,
        "users": host.id,
        "talks": talk.id,
        "event_comments": comment.id,
        "talk_comments": talk_comment.id,
        "tracks": track.id,
    }


def version_of(session, table, row_id):
    return session.scalar(text(f"SELECT version FROM {table} WHERE id = {row_id}"))


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_a_write_to_a_rendered_column_moves_the_version(session, rows, table, column):
    before = version_of(session, table, rows[table])

    session.execute(text(f"UPDATE {table} SET {column} = {column} WHERE id = {rows[table]}"))

    assert version_of(session, table, rows[table]) == before + 1


@pytest.mark.parametrize("table", RENDERED_COLUMNS)
def test_a_writer_that_moves_the_version_moves_it_once(session, rows, table):
    before = version_of(session, table, rows[table])
    column = COLUMNS[[name for name, _ in COLUMNS].index(table)][1]

    session.execute(text(f"UPDATE {table} SET {column} = {column}, version = version + 1 WHERE id = {rows[table]}"))

    assert version_of(session, table, rows[table]) == before + 1


@pytest.mark.parametrize(("parent", "table"), CHILDREN)
def test_a_child_that_is_updated_or_deleted_moves_the_version(session, rows, parent, table):
    of_parent = f"{PARENT_COLUMNS[parent]} = {rows[parent]}"
    number = session.scalar(text(f"SELECT count(*) FROM {table} WHERE {of_parent}"))
    before = version_of(session, parent, rows[parent])

    session.execute(text(f"UPDATE {table} SET {CHILD_KEYS[table]} = {CHILD_KEYS[table]} WHERE {of_parent}"))
    after_update = version_of(session, parent, rows[parent])
    session.execute(text(f"DELETE FROM {table} WHERE {of_parent}"))

    assert number > 0
    assert after_update == before + number
    assert version_of(session, parent, rows[parent]) == after_update + number


@pytest.mark.parametrize(("parent", "table"), CHILDREN)
def test_a_child_that_changes_its_parent_moves_both_versions(session, rows, parent, table):
    make = {
        "events": make_event,
        "talks": lambda session: make_talk(session, make_event(session)),
        "shifts": lambda session: make_shift(session, make_crew_event(session)),
    }[parent]
    other_id = make(session).id
    column, number = PARENT_COLUMNS[parent], session.scalar(text(f"SELECT count(*) FROM {table}"))
    before = version_of(session, parent, rows[parent]), version_of(session, parent, other_id)

    session.execute(text(f"UPDATE {table} SET {column} = {other_id}"))

    after = version_of(session, parent, rows[parent]), version_of(session, parent, other_id)
    assert after == (before[0] + number, before[1] + number)


NEW_CHILDREN = {
    "talk_speakers": "INSERT INTO talk_speakers (talk_id, name) VALUES ({talks}, 'Grace')",
    "talk_links": "INSERT INTO talk_links (talk_id, type, url) VALUES ({talks}, 'x_link', 'https://x.example')",
    "talk_tracks": "INSERT INTO talk_tracks (talk_id, track_id) SELECT {talks}, max(id) FROM tracks",
    "event_hosts": "INSERT INTO event_hosts (event_id, user_id) SELECT {events}, max(id) FROM users",
    "event_tags": "INSERT INTO event_tags (event_id, tag_id) SELECT {events}, max(id) FROM tags",
    "event_images": "INSERT INTO event_images (event_id, size, file, width, height)"
    " VALUES ({events}, 'orig', 'b.png', 200, 200)",
    "event_flyers": "INSERT INTO event_flyers (event_id, file, width, height, byte_size)"
    " VALUES ({events}, 'b.jpg', 200, 200, 9)",
    "event_series": "INSERT INTO event_series (event_id) VALUES ({events})",
    "event_settings": "INSERT INTO event_settings (event_id) VALUES ({events})",
    "event_venue_plans": "INSERT INTO event_venue_plans (event_id, file, width, height, alt_text)"
    " VALUES ({events}, 'b.jpg', 200, 200, 'Hall B')",
    "participations": "INSERT INTO participations (shift_id, placeholder_name, state, structure_data, is_finished)"
    " VALUES ({shifts}, 'Someone', 1, '{{}}', false)",
}

# Tables with at most one row for each parent.
ONLY_CHILDREN = ("event_flyers", "event_series", "event_settings", "event_venue_plans")


@pytest.mark.parametrize(("parent", "table"), CHILDREN)
def test_a_new_child_moves_the_version(session, rows, parent, table):
    other = make_event(session, host=make_user(session), tags=["another"])
    make_track(session, other)
    if table in ONLY_CHILDREN:
        session.execute(text(f"DELETE FROM {table}"))
    session.commit()
    before = version_of(session, parent, rows[parent])

    session.execute(text(NEW_CHILDREN[table].format(**rows)))

    assert version_of(session, parent, rows[parent]) == before + 1


@pytest.mark.parametrize(("table", "column", "shown_in"), [each[:3] for each in DEPENDENT_TABLES])
def test_a_new_name_moves_the_versions_of_the_rows_that_show_it(session, rows, table, column, shown_in):
    before = version_of(session, shown_in, rows[shown_in])

    session.execute(text(f"UPDATE {table} SET {column} = 'Another name'"))

    assert version_of(session, shown_in, rows[shown_in]) == before + 1


# Which rows are rendered, and which columns of other rows the list selects as part of the cache key
# (resources/v2_1/rendering.py); of users it selects the version.
KEYED_COLUMNS = {
    "events": set(),
    "users": set(),
    "talks": {("events", "timezone"), ("event_settings", "feedback_access")},
    "event_comments": {("events", "timezone")},
    "talk_comments": {("events", "timezone"), ("talks", "title")},
    # Events of the crew have a version of their own.
    "shifts": {("shifts", "event_title")},
}
KEYED_VERSIONS = {"event_comments": {"users"}, "talk_comments": {"users"}}

# Tables of the records' attributes.
RELATED_TABLES = {
    "event": "events",
    "hosts": "event_hosts",
    "images": "event_images",
    "language": "languages",
    "links": "talk_links",
    "speakers": "talk_speakers",
    "tags": "tags",
    "talk": "talks",
    "tracks": "tracks",
    "type": "talk_types",
    "user": "users",
}
# Columns of a record that are read from another table.
COLUMNS_OF_RELATED = {"feedback_access": "event_settings"}


class Recorder:
    """A record that writes down which columns are read of it and of the records that it holds."""

    def __init__(self, record, table, reads):
        self._record, self._table, self._reads = record, table, reads

    def __getattr__(self, name):
        value = getattr(self._record, name)
        if name in RELATED_TABLES and not isinstance(value, str | int):
            table = RELATED_TABLES[name]
            if isinstance(value, list | tuple) and not hasattr(value, "_fields"):
                return [Recorder(each, table, self._reads) for each in value]
            return value and Recorder(value, table, self._reads)
        self._reads.add((COLUMNS_OF_RELATED.get(name, self._table), name))
        return value


def viewers(session, event_id):
    """Everyone who is shown something of their own: a visitor, a user, a host and attendee, an admin, an editor."""
    yield Viewer()
    for roles in ({}, {"is_admin": True}, {"is_editor": True}):
        user = make_user(session, **roles)
        viewer = Viewer(UserSnapshot(**{field: getattr(user, field) for field in UserSnapshot._fields}))
        yield viewer
        yield dataclasses.replace(viewer, hosting=frozenset([event_id]), attending=frozenset([event_id]))


def recorded_reads(session, rows):
    """The columns that representations read, by the table of the row that is rendered."""
    connection, now = session.connection(), utc_now()
    event_ids = [rows["events"], make_pending_event(session).id, make_rejected_event(session).id]
    reads = {table: set() for table in RENDERED_COLUMNS}
    records = {
        "events": load_event_records(connection, event_ids, with_hosts=True),
        "talks": load_talk_records(connection, [rows["talks"]]),
        "users": load_user_records(connection, [rows["users"]]),
        "event_comments": load_event_comment_records(connection, [rows["event_comments"]]),
        "talk_comments": load_talk_comment_records(connection, [rows["talk_comments"]]),
        "shifts": load_shift_records(connection, [rows["shifts"]], now),
    }
    shown = {
        table: [Recorder(record, table, reads[table]) for record in found.values()] for table, found in records.items()
    }
    for viewer in [each for event_id in event_ids for each in viewers(session, event_id)]:
        for verbose in (False, True):
            for event in shown["events"]:
                represent_event(event, LINKS, viewer, now, verbose)
            for talk in shown["talks"]:
                represent_talk(talk, LINKS, viewer, now, verbose)
            for user in shown["users"]:
                represent_user(user, LINKS, viewer, verbose)
            for comment in shown["event_comments"]:
                represent_event_comment(comment, LINKS, verbose)
            for comment in shown["talk_comments"]:
                represent_talk_comment(comment, LINKS, verbose)
    for record in records["shifts"].values():
        shift = Recorder(record.shift, "shifts", reads["shifts"])
        represent_shift(shift, shift.event_title, record.stats, CrewLinks("http://web.example", "UTC"))
    # Read by the lists of a person's talks alone (resources/v2_1/rendering.py).
    reads["talks"].add(("talks", "all_comment_count"))
    return reads


def is_watched(rendered, table, column):
    """Whether a change of the column moves the version of the rendered row, or changes the cache key."""
    columns = {name: {column.strip() for column in names.split(",")} for name, names in RENDERED_COLUMNS.items()}
    return (
        # Ids never change.
        column == "id"
        or (table == rendered and column in columns[table])
        or table in CHILD_TABLES.get(rendered, ())
        or (table, column, rendered) in [each[:3] for each in DEPENDENT_TABLES]
        or (table, column) in KEYED_COLUMNS[rendered]
        or (table in KEYED_VERSIONS.get(rendered, ()) and column in columns[table])
    )


def test_every_column_that_a_representation_reads_is_watched(session, rows):
    reads = recorded_reads(session, rows)

    unwatched = {(rendered, *read) for rendered, columns in reads.items() for read in columns}
    assert sorted(each for each in unwatched if not is_watched(*each)) == []


def test_the_recorder_sees_columns_of_the_row_and_of_related_rows(session, rows):
    reads = recorded_reads(session, rows)

    assert {("events", "name"), ("tags", "name"), ("event_images", "file"), ("users", "full_name")} <= reads["events"]
    assert {("talk_speakers", "name"), ("tracks", "name"), ("talk_links", "url"), ("talk_types", "title")} <= reads[
        "talks"
    ]
    assert {("users", "email"), ("events", "timezone"), ("talks", "title")} <= reads["talk_comments"]


def test_a_column_that_no_trigger_watches_is_found():
    assert not is_watched("talks", "users", "username")
    assert not is_watched("events", "events", "reviewer_id")
