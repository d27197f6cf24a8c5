"""A Gancio server moves in: what becomes of its rows."""

import datetime as dt
import json
import sqlite3

import pytest
from sqlalchemy import func, select

from joindin.models import (
    AccessToken,
    Announcement,
    Client,
    Collection,
    CollectionFilter,
    Event,
    EventContact,
    EventHost,
    EventSeries,
    ImportOrigin,
    ModerationMessage,
    Place,
    SitePage,
    SiteSetting,
    Tag,
    User,
    event_tags,
)
from joindin.queries.agenda.agenda_events import load_agenda_event_records
from joindin.representations.gancio.events import represent_written_event
from joindin.security.passwords import check_password
from joindin.security.tokens import hash_token
from joindin.utils.datetimes import UTC
from tests.factories import make_event, make_place, make_user
from tests.imports.gancio.gancio_database import (
    CREATED_AT,
    ORACLE,
    PASSWORD_HASH,
    STARTS_AT,
    UPDATED_AT,
    event,
    mariadb_address,
    place,
    postgresql_address,
    setting,
    user,
    write_file,
)
from tests.imports.gancio.import_run import NOW, ImportRun, all_rows, event_by_slug

CAPTURED = str(ORACLE / "gancio.sqlite")


@pytest.fixture
def source(tmp_path):
    """``source(**tables)`` writes a database with these rows and returns its path."""
    return lambda **tables: write_file(tmp_path / "gancio.sqlite", **tables)


def tags_of(session, event_id):
    statement = select(Tag.name).join(event_tags).where(event_tags.c.event_id == event_id).order_by(event_tags.c.id)
    return session.scalars(statement).all()


def test_a_captured_database_is_imported_whole(session):
    run = ImportRun(session, CAPTURED)

    assert run.issues == ["filters 3: its collection is not there"]
    assert run.outcomes == {
        "settings": {"added": 10, "excluded": 9, "unchanged": 1},
        "users": {"added": 7},
        "places": {"added": 20},
        "tags": {"added": 42},
        "events": {"added": 100},
        "messages": {"added": 3},
        "collections": {"added": 1},
        "filters": {"added": 1, "orphans": 1},
        "oauth_clients": {"added": 1, "excluded": 1},
        "oauth_tokens": {"added": 1, "excluded": 7},
        "notifications": {"excluded": 4},
        "oauth_codes": {"excluded": 1},
        "instances": {"excluded": 1},
    }
    assert {table: sum(numbers.values()) for table, numbers in run.outcomes.items()} == run.read


def test_the_captured_events_are_those_that_gancio_shows(session):
    ImportRun(session, CAPTURED)

    connection = sqlite3.connect(f"file:{CAPTURED}?mode=ro", uri=True)
    connection.row_factory = sqlite3.Row
    rows = connection.execute("SELECT * FROM events ORDER BY id").fetchall()
    records = load_agenda_event_records(session, [row["id"] for row in rows])
    for row in rows:
        shown = represent_written_event(records[row["id"]], is_update=True)
        tags = connection.execute("SELECT tagTag FROM event_tags WHERE eventId = ?", [row["id"]]).fetchall()
        assert {name: shown[name] for name in ("title", "start_datetime", "end_datetime", "placeId", "parentId")} == {
            name: row[name] for name in ("title", "start_datetime", "end_datetime", "placeId", "parentId")
        }
        assert shown["slug"] == (row["slug"] or f"event-{row['id']}")
        assert shown["userId"] == row["userId"]
        assert shown["is_visible"] == bool(row["is_visible"])
        assert shown["multidate"] == bool(row["multidate"])
        assert shown["recurrent"] == (json.loads(row["recurrent"]) if row["recurrent"] else None)
        assert shown["createdAt"][:19] == row["createdAt"][:19].replace(" ", "T")
        assert shown["updatedAt"][:19] == row["updatedAt"][:19].replace(" ", "T")
        assert sorted(tag.lower() for tag in shown["tags"]) == sorted(tag.lower() for (tag,) in tags)
        assert shown["online_locations"] == json.loads(row["online_locations"] or "[]")


def test_importing_the_same_again_writes_nothing(session):
    ImportRun(session, CAPTURED)
    before = all_rows(session)

    run = ImportRun(session, CAPTURED, now=NOW + dt.timedelta(days=1))

    assert all_rows(session) == before
    assert {outcome for numbers in run.outcomes.values() for outcome in numbers} == {"unchanged", "excluded", "orphans"}
    assert run.issues == ["filters 3: its collection is not there"]


