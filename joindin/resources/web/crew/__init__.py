"""Pages of the crew in English and German, at the addresses of ephios: shifts, signing up, planning, working hours (spec 12 to 19).

The API of ephios offers the same actions (``docs/crew-api.md``) and calls the same operations.
"""

from flask import Flask

from joindin.resources.web import crew_hours, crew_notifications, crew_settings
from joindin.resources.web.crew import (
    calendar,
    consequences,
    disposition,
    event_planning,
    event_types,
    events,
    guest_links,
    guests,
    healthcheck,
    my_shifts,
    people,
    programme,
    qualifications,
    settings,
    shift_planning,
    signup,
)
from joindin.resources.web.crew.common import blp

__all__ = [
    "calendar",
    "consequences",
    "crew_hours",
    "crew_notifications",
    "crew_settings",
    "disposition",
    "event_planning",
    "event_types",
    "events",
    "guest_links",
    "guests",
    "healthcheck",
    "init_app",
    "my_shifts",
    "people",
    "programme",
    "qualifications",
    "settings",
    "shift_planning",
    "signup",
]


def init_app(app: Flask) -> None:
    app.register_blueprint(blp)
