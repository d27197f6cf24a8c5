"""Query plans: no statement of a list scans a table, checked with 20,000 events.

SQLite reports its plan and counts the steps of its virtual machine. PostgreSQL reports the rows it read. Caches are filled by one
request before, as on a server.
"""

import contextvars
import json
import re
from contextlib import contextmanager

import pytest
from flask_migrate import upgrade
from sqlalchemy import event, func, select

from bench.data_generator import generate_events
from joindin import create_app
from joindin.extensions import db
from joindin.models import AccessToken, Attendance, Event, EventHost, ListedEvent, TalkComment, TalkSpeaker, User
from joindin.security.tokens import hash_token
from joindin.utils.datetimes import utc_now
from tests.databases import temporary_database
from tests.factories import make_client

EVENTS = 20_000
NEAR, MIDDLE = "start=40", f"start={EVENTS // 2}"

# A page of twenty with its related rows takes a few thousand steps; a scan of the events 100,000 at least.
MAX_STEPS = 45_000
# A scan from the first row of a table may end early.
FEW_STEPS = 3_000
# PostgreSQL prefers to read a few thousand index entries to hundreds of separate lookups.
MAX_ROWS = 14_000

SMALL = {
    "languages",
    "talk_types",
    "bucket_counts",
    "pending_bucket_counts",
    "tags",
    "clients",
    "access_tokens",
    "candidates",
}

LISTS = [
    *("", NEAR, MIDDLE, "verbose=yes"),
    *(
        "filter=hot",
        f"filter=hot&{NEAR}",
        "filter=hot&verbose=yes",
        "filter=hot&tags[]=python",
        "filter=hot&title=python",
    ),
    *(
        "filter=upcoming",
        f"filter=upcoming&{NEAR}",
        "filter=past",
        f"filter=past&{MIDDLE}",
        "filter=past&tags[]=python",
    ),
    *("filter=all", "filter=all&start=0", f"filter=all&{MIDDLE}", "filter=cfp", f"filter=cfp&{NEAR}"),
    *("title=zeppelin", "title=conference", "title=no+such+thing", "title=ph", "filter=upcoming&title=conference"),
    *("tags[]=python", "tags[]=python&start=1500", "tags[]=sound5", "tags[]=python&tags[]=php", "tags[]=none"),
    *(
        "stub=e1s",
        "startdate=2020-01-01",
        "startdate=2019-05-01&enddate=2021-03-04T12:00&start=1500",
        "enddate=2015-01-01",
    ),
]

PARTS = [
    *("talks", "comments", "talk_comments", "attendees", "tracks", "hosts", "images", "claims"),
    *("comments/reported", "talk_comments/reported"),
]
OF_PEOPLE = ["hosted", "attended", "talks", "talk_comments"]


@pytest.fixture(scope="module")
def town(database_server, tmp_path_factory):
    """An application with a big database of its own."""
    with temporary_database(database_server, "town", tmp_path_factory) as url:
        app = create_app(
            {
                "INSTANCE": str(tmp_path_factory.mktemp("town")),
                "DATABASE_URL": url,
                "SECRET_KEY": "used in tests only",
                "ANSWER_CACHE_BYTES": 0,
                "TESTING": True,
            }
        )
        with app.app_context():
            upgrade()
            generate_events(db.engine, EVENTS, now=utc_now())
            yield app
            db.session.remove()
            db.engine.dispose()


@pytest.fixture(scope="module")
def busy(town):
    """Return the paths of the objects with the most rows, and a user with access to all of them."""
    event_id = db.session.scalar(select(Event.id).order_by(Event.attendee_count.desc()).limit(1))
    user_id = db.session.scalar(most(Attendance.user_id))
    client_id = make_client(db.session).id
    plain_id = db.session.scalar(select(User.id).where(User.id != user_id, User.is_active).order_by(User.id).limit(1))
    for token, owner_id in (("plans", user_id), ("plain", plain_id)):
        db.session.add(
            AccessToken(
                token_hash=hash_token(token),
                user_id=owner_id,
                client_id=client_id,
                created_at=utc_now(),
                last_used_at=utc_now(),
            )
        )
    db.session.get(User, user_id).is_admin = True
    db.session.commit()
    found = {
        "events": event_id,
        "users": user_id,
        "talks": db.session.scalar(most(TalkComment.talk_id)),
        "hosted": db.session.scalar(most(EventHost.user_id)),
        "given": db.session.scalar(most(TalkSpeaker.user_id).where(TalkSpeaker.user_id.is_not(None))),
        "said": db.session.scalar(most(TalkComment.user_id)),
    }
    db.session.remove()
    return found


def most(column):
    return select(column).group_by(column).order_by(func.count().desc()).limit(1)


@pytest.mark.parametrize("asked", LISTS)
def test_a_list_of_events_scans_no_table(town, asked):
    assert excesses(town, f"/v2.1/events?{asked}") == []


def test_a_list_of_pending_rows_scans_no_table(town, busy):
    assert excesses(town, "/v2.1/events?filter=pending", token="plans") == []


@pytest.mark.parametrize("part", PARTS)
def test_a_part_of_an_event_scans_no_table(town, busy, part):
    assert excesses(town, f"/v2.1/events/{busy['events']}/{part}", token="plans") == []


