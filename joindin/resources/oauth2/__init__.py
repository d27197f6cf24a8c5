"""The OAuth surface: errors and metadata of the authorization server.

The endpoints belong to two APIs and lie in ``resources/ephios/oauth.py`` and ``resources/gancio/oauth.py``. Their paths are a
surface of their own because they authenticate applications instead of tokens.
"""

from flask import Flask

from joindin.resources.oauth2 import errors, metadata

__all__ = ["errors", "init_app"]


def init_app(app: Flask) -> None:
    app.register_blueprint(metadata.blp)
