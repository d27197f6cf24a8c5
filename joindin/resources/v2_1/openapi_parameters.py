"""Query parameters of v2.1, in the order of the documentation."""

import datetime as dt

DAY = dt.date(2026, 3, 1).isoformat()


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
    "reason": _string("Reason for the hosts. Without a reason, no mail is sent.", "Not about us", maxLength=200),
    "display_name": _string("Name of the speaker in the talk.", "Ada L."),
    "claimant": {"name": "username", **_string("Username of the claimant.", "ada")},
    "state": _string(
        "Only accounts in this state.",
        "deactivated",
        enum=["admin", "editor", "trusted", "deactivated", "unverified"],
    ),
    "actor": _string("Only actions of the user with this username.", "margaret"),
    "action": _string("Only this action; with a dot at the end, all actions with this prefix.", "user.", maxLength=50),
    "subject": _string("Only actions on this subject: a type, or a type, a colon and an id.", "user:7"),
    "since": _string("Only entries of this date or later.", DAY),
    "until": _string("Only entries before this date.", DAY),
    "before": {
        "description": "Only entries with a lower id, as in `next_page`.",
        "schema": {"type": "integer", "minimum": 1},
        "example": 1000,
    },
    "start": {
        "description": "Number of objects to skip.",
        "schema": {"type": "integer", "minimum": 0, "default": 0},
        "example": 20,
    },
    "resultsperpage": {
        "description": "Maximum number of objects; 0 means all.",
        "schema": {"type": "integer", "minimum": 0, "default": 20},
        "example": 20,
    },
    "verbose": _string("`yes` selects the form with all members.", "yes", enum=["yes", "no"], default="no"),
    "format": _string("`html` selects an HTML page; any other value is JSON.", "json", enum=["json", "html"]),
    "callback": _string("Name of a function, for JSONP.", "show", pattern=r"^[A-Za-z_$][\w$.]{0,127}$"),
}