def test_a_dry_run_writes_nothing_and_reports_the_same(session, count_rows):
    before = count_rows()

    dry = ImportRun(session, CAPTURED, is_dry_run=True)

    assert count_rows() == before
    real = ImportRun(session, CAPTURED)
    assert (dry.outcomes, dry.issues, dry.excluded) == (real.outcomes, real.issues, real.excluded)


def test_all_kinds_of_databases_give_the_same_rows(session, source):
    tables = {
        "settings": [setting("instance_timezone", "Europe/Rome"), setting("allow_anon_event", False)],
        "users": [user(3, "ann@example.org", role="editor"), user(4, is_active=False)],
        "places": [place(1, "Main Hall", latitude=45.25, longitude=7.5), place(2, "online", address="")],
        "events": [
            event(7, "Été à Nice", tags=["Müsik", "b"], userId=3, end_datetime=STARTS_AT + 3600, multidate=True),
            event(
                8, placeId=2, is_visible=False, recurrent={"frequency": "1w"}, online_locations=["https://a.example"]
            ),
            event(9, parentId=8, media=[{"url": "x.jpg"}]),
        ],
        "collections": [{"id": 1, "name": "c", "isTop": True, "sortIndex": 2}],
        "filters": [{"id": 1, "collectionId": 1, "tags": ["b"], "places": [{"id": 2}], "negate": True}],
    }
    ImportRun(session, source(**tables), host="gancio.example.org")
    expected = all_rows(session)

    with mariadb_address(**tables) as address:
        assert_rows_of(session, address, expected)


def test_a_postgresql_database_gives_the_same_rows(session, source, database_server):
    if not database_server:
        pytest.skip("the run has no PostgreSQL server")
    tables = {
        "users": [user(3)],
        "events": [event(7, tags=["a"], userId=3, recurrent={"frequency": "1w"}), event(8, parentId=7)],
    }
    ImportRun(session, source(**tables), host="gancio.example.org")
    expected = all_rows(session)

    with postgresql_address(**tables) as address:
        assert_rows_of(session, address, expected)


def assert_rows_of(session, address, expected):
    """The source at another address has the same rows: everything is unchanged, fingerprint by fingerprint."""
    run = ImportRun(session, address, host="gancio.example.org")

    assert run.issues == []
    assert {outcome for numbers in run.outcomes.values() for outcome in numbers} == {"unchanged"}
    assert all_rows(session) == expected


def test_events_keep_ids_slugs_times_and_texts(session, source):
    run = ImportRun(
        session,
        source(
            settings=[setting("instance_timezone", "Europe/Rome")],
            users=[user(3, "ann@example.org")],
            places=[place(5, "Main Hall", address="Road 1", latitude=45.1, longitude=7.6)],
            events=[
                event(
                    41,
                    "Concert",
                    slug="the-concert",
                    description='<p onclick="x()">Hello <b>you</b> www.example.org</p><script>x</script>',
                    tags=["Music", "Jazz"],
                    placeId=5,
                    userId=3,
                    online_locations=["https://meet.example.org/x", "javascript:alert(1)"],
                )
            ],
        ),
    )

    assert run.of("events") == {"added": 1, "repaired": 1}
    concert = session.get(Event, 41)
    assert (concert.name, concert.slug, concert.timezone) == ("Concert", "the-concert", "Europe/Rome")
    assert (concert.starts_at, concert.ends_at) == (dt.datetime.fromtimestamp(STARTS_AT, UTC),) * 2
    assert (concert.is_end_known, concert.is_multidate, concert.is_visible) == (False, False, True)
    assert concert.description_html == (
        '<p>Hello <b>you</b> <a target="_blank" href="http://www.example.org">www.example.org</a></p>'
    )
    assert concert.description == "Hello you www.example.org"
    assert (concert.location, concert.latitude, concert.longitude) == ("Main Hall, Road 1", 45.1, 7.6)
    assert concert.online_locations == ["https://meet.example.org/x"]
    assert (concert.submitted_at, concert.revised_at) == (CREATED_AT, UPDATED_AT)
    assert tags_of(session, 41) == ["Jazz", "Music"]
    assert session.execute(
        select(EventHost.user_id, EventContact.user_id).join(EventContact, EventContact.event_id == EventHost.event_id)
    ).all() == [(3, 3)]
    assert concert.contact_name == "ann"


