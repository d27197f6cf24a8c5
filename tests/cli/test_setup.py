"""``joindin setup``."""

import stat

import pytest
from sqlalchemy import NullPool, create_engine, inspect, select, text

from joindin.config import load_settings
from joindin.models import SiteSetting
from joindin.seeds.base_data import LANGUAGES, TALK_TYPES
from tests.cli.conftest import make_instance
from tests.services import TIMEOUT_S


def engine_of(instance):
    settings = {"DATABASE_URL": instance.environment.get("JOINDIN_DATABASE_URL"), "INSTANCE": str(instance.folder)}
    return create_engine(load_settings(settings, {})["DATABASE_URL"], poolclass=NullPool)


def tables_of(instance):
    return set(inspect(engine_of(instance)).get_table_names())


def test_setup_creates_the_folder_the_secret_and_the_tables_without_any_account(instance):
    reply = instance.run_process("setup")

    secret = instance.folder / "secret-key"
    assert (reply.returncode, reply.stderr) == (0, "")
    assert reply.stdout.splitlines()[0] == f"Created the secret: {secret}"
    assert reply.stdout.splitlines()[1].startswith("Created the tables (revision ")
    assert (len(secret.read_text()), stat.S_IMODE(secret.stat().st_mode)) == (64, 0o600)
    assert {"events", "users", "outbox", "alembic_version"} <= tables_of(instance)
    with engine_of(instance).connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM users")) == 0


def test_setup_adds_the_base_data_that_is_missing(ready_copy):
    with engine_of(ready_copy).begin() as connection:
        connection.execute(text("DELETE FROM languages WHERE name = 'Deutsch'"))
        connection.execute(text("UPDATE talk_types SET description = 'An hour' WHERE title = 'Talk'"))

    reply = ready_copy.run("setup")

    with engine_of(ready_copy).connect() as connection:
        languages = set(connection.scalars(text("SELECT name FROM languages")))
        descriptions = dict(connection.execute(text("SELECT title, description FROM talk_types")).all())
    assert (reply.returncode, reply.stderr) == (0, "")
    assert languages == set(LANGUAGES)
    assert descriptions == {title: title for title in TALK_TYPES} | {"Talk": "An hour"}


def test_setup_again_changes_nothing(ready_copy):
    secret = (ready_copy.folder / "secret-key").read_text()

    reply = ready_copy.run("setup")

    assert (reply.returncode, reply.stderr) == (0, "")
    assert reply.stdout.startswith("The database is up to date (revision ")
    assert (ready_copy.folder / "secret-key").read_text() == secret


@pytest.mark.slow("runs two processes that migrate a database")
def test_concurrent_setups_take_turns(instance):
    processes = [instance.start("setup") for _ in range(2)]

    outputs = [process.communicate(timeout=TIMEOUT_S) for process in processes]

    assert [(process.returncode, err) for process, (_, err) in zip(processes, outputs)] == [(0, "")] * 2
    assert sum("Created the secret" in out for out, _ in outputs) == 1
    assert sum("Created the tables" in out for out, _ in outputs) == 1
    assert sum("is up to date" in out for out, _ in outputs) == 1


@pytest.mark.slow("runs two processes that migrate a database")
def test_setups_of_two_machines_take_turns(tmp_path, empty_database_url):
    if not empty_database_url:
        pytest.skip("several machines have a PostgreSQL database")
    machines = [make_instance(tmp_path / name, empty_database_url) for name in ("first", "second")]
    for machine in machines:
        machine.folder.parent.mkdir()
        machine.environment["JOINDIN_SECRET_KEY"] = "the key of both machines"

    processes = [machine.start("setup") for machine in machines]
    outputs = [process.communicate(timeout=TIMEOUT_S) for process in processes]

    assert [(process.returncode, err) for process, (_, err) in zip(processes, outputs)] == [(0, "")] * 2
    assert all("Ready." in out for out, _ in outputs)


def test_setup_migrates_an_older_database(ready_copy):
    ready_copy.run("db", "downgrade", "0001")

    refused = ready_copy.run("users", "promote", "ada")
    reply = ready_copy.run("setup")

    assert (refused.returncode, refused.stderr) == (
        1,
        "Error: The database is older than this joindin. Run `joindin setup` first\n",
    )
    assert (reply.returncode, reply.stderr) == (0, "")
    assert reply.stdout.startswith("Migrated the database from revision 0001 to ")


