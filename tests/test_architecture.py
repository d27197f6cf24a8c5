"""The house holds: imports run one way, tables and migrations agree, and no link leads nowhere."""

import ast
import re
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect

from joindin.db.base import Base
from joindin.extensions import db
from joindin.operations.attendance import attend
from joindin.performance.read_models import is_managed_by_triggers
from tests.factories import make_event, make_event_comment, make_talk, make_talk_comment, make_track, make_user

PACKAGE = Path(__file__).parent.parent / "joindin"
TOOLS = {
    "akismet", "clock", "config", "credentials", "data_version", "database", "errors", "fetching",
    "guessable", "images", "libpq", "reading", "redirects", "replicas", "scopes", "text", "writing",
}  # fmt: skip

# A room, and what of ours may be imported there.
MAY_IMPORT = {
    "answer_cache": {"answer_cache"},
    "extensions": {"database", "reading", "replicas", "writing"},
    "upkeep": {"upkeep", *TOOLS},
    "models": TOOLS | {"extensions", "models"},
    "viewer": {"models"},
    "permissions": {"models", "viewer", *TOOLS},
    "queries": {"queries", "models", "permissions", "viewer", *TOOLS},
    "imports": {"imports", *TOOLS},
    "oidc": {"oidc", *TOOLS},
    "operations": {
        "operations",
        "permissions",
        "queries",
        "models",
        "upkeep",
        "viewer",
        "imports",
        "oidc",
        *TOOLS,
    },
    "oauth2": {"oauth2", "operations", "permissions", "queries", "models", "viewer", *TOOLS},
    "representations": {"representations", "models", "permissions", "viewer", *TOOLS},
}
NEVER = {
    "models": {"flask"},
    "queries": {"flask"},
    "permissions": {"flask", "sqlalchemy"},
    "operations": {"flask"},
    "imports": {"flask", "sqlalchemy"},
    "oidc": {"flask", "sqlalchemy"},
    "representations": {"flask", "sqlalchemy"},
}


def imported_names(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def files_of(room):
    folder = PACKAGE / room
    return sorted(folder.rglob("*.py")) if folder.is_dir() else [PACKAGE / f"{room}.py"]


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_a_room_imports_only_what_lies_before_it(room):
    strangers = [
        f"{path.relative_to(PACKAGE)} imports {name}"
        for path in files_of(room)
        for name in imported_names(path)
        if name.startswith("joindin.") and name.split(".")[1] not in MAY_IMPORT[room]
    ]

    assert strangers == []


@pytest.mark.parametrize("tool", sorted(TOOLS))
def test_a_tool_imports_nothing_of_ours_but_tools(tool):
    ours = {name.split(".")[1] for name in imported_names(PACKAGE / f"{tool}.py") if name.startswith("joindin.")}

    assert ours <= TOOLS


@pytest.mark.parametrize("room", NEVER)
def test_a_room_keeps_out_what_it_must_not_know(room):
    strangers = [
        f"{path.relative_to(PACKAGE)} imports {name}"
        for path in files_of(room)
        for name in imported_names(path)
        if name.split(".")[0].split("_")[0] in NEVER[room]
    ]

    assert strangers == []


def test_no_surface_imports_another():
    surfaces = [folder.name for folder in (PACKAGE / "resources").iterdir() if folder.is_dir()]
    strangers = [
        f"{path.relative_to(PACKAGE)} imports {name}"
        for surface in surfaces
        for path in files_of(f"resources/{surface}")
        for name in imported_names(path)
        for other in surfaces
        if other != surface and name.startswith(f"joindin.resources.{other}")
    ]

    assert strangers == []


def test_migrations_make_what_the_models_say(app, session):
    with db.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_object": is_of_the_models}
        )
        differences = [
            # SQLite cannot tell an index on an expression; the submissions' tests use this one.
            difference
            for difference in compare_metadata(context, Base.metadata)
            if "ix_events_stub" not in str(difference)
        ]

    assert differences == []


def is_of_the_models(_thing, name, kind, _is_reflected, _other):
    return not (kind in ("table", "index") and is_managed_by_triggers(name))


def test_migrations_go_down_and_up_again(app, session):
    downgrade(revision="base")
    left = set(inspect(db.engine).get_table_names())
    upgrade()

    assert left <= {"alembic_version", "sqlite_sequence"}
    assert set(Base.metadata.tables) <= set(inspect(db.engine).get_table_names())


def test_no_two_constraints_are_nameless_or_too_long_for_postgresql():
    names = [
        str(constraint.name)
        for table in Base.metadata.sorted_tables
        for constraint in [*table.constraints, *table.indexes]
    ]

    assert [name for name in names if name == "None" or len(name) > 63] == []


@pytest.mark.parametrize("role", ["visitor", "plain", "host", "admin"])
def test_every_link_leads_somewhere(api, session, role):
    host, plain = make_user(session, "host"), make_user(session, "plain")
    admin = make_user(session, "admin", is_admin=True)
    event = make_event(session, "Linked", host=host, tags=["php"], stub="linked")
    make_event_comment(session, event, plain)
    attend(session, event.id, plain.id)
    track = make_track(session, event)
    talk = make_talk(session, event, speakers=[host], tracks=[track], links=[("slides_link", "https://slides.example")])
    comment = make_talk_comment(session, talk, plain)
    caller = {"visitor": api, "plain": api.signed_in(plain), "host": api.signed_in(host), "admin": api.signed_in(admin)}

    seen, dead = crawl(caller[role])

    assert dead == []
    assert {
        f"/v2.1/events/{event.id}",
        f"/v2.1/talks/{talk.id}",
        f"/v2.1/tracks/{track.id}",
        f"/v2.1/talk_comments/{comment.id}",
    } <= seen


def crawl(api, *more):
    """Follow every address in every answer from the landing page (and ``more``) on; those seen, and those that fail."""
    waiting, seen, dead = ["/", *more], set(), []
    while waiting:
        path = waiting.pop()
        reply = api.get(path, headers={"Host": "localhost"})
        if reply.status_code != 200 and not (reply.status_code in (404, 405) and is_only_written_to(path)):
            dead.append((path, reply.status_code, reply.get_data(as_text=True)[:100]))
            continue
        for address in addresses_in(reply.json):
            if address.startswith("http://localhost/") and (path := address[len("http://localhost") :]) not in seen:
                seen.add(path)
                waiting.append(path)
    return seen, dead


def is_only_written_to(path):
    """Reports, decisions, and the tracks of a talk, which the contract lets nobody read there (spec 3)."""
    return re.search(r"/(reported|approval|submission)$|/talks/\d+/tracks(/\d+)?$", path) is not None


def addresses_in(shown):
    if isinstance(shown, dict):
        for value in shown.values():
            yield from addresses_in(value)
    elif isinstance(shown, list):
        for value in shown:
            yield from addresses_in(value)
    elif isinstance(shown, str) and shown.startswith("http"):
        yield shown
