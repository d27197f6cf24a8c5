"""Pages for people, on the addresses that mails, feeds, slides and ``website_uri`` have pointed to all along.

Where the public web site is another host, it is sent there; where it is this one, a plain page is shown. Nobody signs
in here, so only what everybody may see is shown. Refusals are pages too, and nothing needs JavaScript.
"""

from flask import Flask

from joindin.resources.web import errors, events, people, talks
from joindin.resources.web.pages import blp

__all__ = ["errors", "events", "mount", "people", "talks"]


def mount(app: Flask) -> None:
    app.register_blueprint(blp)
