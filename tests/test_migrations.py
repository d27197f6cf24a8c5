"""Migrations of a database that holds data."""

import datetime as dt

from flask_migrate import upgrade
from sqlalchemy import bindparam, func, select, text

from joindin.db.base import UtcDateTime
from joindin.extensions import db
from joindin.models import (
    AccessToken,
    AuditEntry,
    Client,
    Consent,
    Event,
    EventImage,
    EventSettings,
    EventVenuePlan,
    Grant,
    GrantedPermission,
    ListedEvent,
    Mail,
    Talk,
    User,
)
from joindin.operations.accounts.granted_permissions import grant_permission, revoke_permission
from joindin.security.scopes import ALL_SCOPES
from joindin.security.tokens import hash_token
from tests.factories import NOW, make_client, make_event, make_talk, make_user, parse_instant


def test_old_tokens_are_good_for_everything_and_new_kinds_are_dropped_on_the_way_down(session, at_revision):
    user, client = make_user(session), make_client(session)
    old = AccessToken(token_hash=hash_token("old"), user_id=user.id, client_id=client.id, created_at=NOW)
    narrow = AccessToken(token_hash=hash_token("narrow"), user_id=user.id, scopes="ME_READ", created_at=NOW)
    service = AccessToken(token_hash=hash_token("service"), client_id=client.id, created_at=NOW)
    session.add_all([old, narrow, service])
    session.flush()
    ids = old.id, client.id

    at_revision("0006")
    with db.engine.connect() as connection:
        below = connection.execute(text("SELECT id, user_id, token_hash FROM access_tokens")).all()
    upgrade()

    token = session.query(AccessToken).one()
    assert [tuple(row) for row in below] == [(ids[0], user.id, hash_token("old"))]
    assert (token.id, token.client_id, token.scopes, token.created_at) == (*ids, ALL_SCOPES, NOW)
    kept = session.get(Client, ids[1])
    assert (kept.scopes, kept.redirect_uris, kept.needs_pkce, kept.is_public) == (ALL_SCOPES, [], True, False)


AN_HOUR_AGO = NOW.replace(microsecond=0) - dt.timedelta(hours=1)

# Every row that 0017 renames something of: the table and columns before it, the same after it, and the values.
RENAMED_ROWS = [
    (
        ("audit_entries", "at, action, subject_kind, surface, address, changes"),
        ("audit_entries", "occurred_at, action, subject_type, surface, ip_address, changes"),
        {
            "at": AN_HOUR_AGO,
            "action": "user.trust",
            "kind": "user",
            "surface": "web",
            "address": "::1",
            "changes": "{}",
        },
    ),
    (
        ("external_sign_ins", "state_hash, browser_hash, purpose, way_on, began_at, expires_at"),
        ("external_sign_ins", "state_hash, browser_hash, purpose, next_url, started_at, expires_at"),
        {"state": "s", "browser": "b", "purpose": "sign_in", "way": "/account/", "began": AN_HOUR_AGO, "end": NOW},
    ),
    (
        ("sessions", "token_hash, user_id, created_at, proven_at, last_seen_at, expires_at, address"),
        ("sessions", "token_hash, user_id, created_at, authenticated_at, last_seen_at, expires_at, ip_address"),
        {"hash": "h", "user": 1, "at": NOW, "proven": AN_HOUR_AGO, "seen": NOW, "end": NOW, "address": "192.0.2.1"},
    ),
    (
        ("permits", "id, permission, user_id, on_event_id, permit_key"),
        ("granted_permissions", "id, permission, user_id, on_event_id, unique_key"),
        {"id": 7, "permission": "view_event", "user": 1, "event": 3, "key": "user 1 view_event event 3"},
    ),
    (
        ("throttles", "key, count, ends_at"),
        ("rate_limit_counters", "key, count, ends_at"),
        {"key": "k", "count": 3, "end": NOW},
    ),
    (
        ("mail_refusals", "user_id, topic, refused_at"),
        ("mail_opt_outs", "user_id, topic, opted_out_at"),
        {"user": 1, "topic": "feedback", "at": AN_HOUR_AGO},
    ),
    (
        ("moved_tables", "name, reserved_to, finished_to"),
        ("import_progress", "name, reserved_until_id, finished_until_id"),
        {"name": "talks", "reserved": 90, "finished": 40},
    ),
    (
        ("moving_notes", "table_name, row_id, value"),
        ("import_row_notes", "table_name, row_id, value"),
        {"name": "tags", "row": 4, "value": None},
    ),
]
MAIL_KINDS = [
    ("sign_in_slowed", "sign_in_throttled"),
    ("second_step_failed", "second_factor_failed"),
    ("registration_known", "registration_existing_account"),
    ("password_changed", "password_changed"),
]


