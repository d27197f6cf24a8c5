"""The API of Gancio: JSON objects, errors in short plain text, 403 instead of 401."""

from flask import Flask

from joindin.resources.gancio import (
    authentication,
    clients,
    collection_writes,
    collections,
    cors,
    errors,
    event_imports,
    event_writes,
    events,
    feeds,
    moderation_messages,
    oauth,
    place_writes,
    places,
    scopes,
    site_pictures,
    tag_writes,
    tags,
)
from joindin.resources.gancio.accounts import registration, users
from joindin.resources.gancio.site import (
    announcements,
    geocoding,
    instances,
    misc,
    settings,
    site_pages,
    smtp,
    well_known,
)

__all__ = ["errors", "init_app", "scopes"]

MODULES = (
    announcements,
    clients,
    collection_writes,
    collections,
    event_imports,
    event_writes,
    events,
    feeds,
    instances,
    misc,
    moderation_messages,
    oauth,
    place_writes,
    places,
    registration,
    settings,
    site_pages,
    site_pictures,
    smtp,
    tag_writes,
    tags,
    users,
    well_known,
)


def init_app(app: Flask) -> None:
    authentication.init_app(app)
    cors.init_app(app)
    feeds.init_app(app)
    geocoding.init_app(app)
    for module in MODULES:
        app.register_blueprint(module.blp)
