"""The API of ephios: addresses end in a slash, messages are in German or English, 403 instead of 401."""

from flask import Flask

from joindin.resources.ephios import (
    authentication,
    building_blocks,
    errors,
    events,
    federation,
    oauth,
    participations,
    planning,
    programme,
    root,
    schema,
    scopes,
    secret_addresses,
    shifts,
    signup,
    users,
)
from joindin.resources.ephios.filters import InvalidFilters
from joindin.resources.ephios.people import qualifications, working_hours

__all__ = ["errors", "init_app", "scopes"]


def init_app(app: Flask) -> None:
    authentication.init_app(app)
    app.register_error_handler(InvalidFilters, errors.handle_invalid_filters)
    for module in (
        root,
        events,
        shifts,
        users,
        participations,
        building_blocks,
        federation,
        schema,
        oauth,
        signup,
        planning,
        secret_addresses,
        programme,
        qualifications,
        working_hours,
    ):
        app.register_blueprint(module.blp)