def test_renaming_tables_and_columns_keeps_their_rows(session, at_revision):
    user, event = make_user(session, id=1, allows_password_only=True), make_event(session, id=3)
    session.add_all(
        [Mail(kind=new, recipient="a@example.org", context={"n": 1}, created_at=NOW) for _, new in MAIL_KINDS]
    )
    session.flush()
    ids = user.id, event.id

    at_revision("0016")
    with db.engine.begin() as connection:
        kinds_before = connection.execute(text("SELECT kind FROM outbox ORDER BY id")).scalars().all()
        for (table, columns), _, values in RENAMED_ROWS:
            names = ", ".join(f":{name}" for name in values)
            connection.execute(typed(f"INSERT INTO {table} ({columns}) VALUES ({names})", values), values)
        before = [read_row(connection, *old) for old, _, _ in RENAMED_ROWS]
    upgrade()

    with db.engine.connect() as connection:
        after = [read_row(connection, *new) for _, new, _ in RENAMED_ROWS]
    assert after == before
    assert kinds_before == [old for old, _ in MAIL_KINDS]
    assert session.scalars(select(Mail.kind).order_by(Mail.id)).all() == [new for _, new in MAIL_KINDS]
    assert session.scalars(select(Mail.context)).all() == [{"n": 1}] * len(MAIL_KINDS)
    assert session.get_one(User, ids[0]).allows_password_only is True
    assert session.get_one(GrantedPermission, 7).on_event_id == ids[1]

    at_revision("0016")
    with db.engine.connect() as connection:
        assert [read_row(connection, *old) for old, _, _ in RENAMED_ROWS] == before
        assert connection.execute(text("SELECT kind FROM outbox ORDER BY id")).scalars().all() == kinds_before


def test_a_renamed_table_never_gives_an_id_twice(session, at_revision):
    user = make_user(session)
    grant_permission(session, user, "view_log", actor=None)
    grant_permission(session, user, "add_event", actor=None)
    deleted = session.scalar(select(func.max(GrantedPermission.id)))
    revoke_permission(session, deleted, actor=None)

    at_revision("0016")
    upgrade()
    user = session.get_one(User, user.id)
    grant_permission(session, user, "manage_groups", actor=None)

    assert session.scalar(select(func.max(GrantedPermission.id))) > deleted


def test_applications_of_the_operator_are_told_from_orphaned_ones(session, at_revision):
    owner = make_user(session)
    by_user = {"actor_name": "gone", "surface": "web"}
    in_shell = {"actor_name": None, "surface": "shell"}
    # The fields of the application, the entry about its creation, and whether it is the operator's and active afterwards.
    applications = {
        "shell, password grant": ({}, in_shell, (True, True)),
        "shell, secret renewed by an admin": ({"secret_generation": 1}, in_shell, (True, True)),
        "shell, public": ({"is_trusted": False}, in_shell, (True, True)),
        "shell, no entry": ({}, None, (True, True)),
        "orphan": ({"secret_generation": 1}, by_user, (False, False)),
        "orphan, no entry": ({"secret_generation": 1}, None, (False, False)),
        "orphan, public, no entry": ({"key": "jikpublic", "is_trusted": False}, None, (False, False)),
        "registered itself": ({"key": "jikblog", "is_trusted": False, "needs_pkce": False}, None, (False, True)),
        "owned": ({"owner_id": owner.id, "name": "App", "description": "d"}, by_user, (False, True)),
        "imported, owned, without a name": ({"owner_id": owner.id}, None, (True, True)),
        "self": ({"key": "self", "is_trusted": False, "is_public": True}, None, (True, True)),
    }
    ids = {}
    for name, (fields, entry, _) in applications.items():
        client = make_client(session, **fields)
        ids[name] = client.id
        session.add(AccessToken(token_hash=name, user_id=owner.id, client_id=client.id, created_at=NOW))
        session.add(Grant(user_id=owner.id, client_id=client.id, scopes="ME_READ", created_at=NOW))
        session.add(Consent(user_id=owner.id, client_id=client.id, scopes="ME_READ", given_at=NOW))
        if entry:
            session.add(
                AuditEntry(
                    occurred_at=NOW,
                    action="application.create",
                    subject_type="application",
                    subject_id=client.id,
                    **entry,
                )
            )
    session.flush()

    at_revision("0019")
    upgrade()

    states = {name: session.get_one(Client, id_) for name, id_ in ids.items()}
    assert {name: (client.is_first_party, client.is_active) for name, client in states.items()} == {
        name: expected for name, (*_, expected) in applications.items()
    }
    active = {id_ for name, id_ in ids.items() if applications[name][2][1]}
    assert set(session.scalars(select(AccessToken.client_id).where(AccessToken.revoked_at.is_(None)))) == active
    assert set(session.scalars(select(Grant.client_id).where(Grant.revoked_at.is_(None)))) == active
    assert set(session.scalars(select(Consent.client_id))) == active