def test_users_keep_their_passwords_roles_and_states(session, source):
    ImportRun(
        session,
        source(
            users=[
                user(1, "boss@example.org", role="admin", display_name="The Boss"),
                user(2, "ed@example.org", role="editor"),
                user(3, "ann@example.org"),
                user(4, "cat@example.org", is_active=False),
                user(5, "old@example.org", role=None, is_admin=True),
                user(6, "admin", password=None),
                user(7, "evil@example.org", password="$2a$31$" + "a" * 53),
            ]
        ),
    )

    users = {each.id: each for each in session.scalars(select(User))}
    roles = {id_: (each.is_admin, each.is_editor, each.is_trusted, each.is_active) for id_, each in users.items()}
    assert roles == {
        1: (True, False, True, True),
        2: (False, True, True, True),
        3: (False, False, True, True),
        4: (False, False, False, False),
        5: (True, False, True, True),
        6: (False, False, True, True),
        7: (False, False, True, True),
    }
    assert (users[1].username, users[1].full_name, users[3].username) == ("boss", "The Boss", "ann")
    assert (users[6].username, users[6].email, users[6].password_hash) == ("admin", None, None)
    assert users[7].password_hash is None
    assert check_password("bob-pass-1234", users[3].password_hash)
    assert (users[3].registration_note, users[3].biography) == ("Hello", None)


def test_an_imported_user_signs_in_and_gets_a_new_hash(session, app, source):
    ImportRun(session, source(users=[user(3, "ann@example.org"), user(4, "cat@example.org", is_active=False)]))

    def sign_in(email, password):
        form = {"username": email, "password": password, "grant_type": "password", "client_id": "self"}
        session.commit()
        return app.test_client().post("/oauth/login", data=form).status_code

    assert sign_in("ann@example.org", "wrong") == 403
    assert sign_in("cat@example.org", "bob-pass-1234") == 403
    assert session.get(User, 3).password_hash == f"plain:{PASSWORD_HASH}"
    assert sign_in("ann@example.org", "bob-pass-1234") == 200
    session.expire_all()
    assert session.get(User, 3).password_hash.startswith("$argon2id$")
    assert sign_in("ann@example.org", "bob-pass-1234") == 200


def test_a_user_with_a_known_address_is_linked_to_the_account(session, source):
    ann = make_user(session, "annie", email="ann@example.org")
    ann_before = ann.password_hash
    run = ImportRun(session, source(users=[user(3, "Ann@Example.org", role="admin")], events=[event(7, userId=3)]))

    assert run.of("users") == {"merged": 1, "repaired": 1}
    session.refresh(ann)
    assert (ann.username, ann.password_hash, ann.is_admin, ann.is_trusted) == ("annie", ann_before, False, False)
    assert session.scalars(select(EventHost.user_id)).all() == [ann.id]
    assert ImportRun(session, source(users=[user(3, "ann@example.org", description="New")])).of("users") == {
        "unchanged": 1
    }


def test_an_unverified_account_does_not_keep_an_imported_user_out(session, source):
    squatter = make_user(session, "squatter", email="ann@example.org", is_verified=False, password_hash="$argon2id$x")

    ImportRun(session, source(users=[user(3, "ann@example.org")]))

    session.refresh(squatter)
    assert check_password("bob-pass-1234", squatter.password_hash)
    assert (squatter.is_verified, squatter.is_trusted) == (True, True)


def test_an_address_that_is_a_username_here_is_left_out(session, source):
    make_user(session, "ann@example.org", email="other@example.org")

    run = ImportRun(session, source(users=[user(30, "ann@example.org")]))

    assert run.issues == ["users 30: its address is the username of another account: it is left out"]
    assert (session.get(User, 30).username, session.get(User, 30).email) == ("ann", None)


def test_usernames_stay_unique(session, source):
    make_user(session, "ann", email="other@example.org")

    ImportRun(session, source(users=[user(30, "ann@a.example"), user(31, "ann@b.example"), user(32, "ANN@b.example")]))

    names = session.execute(
        select(User.id, User.username).where(User.email != "other@example.org").order_by(User.id)
    ).all()
    assert names == [(30, "ann-30"), (31, "ann-31")]


def test_unconfirmed_events_wait_for_approval_with_their_author(session, source):
    ImportRun(
        session, source(users=[user(3)], events=[event(7, is_visible=False, userId=3), event(8, is_visible=False)])
    )

    states = session.execute(select(Event.id, Event.is_active, Event.is_pending, Event.is_visible).order_by(Event.id))
    assert states.all() == [(7, False, True, False), (8, False, True, False)]
    assert session.scalars(select(EventHost.event_id)).all() == [7]


