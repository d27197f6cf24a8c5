"""The web site: HTML pages for visitors (``public``, ``agenda_days``, ``programme``), users (``account``), crews (``crew``,
``federation``), organisers of events (``organiser``) and administrators (``admin``).

Events, talks and users have the URLs that mails, feeds, slides and ``website_uri`` have always pointed to. If the public
web site is another host (setting WEBSITE_URL), these URLs redirect to it; otherwise they show a plain page with the
public data. Account pages are below ``/accounts/`` on every host, administration below ``/desk/``. Errors are pages too.
All pages work without JavaScript, except for passkeys.
"""

from flask import Flask

from joindin.http.pages import script_responses
from joindin.resources.web import admin, agenda_days, crew, federation, organiser, programme
from joindin.resources.web.account import (
    applications,
    claims,
    external_sign_in,
    invitations,
    mail_preferences,
    overview,
    passwords,
    registration,
    second_factor_step,
    second_factors,
    sign_in,
    tokens,
)
from joindin.resources.web.account.common import blp as account_blp
from joindin.resources.web.calls import feeds as call_feeds
from joindin.resources.web.calls import page as calls
from joindin.resources.web.feedback import claims as speaker_claims
from joindin.resources.web.feedback import (
    comment_actions,
    comment_lists,
    guest,
    new_comments,
    rate,
    ratings,
    results,
    slides,
    talk_editing,
    web2_comments,
)
from joindin.resources.web.personal import (
    attendance,
    calendar_addresses,
    calendar_feed,
    guest_welcome,
    guests,
    me,
    my_schedule,
    stars,
)
from joindin.resources.web.personal import embeds as own_embeds
from joindin.resources.web.public import (
    agenda,
    cards,
    cities,
    contact,
    embeds,
    error_links,
    event_editing,
    event_lists,
    event_submission,
    events,
    feeds,
    home,
    hosts,
    legacy_redirects,
    look,
    method_not_allowed,
    search,
    series,
    series_editing,
    site_pages,
    sitemaps,
    talks,
    users,
    web2_addresses,
)
from joindin.resources.web.public.pages import blp

__all__ = [
    "admin",
    "agenda",
    "agenda_days",
    "applications",
    "attendance",
    "calendar_addresses",
    "calendar_feed",
    "call_feeds",
    "calls",
    "cards",
    "cities",
    "claims",
    "comment_actions",
    "comment_lists",
    "contact",
    "crew",
    "embeds",
    "error_links",
    "event_editing",
    "event_lists",
    "event_submission",
    "events",
    "external_sign_in",
    "federation",
    "feeds",
    "guest",
    "guest_welcome",
    "guests",
    "home",
    "hosts",
    "init_app",
    "invitations",
    "legacy_redirects",
    "look",
    "mail_preferences",
    "me",
    "method_not_allowed",
    "my_schedule",
    "new_comments",
    "organiser",
    "overview",
    "own_embeds",
    "passwords",
    "programme",
    "rate",
    "ratings",
    "registration",
    "results",
    "search",
    "second_factor_step",
    "second_factors",
    "series",
    "series_editing",
    "sign_in",
    "site_pages",
    "sitemaps",
    "slides",
    "speaker_claims",
    "stars",
    "talk_editing",
    "talks",
    "tokens",
    "users",
    "web2_addresses",
    "web2_comments",
]


# Once a process: an application that registers a blueprint closes it for changes.
for _blueprint in (blp, organiser.blp):
    script_responses.init_blueprint(_blueprint)


def init_app(app: Flask) -> None:
    app.register_blueprint(blp)
    error_links.init_app(app)
    app.register_blueprint(account_blp)
    app.register_blueprint(admin.blp)
    app.register_blueprint(organiser.blp)
    crew.init_app(app)
