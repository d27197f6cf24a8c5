"""The web site: HTML pages for visitors (``public``), users (``account``) and administrators (``admin``).

Events, talks and users have the URLs that mails, feeds, slides and ``website_uri`` have always pointed to. If the public
web site is another host (setting WEBSITE_URL), these URLs redirect to it; otherwise they show a plain page with the
public data. Account pages are below ``/accounts/`` on every host, administration below ``/desk/``. Errors are pages too.
All pages work without JavaScript, except for passkeys.
"""

from flask import Flask

from joindin.resources.web import admin
from joindin.resources.web.account import (
    applications,
    claims,
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
from joindin.resources.web.public import events, legacy_redirects, method_not_allowed, talks, users
from joindin.resources.web.public.pages import blp

__all__ = [
    "admin",
    "applications",
    "claims",
    "events",
    "external_sign_in",
    "init_app",
    "legacy_redirects",
    "mail_preferences",
    "method_not_allowed",
    "overview",
    "passwords",
    "registration",
    "second_factor_step",
    "second_factors",
    "sign_in",
    "talks",
    "tokens",
    "users",
]


def init_app(app: Flask) -> None:
    app.register_blueprint(blp)
    app.register_blueprint(admin.blp)
