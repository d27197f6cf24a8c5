"""The ephios dialect: 403 and never 401, in the reader's language, at addresses that end in a slash."""

from flask import Flask

from joindin.resources.ephios import authentication, errors, root, users

__all__ = ["errors", "init_app"]


def init_app(app: Flask) -> None:
    authentication.init_app(app)
    for room in (root, users):
        app.register_blueprint(room.blp)
