"""The API of ephios: addresses end in a slash, messages are in German or English, 403 instead of 401."""

from flask import Flask

from joindin.resources.ephios import authentication, errors, oauth, root, scopes, users

__all__ = ["errors", "init_app", "scopes"]


def init_app(app: Flask) -> None:
    authentication.init_app(app)
    for module in (root, users, oauth):
        app.register_blueprint(module.blp)