def test_setup_restricts_files_that_others_could_read(ready_copy):
    (ready_copy.folder / "config.py").write_text("MAIL_URL = 'smtp://user:password@mail.example'\n")
    names = ["config.py", *(file.name for file in ready_copy.folder.glob("joindin.sqlite*")), "secret-key"]
    for name in names:
        (ready_copy.folder / name).chmod(0o644)

    reply = ready_copy.run("setup")

    assert reply.returncode == 0
    assert {stat.S_IMODE((ready_copy.folder / name).stat().st_mode) for name in names} == {0o600}


def test_a_newer_database_is_left_alone(ready_copy):
    with engine_of(ready_copy).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    refusals = [ready_copy.run(*command) for command in (["setup"], ["demo"])]

    newer = "Error: The database was set up by a newer joindin (revision 9999)\n"
    assert [(each.returncode, each.stderr) for each in refusals] == [(1, newer), (1, newer)]


def test_production_does_not_start_without_a_secret(ready_copy):
    reply = ready_copy.run("setup", JOINDIN_MODE="production")

    assert (reply.returncode, reply.stdout, reply.stderr) == (
        2,
        "",
        "joindin: JOINDIN_SECRET_KEY is missing: production does not start without a secret\n",
    )


def test_production_keeps_no_secret_in_a_file(instance):
    reply = instance.run(
        "setup",
        JOINDIN_MODE="production",
        JOINDIN_SECRET_KEY="set by the operator",
        JOINDIN_WEBSITE_URL="https://conf.example.org",
        JOINDIN_MAIL_FROM="hello@conf.example.org",
        JOINDIN_MAIL_URL="files",
    )

    assert (reply.returncode, reply.stderr) == (0, "")
    assert not (instance.folder / "secret-key").exists()


def test_a_lost_secret_is_not_replaced_without_consent(ready_copy):
    (ready_copy.folder / "secret-key").unlink()

    refused = ready_copy.run("setup")
    accepted = ready_copy.run("setup", "--new-secret")

    assert refused.returncode == 1
    assert "is missing, and the database exists. Restore the file from a backup" in refused.stderr
    assert (accepted.returncode, accepted.stderr) == (0, "")
    assert (ready_copy.folder / "secret-key").exists()


def test_unknown_settings_are_reported(ready_copy):
    reply = ready_copy.run("setup", JOINDIN_WEBSITE_ULR="https://conf.example.org")

    assert (reply.returncode, reply.stderr) == (
        0,
        "Warning: JOINDIN_WEBSITE_ULR is no setting and has no effect; is JOINDIN_WEBSITE_URL meant?\n",
    )


@pytest.mark.slow("runs a command as a process")
def test_an_unreachable_database_is_reported_in_one_line(instance):
    url = "postgresql://nobody@127.0.0.1:1/nothing"

    replies = [instance.run(*command, JOINDIN_DATABASE_URL=url) for command in (["setup"], ["demo"])]
    # In a process of its own, because it changes the logging of its process.
    replies.append(instance.run_process("jobs", "run", "--once", JOINDIN_DATABASE_URL=url))

    assert [reply.returncode for reply in replies] == [1, 1, 1]
    for reply in replies:
        assert reply.stderr.startswith("Error: The database does not answer: connection ")
        assert reply.stderr.count("\n") == 1


def test_a_folder_that_cannot_be_made_is_named(instance):
    reply = instance.run("setup", JOINDIN_INSTANCE="/dev/null/instance")

    assert (reply.returncode, reply.stdout) == (1, "")
    assert reply.stderr == "Error: The folder /dev/null/instance cannot be created: Not a directory\n"


@pytest.mark.parametrize(
    "addresses", [["https://first.example", "https://other.example"], [None, "https://first.example"]]
)
def test_setup_keeps_the_first_public_address_for_identifiers(ready_copy, addresses):
    for address in addresses:
        reply = ready_copy.run("setup", **({"JOINDIN_WEBSITE_URL": address} if address else {}))
        assert (reply.returncode, reply.stderr) == (0, "")

    with engine_of(ready_copy).connect() as connection:
        stored = connection.execute(select(SiteSetting.value).where(SiteSetting.key == "identity_url")).scalars().all()
    assert stored == ["https://first.example"]
