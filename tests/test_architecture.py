"""Architecture rules: the direction of imports, sizes of files and folders, migrations that match the models, links."""

import ast
import re
from collections import Counter
from functools import cache
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
ROOT_MODULES = {"__init__", "__main__"}
MAX_FOLDER_DEPTH = 3
MAX_FILES_PER_FOLDER = 30
MAX_FILE_LINES = 250
# A file may exceed the limit a little before it has to be split.
LINE_TOLERANCE = 40

FOUNDATION = {"errors", "utils", "security"}
STORAGE = FOUNDATION | {"db", "performance", "extensions"}
READING = STORAGE | {"models", "viewer", "permissions", "queries"}
WRITING = READING | {"operations", "oidc", "federation"}

# The layers of docs/architecture.md: each package, and the other packages of ours that it may import.
MAY_IMPORT = {
    "errors": FOUNDATION,
    "utils": FOUNDATION,
    "security": FOUNDATION,
    "config": FOUNDATION,
    "db": FOUNDATION,
    "performance": FOUNDATION | {"db"},
    "extensions": FOUNDATION | {"db", "performance"},
    "models": FOUNDATION | {"db", "extensions"},
    "viewer": {"models"},
    "permissions": FOUNDATION | {"models", "viewer"},
    "queries": STORAGE | {"models", "viewer", "permissions"},
    "oidc": FOUNDATION,
    "federation": FOUNDATION,
    "operations": READING | {"oidc", "federation"},
    "representations": FOUNDATION | {"models", "viewer", "permissions"},
    "oauth2": WRITING,
    "imports": WRITING | {"seeds"},
    "seeds": WRITING,
    "backups": FOUNDATION | {"db", "__version__"},
    "jobs": WRITING | {"representations", "oauth2", "imports", "seeds", "config"},
    "server": set(),
    "monitoring": WRITING | {"jobs", "config"},
    "http": WRITING | {"representations", "oauth2", "monitoring"},
    "resources": WRITING | {"representations", "oauth2", "http"},
}
UNRESTRICTED = {"cli"}

# Libraries that a package never imports.
NEVER = {
    "db": {"flask"},
    "models": {"flask"},
    "viewer": {"flask", "sqlalchemy"},
    "permissions": {"flask", "sqlalchemy"},
    "queries": {"flask"},
    "operations": {"flask"},
    "imports": {"flask"},
    "backups": {"flask"},
    "seeds": {"flask"},
    "oidc": {"flask", "sqlalchemy"},
    "federation": {"flask", "sqlalchemy"},
    "representations": {"flask", "sqlalchemy"},
    "performance": {"flask"},
}


def packages():
    return sorted({path.relative_to(PACKAGE).parts[0].removesuffix(".py") for path in PACKAGE.rglob("*.py")})


def package_files(package):
    folder = PACKAGE / package
    return sorted(folder.rglob("*.py")) if folder.is_dir() else [PACKAGE / f"{package}.py"]