@pytest.mark.parametrize("token", [None, "plain", "plans"])
@pytest.mark.parametrize("what", OF_PEOPLE)
def test_a_list_of_a_users_rows_scans_no_table(town, busy, what, token):
    whose = {"hosted": "hosted", "talks": "given", "talk_comments": "said"}.get(what, "users")

    assert excesses(town, f"/v2.1/users/{busy[whose]}/{what}", token) == []


@pytest.mark.parametrize(
    "path",
    [
        *("/v2.1/users", "/v2.1/users?start=1000", "/v2.1/users?keyword=person12", "/v2.1/users?keyword=person"),
        *("/v2.1/users?keyword=ada", "/v2.1/users?username=person7", "/v2.1/users?keyword=", "/v2.1/talks?title="),
        *(
            "/v2.1/talks?title=rust+for+space",
            "/v2.1/talks?title=python",
            "/v2.1/talks?title=no+such",
            "/v2.1/talks?title=py",
        ),
        *("/v2.1/languages", "/v2.1/talk_types"),
    ],
)
def test_other_lists_walk_no_table(town, path):
    assert excesses(town, path) == []


def test_the_comments_of_a_talk_walk_no_table(town, busy):
    assert excesses(town, f"/v2.1/talks/{busy['talks']}/comments") == []


@pytest.mark.parametrize("path", ["/v2.1/token", "/v2.1/applications"])
def test_a_list_of_ones_own_rows_scans_no_table(town, busy, path):
    assert excesses(town, path, token="plans") == []


@pytest.mark.parametrize("path", ["/cfp", "/cfp?tag=python&country=de&mode=onsite&within=14", "/user/person7"])
def test_a_list_of_the_site_scans_no_table(town, path):
    assert excesses(town, path) == []


def test_a_table_scan_is_noticed(town):
    """The statements that must not be, to know that the test can fail."""
    assert excess(db.engine, "SELECT count(*) FROM events WHERE location = 'nowhere'", ())
    assert excess(db.engine, "SELECT id FROM events ORDER BY location LIMIT 20", ())
    assert excess(db.engine, "SELECT count(*) FROM listed_events WHERE length(name_key) = 1", ())
    assert not excess(db.engine, "SELECT id FROM events ORDER BY id LIMIT 20", ())
    assert db.session.scalar(select(func.count()).select_from(ListedEvent)) > EVENTS * 0.9


def excesses(app, path, token=None):
    """The statements of a request that do too much, with what they do."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    client = app.test_client()

    def ask():
        # In a context of its own, as on a server: Flask would share the test's session and g otherwise.
        return contextvars.Context().run(client.get, path, headers=headers)

    ask()
    app.extensions["fragment_cache"].clear()
    with noted(db.engine) as statements:
        reply = ask()
    assert reply.status_code == 200, reply.get_data(as_text=True)
    assert statements
    found = [(statement, excess(db.engine, statement, parameters)) for statement, parameters in statements]
    return [(statement, much) for statement, much in found if much]


@contextmanager
def noted(engine):
    seen = []

    def note(_connection, _cursor, statement, parameters, *_):
        if statement.lstrip().startswith(("SELECT", "WITH")):
            seen.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


def excess(engine, statement, parameters):
    """Return the excessive part of a statement's plan, or nothing."""
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        if engine.dialect.name == "sqlite":
            return excess_on_sqlite(connection.dbapi_connection, cursor, statement, parameters)
        return excess_on_postgresql(cursor, statement, parameters)
    finally:
        connection.rollback()
        connection.close()


def excess_on_sqlite(connection, cursor, statement, parameters):
    plan = [row[3] for row in cursor.execute(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall()]
    tables = {name for (name,) in cursor.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    walked = [
        line
        for line in plan
        if (found := re.match(r"SCAN (\w+)$", line)) and found[1] in tables - SMALL and "VIRTUAL" not in line
    ]
    steps = 0

    def count():
        nonlocal steps
        steps += 1

    connection.set_progress_handler(count, 100)
    cursor.execute(statement, parameters).fetchall()
    connection.set_progress_handler(None, 0)
    walked = walked if steps * 100 > FEW_STEPS else []
    return walked + ([f"{steps * 100} steps", *plan] if steps * 100 > MAX_STEPS else [])


def excess_on_postgresql(cursor, statement, parameters):
    # Small tables are scanned by choice. With scans disabled, a remaining scan has no index.
    cursor.execute("SET LOCAL enable_seqscan = off")
    cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", parameters or None)
    (plan,) = cursor.fetchone()
    nodes = list(below((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]))
    walked = [
        f"Seq Scan on {node['Relation Name']}"
        for node in nodes
        if node["Node Type"] == "Seq Scan" and node["Relation Name"] not in SMALL and touched(node) > 500
    ]
    rows = sum(touched(node) for node in nodes if "Scan" in node["Node Type"])
    return walked + ([f"{rows} rows", json.dumps(nodes[0])[:3000]] if rows > MAX_ROWS else [])


def touched(node):
    removed = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
    return (node["Actual Rows"] + removed) * node["Actual Loops"]


def below(node):
    yield node
    for inner in node.get("Plans", ()):
        yield from below(inner)
