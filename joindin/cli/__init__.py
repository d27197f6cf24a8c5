"""The console script ``joindin``: one file a command or group of commands.

Commands parse their arguments, call operations and commit, as resources do. Exit code 0 means done, 1 failed, 2 wrong
arguments or a wrong setting; a failure is explained in one line. This module imports neither Flask nor the application:
``joindin --version`` and ``joindin --help`` answer at once, and the main process of ``joindin serve`` stays small. ``console.py``
runs every other call.
"""

import sys
from importlib import import_module

import click

from joindin import __version__

# Short help by command; the commands themselves are in the module of the same name or in MODULES.
COMMANDS = {
    "apps": "Register, enable and disable applications (OAuth clients).",
    "backup": "Write the database and the images to the archive FILE, or to standard output if it is `-`.",
    "check": "Check the installation, and print what to do.",
    "counters": "Compare stored counters with the rows they count.",
    "demo": "Add a small invented community with events around today.",
    "import": "Import listings of events, or the database of a Joind.in, Gancio or ephios.",
    "jobs": "Work that is done after the response, such as sending mail.",
    "mail": "List and retry mails that could not be delivered.",
    "media": "Move images to another storage, and verify them.",
    "restore": "Restore the archive FILE of `joindin backup`, and migrate its database.",
    "serve": "Start the server.",
    "setup": "Create the instance folder, migrate the database and add reference data.",
    "users": "Create accounts and change roles.",
}
MODULES = {"import": "imports", "serve-workers": "serve_workers"}

# Commands that only other commands call.
HIDDEN_COMMANDS = {"serve-workers"}

# Commands of Flask and its extensions, which need the application.
FLASK_COMMANDS = {
    "db": "Perform database migrations.",
    "openapi": "OpenAPI commands.",
    "routes": "Show the routes for the app.",
    "run": "Run a development server.",
    "shell": "Run a shell in the app context.",
}

ABOUT = "joindin: the conference-community server."

overview = click.Group(
    "joindin",
    help=ABOUT,
    commands={name: click.Command(name, help=text) for name, text in (COMMANDS | FLASK_COMMANDS).items()},
)
click.version_option(__version__, prog_name="joindin")(overview)


def main() -> None:
    if all(argument in ("--help", "--version") for argument in sys.argv[1:]):
        overview.main(prog_name="joindin")
    if sys.argv[1] == "serve":
        import_module("joindin.cli.serve").serve.main(sys.argv[2:], prog_name="joindin serve")
    import_module("joindin.cli.console").run()
