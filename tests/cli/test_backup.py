"""``joindin backup`` and ``joindin restore``, as an operator runs them."""

import stat
import tarfile
from contextlib import nullcontext
from types import SimpleNamespace

import pytest
from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.orm import Session

from joindin.backups.manifest import DATABASE_MEMBERS
from joindin.config import load_settings
from joindin.utils.datetimes import utc_now
from tests.cli.conftest import make_instance
from tests.databases import temporary_postgresql_database
from tests.factories import make_user
from tests.services import TIMEOUT_S

IMAGE = b"\x89PNG an image"
KEY = "a secret key of the tests that is long enough"


def engine_of(instance):
    settings = {"DATABASE_URL": instance.environment.get("JOINDIN_DATABASE_URL"), "INSTANCE": str(instance.folder)}
    return create_engine(load_settings(settings, {})["DATABASE_URL"], poolclass=NullPool)


def execute(instance, statement, **values):
    with engine_of(instance).begin() as connection:
        return connection.execute(text(statement), values)


def scalar(instance, query):
    with engine_of(instance).connect() as connection:
        return connection.scalar(text(query))


def add_image(instance, name, event_id=1):
    """Store the row of an image and its file."""
    execute(
        instance, "INSERT INTO event_images (event_id, size, file) VALUES (:id, :size, :file)",
        id=event_id, size=name[:4], file=name,
    )  # fmt: skip
    folder = instance.folder / "media" / "event_icons"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(IMAGE)


