"""The audit log, with filters."""

import re
from urllib.parse import urlencode

from flask import request

from joindin.extensions import db
from joindin.permissions import can_read_audit_log
from joindin.queries.accounts.users import get_user_by_username
from joindin.queries.audit import AuditFilter, list_audit_entries
from joindin.resources.web.admin.common import admin_page, blp, require_permission
from joindin.utils.datetimes import parse_date, utc_now
from joindin.utils.text import strip_control_chars

FIELDS = ("actor", "action", "subject", "since", "until")
PAGE_SIZE = 50
NO_ACTOR_ID = 0


@blp.get("/log/")
@require_permission(can_read_audit_log)
def audit_log_page():
    """What cannot be understood is said, and left out of the search."""
    asked = {name: strip_control_chars(request.args.get(name, "")).strip()[:100] for name in FIELDS}
    wanted, problems = _parse_filter(asked)
    found = list_audit_entries(db.session, wanted, PAGE_SIZE)
    given = {name: value for name, value in asked.items() if value}
    return admin_page(
        "audit_log.html",
        found=found.entries,
        next_before=f"?{urlencode({**given, 'before': found.next_before})}" if found.next_before else None,
        newest=f"?{urlencode(given)}" if given else "",
        is_first=wanted.before is None,
        asked=asked,
        problems=problems,
    )


def _parse_filter(asked):
    problems, now = {}, utc_now()
    dates = {name: parse_date(asked[name], None, now) if asked[name] else None for name in ("since", "until")}
    problems |= {name: "That is no date" for name, at in dates.items() if asked[name] and at is None}
    subject = re.fullmatch(r"([a-z_]{1,20})(?:[: ](\d{1,9}))?", asked["subject"], re.ASCII)
    if asked["subject"] and subject is None:
        problems["subject"] = "Write a kind, or a kind and a number, such as event:7"
    actor = get_user_by_username(db.session, asked["actor"]) if asked["actor"] else None
    before = request.args.get("before", "")
    return (
        AuditFilter(
            actor_id=(actor.id if actor else NO_ACTOR_ID) if asked["actor"] else None,
            action=asked["action"] or None,
            subject_type=subject[1] if subject else None,
            subject_id=int(subject[2]) if subject and subject[2] else None,
            **dates,
            before=int(before) if re.fullmatch(r"\d{1,9}", before, re.ASCII) else None,
        ),
        problems,
    )
