"""Pages for people: what they read, and their own account.

Events, talks and people are on the addresses that mails, feeds, slides and ``website_uri`` have pointed to all along.
Where the public web site is another host, their readers are sent there; where it is this one, a plain page is shown,
with what everybody may see. Accounts are below ``/accounts/`` of every host, and what those need who look after the
house is below ``/desk/``. Refusals are pages too, and nothing needs JavaScript.
"""

from flask import Flask

from joindin.resources.web import admin
from joindin.resources.web.account import (
    applications,
    external_sign_in,
    mail_preferences,
    overview,
    passwords,
    registration,
    second_factor_step,
    second_factors,
    sign_in,
    tokens,
)
from joindin.resources.web.public import errors, events, legacy_redirects, people, talks
from joindin.resources.web.public.pages import blp

__all__ = [
    "admin",
    "applications",
    "errors",
    "events",
    "external_sign_in",
    "init_app",
    "legacy_redirects",
    "mail_preferences",
    "overview",
    "passwords",
    "people",
    "registration",
    "second_factor_step",
    "second_factors",
    "sign_in",
    "talks",
    "tokens",
]


def init_app(app: Flask) -> None:
    app.register_blueprint(blp)
    app.register_blueprint(admin.blp)
