"""Units, containers and environments of ``docs/deploy``: valid, restricted, and with settings that exist."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from joindin.config import SETTINGS
from tests.services import skip_or_fail

pytestmark = pytest.mark.runs_once("files do not depend on the database")

FOLDER = Path(__file__).parents[2] / "docs" / "deploy"
FILES = sorted(FOLDER.iterdir())
UNITS = ("joindin.service", "joindin.socket", "joindin-backup.service", "joindin-backup.timer")

# Of systemd's scale from 0 (restricted) to 10.
MAX_EXPOSURE = 2.5


@pytest.fixture
def units(tmp_path):
    """Copies of the units with an interpreter that exists, for ``systemd-analyze``."""
    if shutil.which("systemd-analyze") is None:
        skip_or_fail("systemd-analyze is not installed")
    for name in UNITS:
        text = (FOLDER / name).read_text().replace("/opt/joindin/current/bin/python", sys.executable)
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_settings_of_the_files_exist(path):
    names = set(re.findall(r"\bJOINDIN_[A-Z_]+", path.read_text()))

    assert names - {setting.variable for setting in SETTINGS} == set()


def test_units_are_valid(units):
    reply = subprocess.run(
        ["systemd-analyze", "verify", *(units / name for name in UNITS)], capture_output=True, text=True
    )

    assert [line for line in reply.stderr.splitlines() if any(name in line for name in UNITS)] == []


@pytest.mark.parametrize("name", ["joindin.service", "joindin-backup.service"])
def test_services_are_restricted(units, name):
    command = ["systemd-analyze", "security", "--offline=yes", "--no-pager", str(units / name)]
    reply = subprocess.run(command, capture_output=True, text=True)

    exposure = re.search(rf"Overall exposure level for {re.escape(name)}: ([0-9.]+)", reply.stdout)
    assert float(exposure[1]) <= MAX_EXPOSURE


def test_linter_finds_nothing_in_the_container_file():
    linter = Path(sys.executable).with_name("hadolint")

    reply = subprocess.run([linter, FOLDER / "Containerfile"], capture_output=True, text=True)

    assert (reply.returncode, reply.stdout + reply.stderr) == (0, "")


def test_container_installs_locked_packages_and_runs_without_privileges():
    text = (FOLDER / "Containerfile").read_text().replace("\\\n", " ")
    instructions = [line.split(None, 1) for line in text.splitlines() if line and not line.startswith("#")]
    stages = [i for i, (name, _) in enumerate(instructions) if name == "FROM"]
    last = instructions[stages[-1] :]

    assert [arguments for name, arguments in last if name == "USER"] == ["10001:10001"]
    assert any("--require-hashes --requirement requirements.lock" in arguments for _, arguments in instructions)
    assert [
        arguments for name, arguments in instructions if name == "FROM" and not re.search(r":\d+\.\d+", arguments)
    ] == []
    assert {"HEALTHCHECK", "CMD"} <= {name for name, _ in last}
    assert [arguments for name, arguments in instructions if name == "ADD"] == []
    for arguments in (arguments for name, arguments in instructions if name == "COPY" and "--from" not in arguments):
        for source in arguments.split()[:-1]:
            assert (FOLDER.parents[1] / source).exists()


def test_services_of_compose_wait_for_each_other_and_have_fixed_versions():
    compose = yaml.safe_load((FOLDER / "compose.yaml").read_text())
    services = compose["services"]

    assert {name: set(service.get("depends_on", {})) for name, service in services.items()} == {
        "setup": {"postgresql"},
        "joindin": {"setup", "redis"},
        "postgresql": set(),
        "redis": set(),
    }
    assert [name for name, each in services.items() if not re.search(r":\d+\.\d+", each["image"])] == []
    assert all("healthcheck" in services[name] for name in ("postgresql", "redis"))
    mounted = {volume.split(":")[0] for service in services.values() for volume in service["volumes"]}
    assert mounted == set(compose["volumes"])
    assert (services["joindin"]["read_only"], services["joindin"]["cap_drop"]) == (True, ["ALL"])
    assert services["joindin"]["ports"] == ["127.0.0.1:8000:8000"]