def test_series_keep_their_rule_and_their_occurrences(session, source):
    ImportRun(
        session,
        source(
            events=[
                event(10, "Meetup", recurrent={"frequency": "1m", "type": -1}, start_datetime=STARTS_AT + 7),
                event(11, "Meetup", slug="meetup-1", parentId=10),
                event(12, "Meetup", slug="meetup-2", parentId=10, is_visible=False, start_datetime=STARTS_AT + 86400),
                event(13, parentId=99),
                event(14, recurrent={}),
            ]
        ),
    )

    parent, occurrence = session.get(Event, 10), session.get(Event, 11)
    assert (parent.is_series, parent.is_visible) == (True, False)
    assert parent.starts_at == dt.datetime.fromtimestamp(STARTS_AT, UTC)
    assert (occurrence.parent_id, occurrence.occurrence_at) == (10, occurrence.starts_at)
    assert (session.get(Event, 12).parent_id, session.get(Event, 13).parent_id) == (10, None)
    series = session.execute(
        select(EventSeries.event_id, EventSeries.rrule, EventSeries.recurrence).order_by(EventSeries.event_id)
    ).all()
    assert series == [(10, "FREQ=MONTHLY;BYDAY=-1MO", {"frequency": "1m", "type": -1}), (14, None, {})]


def test_places_of_the_same_name_stay_apart(session, source):
    ImportRun(
        session,
        source(
            places=[place(1, "Plaza", address="A"), place(2, "plaza", address="A"), place(3, "Plaza", address="B")],
            events=[event(7, placeId=2)],
        ),
    )

    places = session.execute(select(Place.id, Place.name, Place.lookup_key).order_by(Place.id)).all()
    assert places == [(1, "Plaza", "plaza"), (2, "plaza", None), (3, "Plaza", None)]
    assert session.get(Event, 7).place_id == 2


def test_a_place_that_exists_here_is_used(session, source):
    here = make_place(session, "Main Hall", address="Road 1")
    other = make_place(session, "Barn", address="Elsewhere")

    run = ImportRun(
        session,
        source(
            places=[place(8, "MAIN hall", address="road 1"), place(9, "Barn", address="Road 9")],
            events=[event(7, placeId=8)],
        ),
    )

    assert run.of("places") == {"added": 1, "merged": 1}
    assert session.get(Event, 7).place_id == here.id
    assert session.get(Place, 9).lookup_key is None
    assert session.get(Place, other.id).address == "Elsewhere"


def test_tags_keep_the_spelling_that_they_have_here(session, source):
    make_event(session, tags=["Music"])

    run = ImportRun(session, source(events=[event(70, tags=["mUSIC", "Food"])]))

    assert run.of("tags") == {"added": 1, "unchanged": 1}
    assert tags_of(session, 70) == ["Food", "Music"]


def test_collections_name_the_places_by_their_ids_here(session, source):
    make_place(session)
    run = ImportRun(
        session,
        source(
            places=[place(1), place(9)],
            collections=[{"id": 4, "name": "first", "isTop": False, "sortIndex": 2}],
            filters=[
                {"id": 1, "collectionId": 4, "tags": ["a"], "places": [{"id": 1}, {"id": 9}], "negate": True},
                {"id": 2, "collectionId": 4, "places": [{"id": 77}]},
                {"id": 3, "collectionId": 5, "tags": ["a"]},
            ],
        ),
    )

    ids = dict(session.execute(select(Place.name, Place.id)).all())
    assert run.of("filters") == {"added": 1, "orphans": 2}
    assert session.execute(select(Collection.id, Collection.name, Collection.is_pinned, Collection.position)).all() == [
        (4, "first", False, 2)
    ]
    [stored] = session.scalars(select(CollectionFilter))
    assert (stored.collection_id, stored.tags, stored.is_negated) == (4, ["a"], True)
    assert stored.place_ids == [ids["Hall 1"], ids["Hall 9"]]


def test_a_collection_that_exists_here_keeps_its_filters(session, source):
    session.add(Collection(name="first", position=1))
    session.commit()
    tables = {
        "collections": [{"id": 4, "name": "first"}],
        "filters": [{"id": 1, "collectionId": 4, "tags": ["a"]}],
    }

    runs = [ImportRun(session, source(**tables)) for _ in range(2)]

    assert [run.of("filters") for run in runs] == [{"excluded": 1}, {"excluded": 1}]
    assert session.scalar(select(func.count()).select_from(CollectionFilter)) == 0


