"""Commands of ``joindin`` as processes of their own, on the tests' database."""

import os
import subprocess
import sys


def run_joindin(settings, *arguments, stdin=None, **more_settings) -> str:
    """Run a command that must succeed and return what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "joindin", *arguments],
        env=command_environment(settings, **more_settings),
        input=stdin,
        text=True,
        capture_output=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def command_environment(settings, **more) -> dict[str, str]:
    """Return the environment of a process that uses the tests' database, instance folder and secret."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("JOINDIN_")}
    shared = {name: settings[name] for name in ("DATABASE_URL", "INSTANCE", "SECRET_KEY")}
    return environment | {f"JOINDIN_{name}": str(value) for name, value in (shared | more).items()}
