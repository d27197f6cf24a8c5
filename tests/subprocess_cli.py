"""Commands of ``joindin`` as processes of their own, on the tests' database."""

import os
import subprocess
import sys


def run_joindin(settings, *arguments, stdin=None) -> str:
    """Run a command that must succeed and return what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "joindin", *arguments],
        env=command_environment(settings),
        input=stdin,
        text=True,
        capture_output=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def command_environment(settings, **more) -> dict[str, str]:
    """Return the environment of a process that uses the tests' database and instance folder."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("JOINDIN_")}
    shared = {"DATABASE_URL": settings["DATABASE_URL"], "INSTANCE": settings["INSTANCE"]}
    return environment | {f"JOINDIN_{name}": str(value) for name, value in (shared | more).items()}
