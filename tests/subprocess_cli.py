"""The command line as a process of its own, on the tests' database."""

import os
import subprocess
import sys


def run_joindin(settings, *words, stdin=None):
    """What the command said; it must succeed."""
    done = subprocess.run(
        [sys.executable, "-m", "joindin", *words],
        env=command_environment(settings),
        input=stdin,
        text=True,
        capture_output=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def command_environment(settings, **more):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("JOINDIN_")}
    ours = {"DATABASE_URL": settings["DATABASE_URL"], "INSTANCE": settings["INSTANCE"]}
    return kept | {f"JOINDIN_{name}": str(value) for name, value in (ours | more).items()}