def files_below(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


@pytest.fixture(scope="module")
def source(database_server, ready_instance, tmp_path_factory):
    """An instance with the demo community, an image and a mail that waits. Tests do not change its database."""
    template = ready_instance.environment.get("JOINDIN_DATABASE_URL")
    folder = tmp_path_factory.mktemp("source")
    with temporary_postgresql_database(database_server, "source", template) if template else nullcontext() as url:
        instance = make_instance(folder, url, copy_of=ready_instance)
        (instance.folder / "secret-key").write_text(KEY)
        assert instance.run_process("demo").returncode == 0
        add_image(instance, "orig-1.png")
        execute(
            instance,
            "INSERT INTO outbox (kind, recipient, context, created_at, due_at, attempts)"
            " VALUES ('welcome', 'ada@example.org', '{}', :now, :now, 0)",
            now=utc_now() if template else utc_now().replace(tzinfo=None),
        )
        yield instance


@pytest.fixture(scope="module")
def archive(source, tmp_path_factory):
    """An archive of the source with its key."""
    file = tmp_path_factory.mktemp("archives") / "whole.tar"
    done = source.run("backup", "--with-key", str(file))
    assert done.returncode == 0, done.stderr
    return SimpleNamespace(file=file, stderr=done.stderr)


@pytest.fixture
def target(tmp_path, empty_database_url):
    """An instance in which nothing was set up."""
    (tmp_path / "target").mkdir()
    return make_instance(tmp_path / "target", empty_database_url)


def test_an_archive_has_the_database_the_images_and_the_key(source, archive):
    with tarfile.open(archive.file) as tar:
        names = tar.getnames()
        key = tar.extractfile("secret-key").read().decode()

    database = DATABASE_MEMBERS["postgresql" if "JOINDIN_DATABASE_URL" in source.environment else "sqlite"]
    assert names == ["version.json", "media/event_icons/orig-1.png", database, "secret-key", "manifest.json"]
    assert key == KEY
    assert stat.S_IMODE(archive.file.stat().st_mode) == 0o600
    assert files_below(archive.file.parent) == ["whole.tar"]
    assert "Warning: the archive contains the secret key." in archive.stderr
    assert "rows in" in archive.stderr


def test_the_archive_is_verified(source, archive):
    reply = source.run("backup", "--verify", str(archive.file))

    assert (reply.returncode, reply.stderr) == (0, "")
    assert reply.stdout.startswith("The archive is complete: ")
    assert reply.stdout.endswith("with the secret key.\n")
    assert KEY not in reply.stdout + archive.stderr


def test_an_existing_file_is_overwritten_only_on_request(source, tmp_path):
    file = tmp_path / "old.tar"
    file.write_text("an older backup")

    refused = source.run("backup", str(file))
    kept = file.read_text()
    accepted = source.run("backup", "--force", str(file))

    assert (refused.returncode, kept) == (1, "an older backup")
    assert refused.stderr == f"Error: {file} exists: name another file, or overwrite it with --force\n"
    assert accepted.returncode == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with tarfile.open(file) as tar:
        assert "secret-key" not in tar.getnames()
    assert KEY.encode() not in file.read_bytes()
    assert "The secret key is not included: keep a copy of it elsewhere." in accepted.stderr


@pytest.mark.slow("runs a process")
@pytest.mark.runs_once("the output does not depend on the database")
def test_the_archive_is_written_to_standard_output(source, tmp_path):
    file = tmp_path / "piped.tar"
    with file.open("wb") as output:
        process = source.start("backup", "-", stdout=output)
        _, errors = process.communicate(timeout=10 * TIMEOUT_S)

    assert process.returncode == 0, errors
    assert source.run("backup", "--verify", str(file)).returncode == 0
    assert [path.name for path in source.folder.iterdir() if path.name.startswith(".")] == []


def test_missing_images_are_reported_and_other_files_are_left_out(source, tmp_path):
    file, media = tmp_path / "missing.tar", source.folder / "media"
    (media / "event_icons" / "orig-1.png").rename(tmp_path / "orig-1.png")
    for name in ("cards/drawn.png", ".hidden/x.png", "event_icons/.hidden"):
        (media / name).parent.mkdir(exist_ok=True)
        (media / name).write_bytes(b"x")
    try:
        reply = source.run("backup", str(file))
    finally:
        (tmp_path / "orig-1.png").rename(media / "event_icons" / "orig-1.png")
        for name in ("cards/drawn.png", ".hidden/x.png", "event_icons/.hidden"):
            (media / name).unlink()

    with tarfile.open(file) as tar:
        assert [name for name in tar.getnames() if name.startswith("media/")] == []
    assert reply.returncode == 0
    assert "Warning: the database names 1 images that the media storage lacks: orig-1.png\n" in reply.stderr


def test_an_instance_without_a_database_has_no_backup(target, tmp_path):
    reply = target.run("backup", str(tmp_path / "nothing.tar"))

    assert (reply.returncode, reply.stderr) == (
        1,
        "Error: The database has not been set up: there is nothing to back up\n",
    )
    assert list(tmp_path.glob("*.tar")) == []


@pytest.mark.runs_once("folders do not depend on the database")
def test_a_folder_that_does_not_exist_is_reported(source, tmp_path):
    reply = source.run("backup", str(tmp_path / "missing" / "x.tar"))

    assert (reply.returncode, reply.stderr) == (1, f"Error: There is no folder {tmp_path / 'missing'}\n")


@pytest.mark.slow("restores a database")
def test_a_restored_instance_has_all_rows_the_images_and_the_key(source, archive, target):
    reply = target.run("restore", "--with-key", str(archive.file))
    again = target.run("restore", "--with-key", str(archive.file))

    assert reply.returncode == 0, reply.stderr
    for table in ("users", "events", "talks", "attendances", "listed_events"):
        assert scalar(target, f"SELECT count(*) FROM {table}") == scalar(source, f"SELECT count(*) FROM {table}") > 0
    assert (target.folder / "media/event_icons/orig-1.png").read_bytes() == IMAGE
    assert (target.folder / "secret-key").read_text() == KEY
    assert stat.S_IMODE((target.folder / "secret-key").stat().st_mode) == 0o600
    assert "counters have drifted" not in reply.stderr
    assert "secret key" not in reply.stderr.partition("Verifying counters")[2]
    # The mail may have been sent after the backup.
    assert reply.stdout.count("1 mails waited when the backup was made, and may have been sent since.") == 1
    assert scalar(target, "SELECT count(*) FROM outbox WHERE due_at IS NOT NULL") == 0
    assert target.run("mail", "list").stdout.endswith("\trestored from a backup; may have been sent since\n")
    assert [path.name for path in target.folder.iterdir() if path.name.startswith(".")] == []
    # It is not empty any more.
    assert (again.returncode, again.stderr.splitlines()[-1]) == (
        1,
        "Error: The database is not empty. Replace its data with --force",
    )


@pytest.mark.slow("restores a database")
def test_force_replaces_the_data_of_an_instance(archive, ready_copy, database_server):
    execute(ready_copy, "INSERT INTO languages (code, name) VALUES ('tlh', 'Klingon')")
    with Session(engine_of(ready_copy)) as session:
        make_user(session, "recent")
        session.commit()
    key = (ready_copy.folder / "secret-key").read_text()

    refused = ready_copy.run("restore", str(archive.file))
    reply = ready_copy.run("restore", "--force", str(archive.file))

    assert refused.stderr.splitlines()[-1] == "Error: The database is not empty. Replace its data with --force"
    assert reply.returncode == 0, reply.stderr
    assert scalar(ready_copy, "SELECT count(*) FROM users WHERE username = 'recent'") == 0
    assert scalar(ready_copy, "SELECT count(*) FROM users") > 1
    assert scalar(ready_copy, "SELECT count(*) FROM languages WHERE name = 'Klingon'") == 0
    # The key stays, and does not fit.
    assert (ready_copy.folder / "secret-key").read_text() == key
    assert "Warning: the secret key of this server is not the one of the backup." in reply.stderr
    if not database_server:
        kept = ready_copy.folder / "joindin.sqlite.before-restore"
        assert f"The former database is kept in {kept}." in reply.stderr
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600
        engine = create_engine(f"sqlite:///{kept}", poolclass=NullPool)
        with engine.connect() as connection:
            assert connection.scalars(text("SELECT username FROM users")).all() == ["recent"]


@pytest.mark.slow("migrates a database down and up")
def test_an_older_backup_is_migrated(ready_copy, target, tmp_path):
    file = tmp_path / "older.tar"
    ready_copy.run("db", "downgrade", "0001")
    assert ready_copy.run("backup", str(file)).returncode == 0

    reply = target.run("restore", str(file))

    assert reply.returncode == 0, reply.stderr
    assert "Migrating the database from revision 0001" in reply.stderr
    assert scalar(target, "SELECT version_num FROM alembic_version") != "0001"
    assert "There is no secret key." in reply.stderr


def test_a_newer_backup_is_refused(ready_copy, target, tmp_path):
    file = tmp_path / "newer.tar"
    ready_copy.run("backup", str(file))
    content = file.read_bytes()
    # Of the same length, so that the rest of the archive stays valid.
    newest = scalar(ready_copy, "SELECT version_num FROM alembic_version")
    file.write_bytes(content.replace(f'"{newest}"'.encode(), b'"9999"'))

    reply = target.run("restore", str(file))

    assert reply.returncode == 1
    assert "Error: The archive was made by a newer joindin (" in reply.stderr
    assert "revision 9999)" in reply.stderr


@pytest.mark.runs_once("the files do not depend on the database")
def test_a_damaged_archive_changes_nothing(archive, target, tmp_path):
    file = tmp_path / "damaged.tar"
    content = bytearray(archive.file.read_bytes())
    content[content.index(IMAGE)] ^= 1
    file.write_bytes(content)

    reply = target.run("restore", "--force", "--with-key", str(file))

    assert (reply.returncode, reply.stderr.splitlines()[-1]) == (
        1,
        "Error: The archive is damaged: media/event_icons/orig-1.png does not have the checksum of the manifest",
    )
    assert files_below(target.folder) == []


def test_a_dump_is_not_restored_into_the_other_kind_of_database(archive, source, target, tmp_path, database_server):
    is_sqlite = not database_server
    url = "postgresql://joindin@127.0.0.1:1/joindin" if is_sqlite else f"sqlite:///{tmp_path / 'other.sqlite'}"

    reply = target.run("restore", str(archive.file), JOINDIN_DATABASE_URL=url)

    theirs, ours = ("SQLite", "PostgreSQL") if is_sqlite else ("PostgreSQL", "SQLite")
    assert (reply.returncode, reply.stderr.splitlines()[-1]) == (
        1,
        f"Error: The archive contains a {theirs} database, and JOINDIN_DATABASE_URL names a {ours} one. Dumps cannot be"
        f" converted: restore it into {theirs}",
    )
    assert not (tmp_path / "other.sqlite").exists()


@pytest.mark.runs_once("the files do not depend on the database")
def test_images_of_another_instance_are_not_mixed_without_consent(archive, target):
    (target.folder / "media/flyers").mkdir(parents=True)
    (target.folder / "media/flyers/other.jpg").write_bytes(b"x")

    reply = target.run("restore", str(archive.file))

    assert reply.returncode == 1
    assert "Error: The media storage is not empty. Add the images of the archive to it with --force" in reply.stderr
    assert files_below(target.folder / "media") == ["flyers/other.jpg"]


@pytest.mark.runs_once("the files do not depend on the database")
def test_a_key_that_differs_is_not_replaced_without_consent(archive, target):
    target.folder.mkdir()
    (target.folder / "secret-key").write_text("the key of this instance, which is another")

    in_file = target.run("restore", "--with-key", str(archive.file))
    (target.folder / "secret-key").unlink()
    in_setting = target.run(
        "restore", "--with-key", str(archive.file), JOINDIN_SECRET_KEY="set by the operator, and other"
    )

    assert [in_file.returncode, in_setting.returncode] == [1, 1]
    assert f"Error: {target.folder / 'secret-key'} has another key. Replace it with --force" in in_file.stderr
    assert "Error: JOINDIN_SECRET_KEY is set, and differs from the key of the archive." in in_setting.stderr


@pytest.mark.runs_once("the files do not depend on the database")
def test_a_key_that_is_not_in_the_archive_cannot_be_restored(source, target, tmp_path):
    file = tmp_path / "without.tar"
    source.run("backup", str(file))

    reply = target.run("restore", "--with-key", str(file))

    assert reply.stderr.splitlines()[-1] == "Error: The archive has no secret key: it was made without --with-key"


def test_a_database_that_is_in_use_is_not_replaced(archive, ready_copy):
    with engine_of(ready_copy).connect() as connection:
        connection.execute(text("SELECT count(*) FROM users"))
        reply = ready_copy.run("restore", "--force", str(archive.file))

    assert reply.returncode == 1
    assert "Stop the server and its job worker first" in reply.stderr.splitlines()[-1]
    assert scalar(ready_copy, "SELECT count(*) FROM users") == 0