def test_addresses_count_as_unproven_after_the_migration(session, at_revision):
    user = make_user(session, is_verified=True, email_proven_at=NOW)

    at_revision("0019")
    upgrade()

    assert session.get_one(User, user.id).email_proven_at is None


def typed(sql, values):
    """The statement, with times bound as the column type of ours."""
    times = [bindparam(name, type_=UtcDateTime) for name, value in values.items() if isinstance(value, dt.datetime)]
    return text(sql).bindparams(*times)


def read_row(connection, table, columns):
    return tuple(connection.execute(text(f"SELECT {columns} FROM {table}")).one())


def test_tokens_on_the_terms_of_another_api_and_those_of_inactive_users_end(session, at_revision):
    user, inactive = make_user(session), make_user(session, is_active=False)
    standard, blog = make_client(session, "standard"), make_client(session, "blog", needs_pkce=False)
    own = make_client(session, "self", is_public=True)
    tokens = {}
    for name, client, grant_kind, token_kind, owner in (
        ("standard", standard, "oauth2", "oauth2", user),
        ("gancio", blog, "gancio", "gancio", user),
        ("sign-in", own, "gancio", "gancio", user),
        ("another client's", standard, "gancio", "gancio", user),
        ("renewed elsewhere", blog, "oauth2", "gancio", user),
        ("inactive", standard, "oauth2", "oauth2", inactive),
    ):
        grant = Grant(user_id=owner.id, client_id=client.id, kind=grant_kind, scopes="ME_READ", created_at=NOW)
        session.add(grant)
        session.flush()
        fields = {"kind": token_kind, "user_id": owner.id, "client_id": client.id, "grant_id": grant.id}
        tokens[name] = AccessToken(token_hash=hash_token(name), created_at=NOW, **fields)
    tokens["personal"] = AccessToken(token_hash=hash_token("p"), kind="personal", user_id=user.id, created_at=NOW)
    tokens["inactive user's"] = AccessToken(token_hash=hash_token("i"), user_id=inactive.id, created_at=NOW)
    session.add_all(tokens.values())
    session.flush()
    ids = {token.id: name for name, token in tokens.items()}

    at_revision("0018")
    upgrade()

    valid = {ids[token.id] for token in session.query(AccessToken).filter(AccessToken.revoked_at.is_(None))}
    assert valid == {"standard", "gancio", "sign-in", "personal"}
    assert session.query(Grant).filter(Grant.revoked_at.is_(None)).count() == 3
    assert {client.key: client.kind for client in session.query(Client)} == {
        "standard": "oauth2",
        "blog": "gancio",
        "self": "gancio",
    }


def test_square_images_become_flyers(session, at_revision):
    shown, bare, elsewhere = make_event(session), make_event(session), make_event(session)
    session.add_all([
        EventImage(event_id=shown.id, size="orig", file="icon-1-orig.png", width=200, height=200),
        EventImage(event_id=shown.id, size="small", file="icon-1-small.png", width=140, height=140),
        EventImage(event_id=bare.id, size="orig", file="icon-2-orig.gif"),
        EventImage(event_id=elsewhere.id, size="orig", url="https://elsewhere.example/a.png"),
    ])  # fmt: skip
    session.flush()
    ids = shown.id, bare.id

    at_revision("0028")
    upgrade()

    flyers = session.execute(
        text("SELECT event_id, file, width, height, byte_size FROM event_flyers ORDER BY event_id")
    ).all()
    assert [tuple(flyer) for flyer in flyers] == [
        (ids[0], "icon-1-orig.png", 200, 200, 0),
        (ids[1], "icon-2-orig.gif", 0, 0, 0),
    ]


# Parts of a table that its copy on SQLite could lose, by database.
SCHEMA_QUERIES = {
    "sqlite": (
        "SELECT name, type, [notnull], dflt_value, pk, hidden FROM pragma_table_xinfo(:table)",
        "SELECT [from], [table], [to], on_delete FROM pragma_foreign_key_list(:table)",
        "SELECT type, name, sql FROM sqlite_master WHERE type IN ('index', 'trigger') AND tbl_name = :table",
    ),
    "postgresql": (
        "SELECT column_name, data_type, character_maximum_length, is_nullable, column_default, generation_expression"
        " FROM information_schema.columns WHERE table_name = :table",
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = :table",
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = CAST(:table AS regclass)",
        # Triggers of foreign keys have an oid in their name, which is another one after an upgrade.
        "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger "
        "WHERE tgrelid = CAST(:table AS regclass) AND NOT tgisinternal",
    ),
}


