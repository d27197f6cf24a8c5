"""``joindin setup``, as a process of its own in an empty folder."""

import stat

from sqlalchemy import create_engine, inspect, text

from joindin.config import load_settings
from joindin.seeds.base_data import LANGUAGES, TALK_TYPES


def engine_of(instance):
    given = {"DATABASE_URL": instance.environment.get("JOINDIN_DATABASE_URL"), "INSTANCE": str(instance.folder)}
    return create_engine(load_settings(given, {})["DATABASE_URL"])


def tables_of(instance):
    engine = engine_of(instance)
    try:
        return set(inspect(engine).get_table_names())
    finally:
        engine.dispose()


def test_setup_makes_the_folder_the_secret_and_the_tables(instance):
    reply = instance.run("setup")

    secret = instance.folder / "secret-key"
    assert (reply.returncode, reply.stderr) == (0, "")
    assert reply.stdout.splitlines()[0] == f"Created the secret: {secret}"
    assert reply.stdout.splitlines()[1].startswith("Created the tables (revision ")
    assert (len(secret.read_text()), stat.S_IMODE(secret.stat().st_mode)) == (64, 0o600)
    assert {"events", "users", "outbox", "alembic_version"} <= tables_of(instance)


def test_an_installation_begins_without_any_account(instance):
    instance.run("setup")

    with engine_of(instance).connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM users")) == 0


def test_setup_adds_the_base_data_that_is_missing(instance):
    instance.run("setup")
    with engine_of(instance).begin() as connection:
        connection.execute(text("DELETE FROM languages WHERE name = 'Deutsch'"))
        connection.execute(text("UPDATE talk_types SET description = 'An hour' WHERE title = 'Talk'"))

    reply = instance.run("setup")

    with engine_of(instance).connect() as connection:
        languages = set(connection.scalars(text("SELECT name FROM languages")))
        descriptions = dict(connection.execute(text("SELECT title, description FROM talk_types")).all())
    assert (reply.returncode, reply.stderr) == (0, "")
    assert languages == set(LANGUAGES)
    assert descriptions == {title: title for title in TALK_TYPES} | {"Talk": "An hour"}


def test_setup_again_changes_nothing(instance):
    instance.run("setup")
    secret = (instance.folder / "secret-key").read_text()

    reply = instance.run("setup")

    assert (reply.returncode, reply.stderr) == (0, "")
    assert reply.stdout.startswith("The database is up to date (revision ")
    assert (instance.folder / "secret-key").read_text() == secret


def test_setups_at_once_take_turns(instance):
    processes = [instance.start("setup") for _ in range(3)]

    said = [process.communicate(timeout=60) for process in processes]

    assert [(process.returncode, err) for process, (_, err) in zip(processes, said)] == [(0, "")] * 3
    assert sum("Created the secret" in out for out, _ in said) == 1
    assert sum("Created the tables" in out for out, _ in said) == 1
    assert sum("is up to date" in out for out, _ in said) == 2


def test_setup_migrates_an_older_database(instance):
    instance.run("setup")
    instance.run("db", "downgrade", "0001")

    refused = instance.run("users", "promote", "ada")
    reply = instance.run("setup")

    assert (refused.returncode, refused.stderr) == (
        1,
        "Error: The database is older than this joindin. Run `joindin setup` first\n",
    )
    assert (reply.returncode, reply.stderr) == (0, "")
    assert reply.stdout.startswith("Migrated the database from revision 0001 to ")


def test_a_newer_database_is_left_alone(instance):
    instance.run("setup")
    with engine_of(instance).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    refusals = [instance.run(*command) for command in (["setup"], ["demo"])]

    newer = "Error: The database was set up by a newer joindin (revision 9999)\n"
    assert [(each.returncode, each.stderr) for each in refusals] == [(1, newer), (1, newer)]


def test_production_does_not_start_without_a_secret(instance):
    instance.run("setup")

    reply = instance.run("setup", JOINDIN_MODE="production")

    assert (reply.returncode, reply.stdout, reply.stderr) == (
        2,
        "",
        "joindin: JOINDIN_SECRET_KEY is missing: production does not start without a secret\n",
    )


def test_production_keeps_no_secret_in_a_file(instance):
    reply = instance.run("setup", JOINDIN_MODE="production", JOINDIN_SECRET_KEY="told by the operator")

    assert (reply.returncode, reply.stderr) == (0, "")
    assert not (instance.folder / "secret-key").exists()


def test_a_database_out_of_reach_is_told_in_one_line(instance):
    nobody = "postgresql://nobody@127.0.0.1:1/nothing"

    replies = [instance.run(*command, JOINDIN_DATABASE_URL=nobody) for command in (["setup"], ["demo"])]

    assert [reply.returncode for reply in replies] == [1, 1]
    for reply in replies:
        assert reply.stderr.startswith("Error: The database does not answer: connection ")
        assert reply.stderr.count("\n") == 1


def test_a_folder_that_cannot_be_made_is_named(instance):
    reply = instance.run("setup", JOINDIN_INSTANCE="/dev/null/instance")

    assert (reply.returncode, reply.stdout) == (1, "")
    assert reply.stderr == "Error: The folder /dev/null/instance cannot be created: Not a directory\n"
