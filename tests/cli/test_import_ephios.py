"""``joindin import ephios``: the command, its summary, the dry run, and sign-in afterwards."""

import json

import pytest
from sqlalchemy import func, select

from joindin.models import User
from joindin.models.crew import Shift
from tests.imports.ephios.dump_data import dump_objects, dump_tables
from tests.security.test_django_passwords import HASHES, PASSWORD


@pytest.fixture
def dump(tmp_path):
    file = tmp_path / "dump.json"
    file.write_text(json.dumps(dump_objects()))
    return file


def test_the_summary_has_a_line_for_each_table(run, dump, session):
    reply = run("import", "ephios", str(dump))

    assert reply.exit_code == 0, reply.output
    lines = {line.split("  ")[0]: line.split() for line in reply.stdout.splitlines()}
    assert lines["core.shift"] == ["core.shift", "2", "2", "0"]
    assert "excluded shop.order: there is no such table here: 1" in reply.stdout
    assert session.scalar(select(func.count()).select_from(Shift)) == 2


def test_a_dry_run_reports_the_same_and_stores_nothing(run, dump, session, count_rows):
    before = count_rows()
    dry = run("import", "ephios", str(dump), "--dry-run")

    assert count_rows() == before
    assert dry.stdout.splitlines()[-1] == "Nothing was stored: this was a dry run"
    assert dry.stdout.splitlines()[:-2] == run("import", "ephios", str(dump)).stdout.splitlines()[:-1]


@pytest.mark.parametrize("content", ["[", "{}", "[]"])
def test_another_file_is_refused(run, tmp_path, content, session):
    file = tmp_path / "other.json"
    file.write_text(content)

    reply = run("import", "ephios", str(file))

    assert reply.exit_code == 2
    assert "Error" in reply.output


@pytest.mark.parametrize("algorithm", HASHES)
def test_people_sign_in_with_their_passwords_which_are_hashed_again(run, tmp_path, session, browser, algorithm):
    tables = dump_tables()
    tables["core.userprofile"][2]["password"] = HASHES[algorithm]
    file = tmp_path / "dump.json"
    file.write_text(json.dumps(dump_objects(tables)))
    assert run("import", "ephios", str(file)).exit_code == 0

    wrong = browser.send("/accounts/login/", {"username": "ben@example.org", "password": "another password"})
    right = browser.send("/accounts/login/", {"username": "Ben@Example.org", "password": PASSWORD})

    assert (wrong.status_code, right.status_code, right.headers["Location"]) == (200, 302, "/accounts/")
    assert session.get(User, 2).password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