def test_texts_and_messages_are_imported(session, source):
    ImportRun(
        session,
        source(
            events=[event(7)],
            messages=[
                {"id": 1, "message": "Spam?", "eventId": 7, "author": "ADMIN", "is_author_visible": True},
                {"id": 2, "message": "Lost", "eventId": 8, "author": "ANON"},
            ],
            announcements=[{"id": 3, "title": "News", "announcement": "<p>Hi</p>", "visible": True}],
            pages=[{"id": 4, "title": "About", "content": "<p>Us</p>", "slug": "about", "visible": False}],
        ),
    )

    [message] = session.scalars(select(ModerationMessage))
    assert (message.event_id, message.message, message.author, message.is_author_visible) == (7, "Spam?", "ADMIN", True)
    [news], [page] = session.scalars(select(Announcement)), session.scalars(select(SitePage))
    assert (news.title, news.text, news.is_visible) == ("News", "<p>Hi</p>", True)
    assert (page.title, page.content, page.slug, page.is_visible) == ("About", "<p>Us</p>", "about", False)


def test_settings_that_exist_here_are_imported_unless_they_were_set_here(session, source):
    session.add(SiteSetting(key="title", value="Ours", updated_at=NOW))
    session.commit()

    run = ImportRun(
        session,
        source(
            settings=[
                setting("title", "Theirs"),
                setting("description", "What is on"),
                setting("allow_anon_event", False),
                setting("instance_timezone", "Nowhere/None"),
                setting("allow_registration", "yes"),
                setting("smtp", {"auth": {"pass": "s3cret"}}),
                {"key": "secret", "value": "s3cret", "is_secret": True},
            ]
        ),
    )

    assert run.of("settings") == {"added": 2, "kept": 1, "excluded": 2, "skipped": 2}
    stored = dict(session.execute(select(SiteSetting.key, SiteSetting.value)).all())
    assert stored == {"title": "Ours", "description": "What is on", "allow_anon_event": False}
    assert "s3cret" not in str(all_rows(session))


def test_tokens_of_applications_stay_valid_and_only_hashes_are_stored(session, app, source):
    make_user(session, "old", email="old@example.org")
    application = {
        "id": "wordpress",
        "name": "WordPress",
        "client_secret": "application-secret",
        "scopes": "event:write",
        "redirectUris": "https://blog.example.org/callback",
        "website": "https://blog.example.org",
    }
    own = application | {"id": "self", "name": "self", "client_secret": None}
    run = ImportRun(
        session,
        source(
            users=[user(3), user(4, "old@example.org")],
            oauth_clients=[own, application],
            oauth_tokens=[
                {"accessToken": "token-of-wordpress", "refreshToken": "r1", "clientId": "wordpress", "userId": 3},
                {"accessToken": "token-of-linked", "refreshToken": "r2", "clientId": "wordpress", "userId": 4},
                {"accessToken": "token-of-browser", "refreshToken": "r3", "clientId": "self", "userId": 3},
                {"accessToken": "token-of-missing-user", "refreshToken": "r4", "clientId": "wordpress", "userId": 9},
            ],
        ),
    )

    assert run.of("oauth_tokens") == {"added": 1, "excluded": 3}
    client = session.scalars(select(Client)).one()
    assert (client.key, client.kind, client.secret_hash) == ("wordpress", "gancio", hash_token("application-secret"))
    assert client.callback_url == "https://blog.example.org/callback"
    assert session.scalars(select(AccessToken.token_hash)).all() == [hash_token("token-of-wordpress")]
    headers = {"Authorization": "Bearer token-of-wordpress"}
    assert app.test_client().get("/api/client/wordpress", headers=headers).status_code == 200
    stored = str(all_rows(session))
    assert not any(secret in stored for secret in ("token-of-wordpress", "application-secret", "'r1'"))


def test_events_of_other_servers_are_counted_and_left_out(session, source):
    run = ImportRun(
        session,
        source(
            ap_users=[{"ap_id": "https://other.example/u"}],
            events=[
                event(7, likes=["https://a.example/u", "https://b.example/u"]),
                event(8, apUserApId="https://other.example/u"),
            ],
        ),
    )

    assert run.of("events") == {"added": 1, "excluded": 1}
    assert run.excluded == {
        "events: events of other servers": 1,
        "events: likes from other servers": 2,
        "ap_users: actors of other servers: federation is not imported": 1,
    }


def test_every_imported_row_knows_its_origin(session, source):
    ImportRun(session, source(users=[user(3)], events=[event(7)]), host="Gancio.Example.org")

    origins = session.execute(
        select(ImportOrigin.source, ImportOrigin.table_name, ImportOrigin.source_key, ImportOrigin.row_id)
    )
    assert {tuple(origin) for origin in origins if origin.table_name != "id ranges"} == {
        ("gancio.example.org", "users", "3", 3),
        ("gancio.example.org", "places", "1", 1),
        ("gancio.example.org", "events", "7", 7),
    }
    assert event_by_slug(session, "event-7").id == 7
