"""The query string, parameter by parameter, in the order in which the API page lists them."""

import datetime as dt

DAY = dt.date(2026, 3, 1).isoformat()


def _word(about, example, **schema):
    return {"description": about, "schema": {"type": "string", **schema}, "example": example}


PARAMETERS = {
    "filter": _word(
        "Which events, and in which order: `hot` (soonest and liveliest first), `upcoming`, `past`, `cfp` (whose call"
        " for papers is open or about to open), `all` (by start, beginning with today's), `pending` (waiting for"
        " approval; admins only). Anything else: all, latest start first.",
        "upcoming",
        examples=["hot", "upcoming", "past", "cfp", "all", "pending"],
    ),
    "title": _word("Those whose title holds this, in any case of letters.", "conf"),
    "stub": _word("The one with this short name.", "sc26"),
    "tags": {
        "name": "tags[]",
        "description": "Those with at least one of these tags: `tags[]=php&tags[]=web`, or just `tags=php`.",
        "schema": {"type": "array", "items": {"type": "string"}},
        "style": "form",
        "explode": True,
        "example": ["php"],
    },
    "startdate": _word("Those that start on this date or later. What is no date is ignored.", DAY),
    "enddate": _word("Those that start before this date.", DAY),
    "username": _word("The person of this name.", "ada"),
    "keyword": _word("People whose username, full name or Twitter name holds this.", "lace"),
    "reason": _word("Why, for the hosts to read. Without a reason no mail is sent.", "Not about us", maxLength=200),
    "display_name": _word("The speaker's name as the talk has it.", "Ada L."),
    "claimant": {"name": "username", **_word("Who said to be that speaker.", "ada")},
    "state": _word(
        "Those who are `admin`, `editor`, `trusted`, `deactivated` or `unverified`.",
        "deactivated",
        enum=["admin", "editor", "trusted", "deactivated", "unverified"],
    ),
    "actor": _word("What the person of this name did.", "margaret"),
    "action": _word("This action, or with a dot at its end all that begin with it.", "user.", maxLength=50),
    "subject": _word("What was done to this: a kind, or a kind, a colon and an id.", "user:7"),
    "since": _word("From this date on.", DAY),
    "until": _word("Before this date.", DAY),
    "before": {
        "description": "Go on from here; found in `next_page`.",
        "schema": {"type": "integer", "minimum": 1},
        "example": 1000,
    },
    "start": {
        "description": "How many to leave out.",
        "schema": {"type": "integer", "minimum": 0, "default": 0},
        "example": 20,
    },
    "resultsperpage": {
        "description": "How many to show at most; 0 shows all.",
        "schema": {"type": "integer", "minimum": 0, "default": 20},
        "example": 20,
    },
    "verbose": _word("`yes`, exactly, for the longer form.", "yes", enum=["yes", "no"], default="no"),
    "format": _word("`html` for a page to read; anything else is JSON.", "json", enum=["json", "html"]),
    "callback": _word("The name of a function, for JSONP.", "show", pattern=r"^[A-Za-z_$][\w$.]{0,127}$"),
}
