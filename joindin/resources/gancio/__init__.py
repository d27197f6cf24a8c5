"""The API of Gancio: JSON objects, errors in short plain text, 403 instead of 401."""

from flask import Flask

from joindin.resources.gancio import authentication, clients, errors, oauth, scopes

__all__ = ["errors", "init_app", "scopes"]


def init_app(app: Flask) -> None:
    authentication.init_app(app)
    for module in (clients, oauth):
        app.register_blueprint(module.blp)
