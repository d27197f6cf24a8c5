"""The Gancio dialect: short words, plain text, and 403 for all who may not."""

from flask import Flask

from joindin.resources.gancio import authentication, clients, errors

__all__ = ["errors", "init_app"]


def init_app(app: Flask) -> None:
    authentication.init_app(app)
    for room in (clients,):
        app.register_blueprint(room.blp)
