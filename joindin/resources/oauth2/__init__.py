"""Where applications are let in, at ephios's addresses and at Gancio's: two dialects of one server.

What they are let in with, and how strictly, is ``joindin/oauth2``; here are addresses, statuses,
wording, and the page that asks people.
"""

from flask import Flask

from joindin.resources.oauth2 import ephios, errors, gancio, metadata

__all__ = ["errors", "init_app"]


def init_app(app: Flask) -> None:
    for room in (ephios, gancio, metadata):
        app.register_blueprint(room.blp)
