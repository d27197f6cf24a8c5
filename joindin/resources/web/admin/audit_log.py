"""The audit log, with filters."""

import re
from urllib.parse import urlencode

from flask import request

from joindin.extensions import db
from joindin.permissions import can_read_audit_log
from joindin.queries.accounts.users import user_named
from joindin.queries.audit import AuditFilter, list_audit_entries
from joindin.resources.web.admin.common import blp, only_for, show
from joindin.utils.datetimes import parse_date, utc_now
from joindin.utils.text import printable

FIELDS = ("actor", "action", "subject", "since", "until")
SIZE = 50
NOBODY = 0


@blp.get("/log/")
@only_for(can_read_audit_log)
def show_log():
    """What cannot be understood is said, and left out of the search."""
    asked = {name: printable(request.args.get(name, "")).strip()[:100] for name in FIELDS}
    wanted, problems = _read(asked)
    found = list_audit_entries(db.session, wanted, SIZE)
    given = {name: value for name, value in asked.items() if value}
    return show(
        "log.html",
        found=found.entries,
        older=f"?{urlencode({**given, 'before': found.older})}" if found.older else None,
        newest=f"?{urlencode(given)}" if given else "",
        is_first=wanted.before is None,
        asked=asked,
        problems=problems,
    )


def _read(asked):
    problems, now = {}, utc_now()
    dates = {name: parse_date(asked[name], None, now) if asked[name] else None for name in ("since", "until")}
    problems |= {name: "That is no date" for name, at in dates.items() if asked[name] and at is None}
    subject = re.fullmatch(r"([a-z_]{1,20})(?:[: ](\d{1,9}))?", asked["subject"], re.ASCII)
    if asked["subject"] and subject is None:
        problems["subject"] = "Write a kind, or a kind and a number, such as event:7"
    actor = user_named(db.session, asked["actor"]) if asked["actor"] else None
    before = request.args.get("before", "")
    return (
        AuditFilter(
            actor_id=(actor.id if actor else NOBODY) if asked["actor"] else None,
            action=asked["action"] or None,
            subject_kind=subject[1] if subject else None,
            subject_id=int(subject[2]) if subject and subject[2] else None,
            **dates,
            before=int(before) if re.fullmatch(r"\d{1,9}", before, re.ASCII) else None,
        ),
        problems,
    )
