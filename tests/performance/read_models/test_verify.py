"""Wrong read models are found and repaired."""

import pytest
from sqlalchemy import text

from joindin.db.locking import begin_write
from joindin.performance.read_models import find_inconsistencies, rebuild
from tests.crew_factories import make_crew_event, make_shift
from tests.factories import make_event, make_place, make_talk, make_user

# Statements that damage a consistent database, and the number of wrong rows by read model afterwards.
DAMAGES = {
    "a listed event with a call that it does not have": (
        "UPDATE listed_events SET cfp_ends_at = starts_at",
        {"listed_events": 1},
    ),
    "a hot event that is missing": ("DELETE FROM hot_events", {"hot_events": 1}),
    "a hot event with another score": ("UPDATE hot_events SET sort_score = sort_score + 1", {"hot_events": 1}),
    "a hot event whose flag does not fit its score": (
        "UPDATE hot_events SET has_started = NOT has_started",
        {"hot_events": 1},
    ),
    "a tag that is missing": ("DELETE FROM listed_tags", {"listed_tags": 2, "bucket_counts": 6}),
    "a count that is missing": ("DELETE FROM bucket_counts WHERE counter = 'users'", {"bucket_counts": 3}),
    "an event that a place has lost": (
        "DELETE FROM bucket_counts WHERE counter LIKE 'place %'",
        {"bucket_counts": 3},
    ),
    "a count that is too large": (
        "UPDATE bucket_counts SET count = count + 1 WHERE counter = 'events'",
        {"bucket_counts": 3},
    ),
    "a count of nothing that exists": (
        "INSERT INTO bucket_counts (counter, level, bucket, count) VALUES ('tag 999', 0, 5, 1)",
        {"bucket_counts": 1},
    ),
    "an event whose shifts are at another time": (
        "UPDATE crew_details SET shifts_end_at = shifts_start_at",
        {"crew_details": 1},
    ),
    "a pending change that was counted twice": (
        "INSERT INTO pending_bucket_counts (counter, bucket, change) VALUES ('events', 5, 1)",
        {"bucket_counts": 3},
    ),
}


@pytest.fixture(autouse=True)
def _community(session):
    event = make_event(session, "Conference", tags=["php", "perl"], place_id=make_place(session).id)
    make_talk(session, event, "On Python")
    make_user(session)
    make_shift(session, make_crew_event(session))
    session.commit()


def drop_triggers_of_read_models(session):
    """Let the test write to the read models themselves; the rollback brings the triggers back."""
    begin_write(session)
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        for table in ("listed_events", "listed_tags"):
            connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        return
    names = connection.exec_driver_sql(
        "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN ('listed_events', 'listed_tags')"
    )
    for (name,) in names.all():
        connection.exec_driver_sql(f"DROP TRIGGER {name}")


@pytest.mark.parametrize("kind", DAMAGES)
def test_each_wrong_row_is_found_and_a_rebuild_repairs_it(session, kind):
    sql, expected = DAMAGES[kind]
    drop_triggers_of_read_models(session)
    session.execute(text(sql))

    found = find_inconsistencies(session.connection())
    rebuild(session.connection())

    assert found == expected
    assert find_inconsistencies(session.connection()) == {}


def test_a_right_database_has_no_inconsistencies(session):
    assert find_inconsistencies(session.connection()) == {}


SEARCH_DAMAGES = {
    "event_titles": "INSERT INTO event_titles (event_titles, rowid, name_key) VALUES ('delete', 1, 'conference')",
    "talk_titles": "INSERT INTO talk_titles (rowid, title_key) VALUES (999, 'no such talk')",
    "user_names": "UPDATE user_names SET names = 'somebody else'",
}


@pytest.mark.parametrize("index", SEARCH_DAMAGES)
def test_a_broken_search_index_is_found_and_repaired(session, index):
    if session.connection().dialect.name == "postgresql":
        pytest.skip("PostgreSQL maintains its search indexes itself")
    session.execute(text(SEARCH_DAMAGES[index]))

    found = find_inconsistencies(session.connection())
    rebuild(session.connection())

    assert found == {index: 1}
    assert find_inconsistencies(session.connection()) == {}