def imports_of(tree):
    """Yield each import statement of a module with the names that it imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield node, [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative import"
            yield node, [f"{node.module}.{alias.name}" for alias in node.names]


@cache
def syntax_tree(path):
    return ast.parse(path.read_text())


@cache
def imported_names(path):
    return [name for _, names in imports_of(syntax_tree(path)) for name in names]


def test_every_package_has_a_place_in_the_layers():
    assert set(packages()) == set(MAY_IMPORT) | UNRESTRICTED | ROOT_MODULES


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_a_layer_imports_only_the_layers_below_it(package):
    allowed = MAY_IMPORT[package] | {package}
    violations = [
        f"{path.relative_to(PACKAGE)} imports {name}"
        for path in package_files(package)
        for name in imported_names(path)
        if name.startswith("joindin.") and name.split(".")[1] not in allowed
    ]

    assert violations == []


@pytest.mark.parametrize("package", NEVER)
def test_a_layer_never_imports_some_libraries(package):
    violations = [
        f"{path.relative_to(PACKAGE)} imports {name}"
        for path in package_files(package)
        for name in imported_names(path)
        if name.split(".")[0].split("_")[0] in NEVER[package]
    ]

    assert violations == []


def test_no_surface_imports_another_surface():
    surfaces = [folder.name for folder in (PACKAGE / "resources").iterdir() if folder.is_dir()]
    violations = [
        f"{path.relative_to(PACKAGE)} imports {name}"
        for surface in surfaces
        for path in package_files(f"resources/{surface}")
        for name in imported_names(path)
        for other in surfaces
        if other != surface and f"{name}.".startswith(f"joindin.resources.{other}.")
    ]

    assert violations == []


def test_imports_of_the_package_stand_at_the_top_of_the_file():
    violations = [
        f"{path.relative_to(PACKAGE)}:{node.lineno}"
        for path in sorted(PACKAGE.rglob("*.py"))
        for tree in [syntax_tree(path)]
        for node, names in imports_of(tree)
        if names[0].split(".")[0] == "joindin" and node not in top_level_statements(tree)
    ]

    assert [each for each in violations if not may_import_later(each.rpartition(":")[0])] == []


def may_import_later(path):
    return path in MAY_IMPORT_LATER or path.startswith("cli/")


# create_app and what it calls to bind the surfaces; Pillow, whose memory few workers need. Commands load the
# application when they run, so that the console script starts quickly.
MAY_IMPORT_LATER = {
    "__init__.py",
    "operations/agenda/cards.py",
    "operations/agenda/flyers.py",
    "resources/__init__.py",
    "resources/gancio/site_pictures.py",
    "resources/gancio/event_images.py",
    "resources/v2_1/events/event_images.py",
    "resources/web/organiser/event_fields.py",
}


def top_level_statements(tree):
    """Return the statements of a module, with those under ``if TYPE_CHECKING``."""
    blocks = [each.body for each in tree.body if isinstance(each, ast.If)]
    return {*tree.body, *(statement for block in blocks for statement in block)}


def test_no_folder_is_nested_too_deep():
    depths = {path.parent: len(path.relative_to(PACKAGE).parts) - 1 for path in PACKAGE.rglob("*.py")}

    assert [str(folder) for folder, depth in depths.items() if depth > MAX_FOLDER_DEPTH] == []


def test_no_folder_has_too_many_modules():
    counts = Counter(path.parent for path in PACKAGE.rglob("*.py"))

    assert {str(folder): count for folder, count in counts.items() if count > MAX_FILES_PER_FOLDER} == {}


def test_no_file_is_too_long():
    lengths = {str(path.relative_to(PACKAGE)): len(path.read_text().splitlines()) for path in PACKAGE.rglob("*.py")}

    assert {path: length for path, length in lengths.items() if length > MAX_FILE_LINES + LINE_TOLERANCE} == {}


def test_only_the_dialect_module_compares_names_of_databases():
    comparisons = [
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(syntax_tree(path))
        if isinstance(node, ast.Compare) and ast.unparse(node.left).endswith("dialect.name")
    ]

    assert comparisons == []


def test_every_package_says_what_belongs_in_it():
    silent = [
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("__init__.py")
        if not ast.get_docstring(syntax_tree(path))
    ]

    assert silent == []


def test_migrations_create_the_tables_of_the_models(app, session):
    with db.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_object": is_managed_by_models}
        )
        differences = [
            # SQLite cannot tell an index on an expression; the submissions' tests use this one.
            difference
            for difference in compare_metadata(context, Base.metadata)
            if "ix_events_stub" not in str(difference)
        ]

    assert differences == []


def is_managed_by_models(_object, name, kind, _is_reflected, _other):
    return not (kind in ("table", "index") and is_managed_by_triggers(name))


def test_migrations_go_down_and_up_again(app, session):
    downgrade(revision="base")
    left = set(inspect(db.engine).get_table_names())
    upgrade()

    assert left <= {"alembic_version", "sqlite_sequence"}
    assert set(Base.metadata.tables) <= set(inspect(db.engine).get_table_names())


def test_constraints_have_names_that_postgresql_accepts():
    names = [
        str(constraint.name)
        for table in Base.metadata.sorted_tables
        for constraint in [*table.constraints, *table.indexes]
    ]

    assert [name for name in names if name == "None" or len(name) > 63] == []


@pytest.mark.parametrize("role", ["visitor", "plain", "host", "admin"])
def test_every_link_in_a_response_works(api, session, role):
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
    """Follow every URL in every response from the root and ``more`` on; return those seen and those that fail."""
    waiting, seen, dead = ["/", *more], set(), []
    while waiting:
        path = waiting.pop()
        reply = api.get(path, headers={"Host": "localhost"})
        if reply.status_code != 200 and not (reply.status_code in (404, 405) and is_only_written_to(path)):
            dead.append((path, reply.status_code, reply.get_data(as_text=True)[:100]))
            continue
        for url in urls_in(reply.json):
            if url.startswith("http://localhost/") and (path := url[len("http://localhost") :]) not in seen:
                seen.add(path)
                waiting.append(path)
    return seen, dead


def is_only_written_to(path):
    """Return whether the path is that of reports, decisions or the tracks of a talk, which cannot be read there by the contract (spec 3)."""
    return re.search(r"/(reported|approval|submission)$|/talks/\d+/tracks(/\d+)?$", path) is not None


def urls_in(value):
    if isinstance(value, dict):
        for each in value.values():
            yield from urls_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from urls_in(each)
    elif isinstance(value, str) and value.startswith("http"):
        yield value
