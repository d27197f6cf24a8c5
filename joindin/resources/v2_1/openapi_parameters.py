"""Query parameters of v2.1, in the order of the documentation."""

import datetime as dt

DAY = dt.date(2026, 3, 1).isoformat()
# Dates have many formats; these two are always taken.
DATE_FORMATS = [{"format": "date"}, {"format": "date-time"}, {}]


def _string(description, example, **schema):
    return {"description": description, "schema": {"type": "string", **schema}, "example": example}


PARAMETERS = {
    "filter": _string(
        "Selection and order of events: `hot` (near and popular events first), `upcoming`, `past`, `cfp` (call for papers"
        " is open or opens soon), `all` (by start, beginning today), `pending` (waiting for approval; administrators"
        " only). Any other value: all, latest start first.",
        "upcoming",
        examples=["hot", "upcoming", "past", "cfp", "all", "pending"],
    ),
    "title": _string("Only titles that contain this text; case does not matter.", "conf"),
    "talk_title": {
        "name": "title",
        "required": True,
        **_string("Only titles that contain this text; case does not matter.", "tests"),
    },
    "stub": _string("Only the event with this short name.", "sc26"),
    "tags": {
        "name": "tags[]",
        "description": "Only objects with at least one of these tags: `tags[]=php&tags[]=web`, or just `tags=php`.",
        "schema": {"type": "array", "items": {"type": "string"}},
        "style": "form",
        "explode": True,
        "example": ["php"],
    },
    "startdate": _string("Only events that start on this date or later. A value that is no date is ignored.", DAY),
    "enddate": _string("Only events that start before this date.", DAY),
    "username": _string("Only the user with this username.", "ada"),
    "keyword": _string("Only users whose username, full name or Twitter name contains this text.", "lace"),
    "reason": _string(
        "Reason for the hosts, at most 200 characters. Without a reason, no mail is sent.", "Not about us"
    ),
    "display_name": _string("Name of the speaker in the talk.", "Ada L."),
    "claimant": {"name": "username", **_string("Username of the claimant.", "ada")},
    "state": _string(
        "Only accounts in this state.",
        "deactivated",
        enum=["admin", "editor", "trusted", "deactivated", "unverified", ""],
    ),
    "actor": _string("Only actions of the user with this username.", "margaret"),
    "action": _string("Only this action; with a dot at the end, all actions with this prefix.", "user."),
    "subject": _string(
        "Only actions on this subject: a type, or a type, a colon and an id.",
        "user:7",
        pattern=r"^([a-z_]{1,20}(:[0-9]{1,9})?)?$",
    ),
    "since": _string("Only entries of this date or later.", DAY, anyOf=DATE_FORMATS),
    "until": _string("Only entries before this date.", DAY, anyOf=DATE_FORMATS),
    "before": {
        "description": "Only entries with a lower id, as in `next_page`.",
        "schema": {"anyOf": [{"type": "integer", "minimum": 1, "maximum": 999_999_999}, {"const": ""}]},
        "example": 1000,
    },
    "entries": {
        "name": "resultsperpage",
        "description": "Maximum number of entries; more than 100 are 100.",
        "schema": {
            "anyOf": [{"type": "integer", "minimum": 1, "maximum": 999_999_999}, {"const": ""}],
            "default": 20,
        },
        "example": 20,
    },
    "start": {
        "description": "Number of objects to skip. Decimals are cut off.",
        "schema": {"type": "number", "exclusiveMinimum": -1, "default": 0},
        "example": 20,
    },
    "resultsperpage": {
        "description": "Maximum number of objects. 0 means all, and so does a text that is no number.",
        "schema": {"anyOf": [{"type": "integer", "minimum": 0}, {"type": "string"}], "default": 20},
        "example": 20,
    },
    "verbose": _string("`yes` selects the form with all members.", "yes", examples=["yes", "no"], default="no"),
    "format": _string("`html` selects an HTML page; any other value is JSON.", "json", examples=["json", "html"]),
    "callback": _string(
        "Name of a function, for JSONP: letters, digits, `_`, `$` and dots. Other values are ignored.", "show"
    ),
}
