"""The ephios dialect: 403 and never 401, in the reader's language, at addresses that end in a slash."""

from flask import Flask

from joindin.resources.ephios import authentication, errors, root, users

__all__ = ["errors", "mount"]


def mount(app: Flask) -> None:
    authentication.mount(app)
    for room in (root, users):
        app.register_blueprint(room.blp)