def read_schema(table):
    with db.engine.connect() as connection:
        queries = SCHEMA_QUERIES[connection.dialect.name]
        return [sorted(map(str, connection.execute(text(query), {"table": table}))) for query in queries]


def test_names_of_events_become_longer_and_are_cut_on_the_way_down(session, at_revision):
    gone, event = make_event(session), make_event(session, "ß" * 255, slug="long")
    session.delete(gone)
    session.flush()
    event_id, tables = event.id, ("events", "listed_events")
    schema = [read_schema(table) for table in tables]

    at_revision("0047")
    with db.engine.connect() as connection:
        names = connection.execute(text("SELECT name, name_key FROM events")).one()
    upgrade()

    assert tuple(names) == ("ß" * 200, "s" * 400)
    assert [read_schema(table) for table in tables] == schema
    assert session.get_one(Event, event_id).name == "ß" * 200
    assert session.scalar(select(ListedEvent.name_key)) == "s" * 400
    assert make_event(session, "x" * 255, slug="another").id > event_id


def test_calls_have_their_closing_instant_after_the_migration(session, at_revision):
    in_berlin = {"timezone": "Europe/Berlin", "cfp_starts_at": None}
    midnight, noon = parse_instant("2033-08-02T22:00"), parse_instant("2033-08-03T12:00")
    make_event(session, "Date", cfp_ends_at=midnight, **in_berlin)
    make_event(session, "Time", cfp_ends_at=noon, **in_berlin)
    make_event(session, "Anywhere", cfp_ends_at=noon, is_cfp_anywhere=True, **in_berlin)
    make_event(session, "Without a call")
    stored = dict(session.execute(select(Event.name, Event.cfp_closes_at)).all())

    at_revision("0058")
    upgrade()

    one_day = dt.timedelta(days=1)
    assert stored == {"Date": midnight + one_day, "Time": noon, "Anywhere": noon + one_day, "Without a call": None}
    assert dict(session.execute(select(Event.name, Event.cfp_closes_at)).all()) == stored


def test_revisions_of_talks_go_on_from_the_version_of_the_programme(session, at_revision):
    event = make_event(session)
    talk_id = make_talk(session, event).id
    version = session.scalar(select(Event.programme_version).where(Event.id == event.id))

    at_revision("0050")
    with db.engine.begin() as connection:
        connection.execute(text(f"UPDATE events SET programme_version = {version + 40}"))
    upgrade()

    talk = session.get_one(Talk, talk_id)
    assert (talk.revision, talk.revised_at) == (version + 40, session.scalar(select(Event.programme_changed_at)))


def test_settings_survive_the_columns_that_describe_the_event(session, at_revision):
    event_id = make_event(session).id
    described = {"capacity": 300, "contact_address": "desk@harbour.example", "spoken_language": "de"}
    session.add(EventSettings(event_id=event_id, feedback_days=30, **described))
    session.add(EventVenuePlan(event_id=event_id, file="a.jpg", width=3, height=2, alt_text="Hall A is upstairs"))

    at_revision("0053")
    with db.engine.connect() as connection:
        below = connection.execute(text("SELECT * FROM event_settings")).mappings().one()
    upgrade()

    settings = session.get_one(EventSettings, event_id)
    assert (below["feedback_days"], [name for name in described if name in below]) == (30, [])
    assert (settings.feedback_days, [getattr(settings, name) for name in described]) == (30, [None, None, None])
    assert session.get(EventVenuePlan, event_id) is None


def test_talks_may_be_recorded_after_the_migration(session, at_revision):
    talk_id = make_talk(session, make_event(session), "Errors", has_recording_opt_out=True).id

    at_revision("0055")
    with db.engine.connect() as connection:
        below = connection.execute(text("SELECT * FROM talks")).mappings().one()
    upgrade()

    talk = session.get_one(Talk, talk_id)
    assert (below["title"], "has_recording_opt_out" in below) == ("Errors", False)
    assert (talk.title, talk.has_recording_opt_out) == ("Errors", False)


def test_talks_have_no_level_after_the_migration(session, at_revision):
    talk_id = make_talk(session, make_event(session), "Errors", level="advanced").id

    at_revision("0057")
    with db.engine.connect() as connection:
        below = connection.execute(text("SELECT * FROM talks")).mappings().one()
    upgrade()

    talk = session.get_one(Talk, talk_id)
    assert (below["title"], "level" in below) == ("Errors", False)
    assert (talk.title, talk.level) == ("Errors", None)
