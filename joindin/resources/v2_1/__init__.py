"""The Joind.in API v2.1: the contract of the original's web site, apps and scripts.

Endpoints, parsing, rendering, errors, paging and scopes of this surface; endpoints stand in sub-packages by concept.
Business rules and queries do not belong here, nor does code that other surfaces use.
"""

from flask import Flask
from flask_smorest import Api

from joindin.resources.v2_1 import authentication, contact, errors, languages, openapi, prefix_routes, root, scopes
from joindin.resources.v2_1.accounts import (
    applications,
    emails,
    personal_tokens,
    social_login,
    tokens,
    user_account,
    users,
)
from joindin.resources.v2_1.admin import audit, groups, moderation_queue, permissions, rejection_reasons, roles
from joindin.resources.v2_1.events import (
    event_approval,
    event_attendance,
    event_comments,
    event_hosts,
    event_images,
    event_talks,
    events,
)
from joindin.resources.v2_1.talks import talk_comments, talk_links, talk_speakers, talks, tracks

__all__ = ["errors", "init_app", "scopes"]

BLUEPRINT_MODULES = (
    root,
    events,
    event_approval,
    event_attendance,
    event_hosts,
    event_images,
    event_comments,
    event_talks,
    tracks,
    talks,
    talk_links,
    talk_speakers,
    talk_comments,
    users,
    prefix_routes,
    user_account,
    tokens,
    personal_tokens,
    applications,
    emails,
    contact,
    social_login,
    languages,
    moderation_queue,
    rejection_reasons,
    roles,
    groups,
    permissions,
    audit,
)


def init_app(app: Flask, api: Api) -> None:
    authentication.init_app(app)
    openapi.init_app(api)
    for module in BLUEPRINT_MODULES:
        api.register_blueprint(module.blp)
