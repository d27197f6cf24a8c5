"""Page of the audit log with filters."""

import re
from urllib.parse import urlencode

from flask import request

from joindin.extensions import db
from joindin.permissions import can_read_audit_log
from joindin.queries.accounts.users import get_user_by_username
from joindin.queries.audit import AuditFilter, list_audit_entries
from joindin.resources.web.admin.common import admin_page, blp, require_permission
from joindin.utils.date_texts import DATE_FORMS, parse_date
from joindin.utils.datetimes import utc_now
from joindin.utils.text import parse_id, strip_control_chars

FIELDS = ("actor", "action", "subject", "since", "until")
PAGE_SIZE = 50
# The filter for an unknown username: no user has this id.
NO_ACTOR_ID = 0


@blp.get("/log/")
@require_permission(can_read_audit_log)
def audit_log_page():
    """List entries that match the filter. Invalid values are reported at their field and ignored."""
    values = {name: strip_control_chars(request.args.get(name, "")).strip()[:100] for name in FIELDS}
    audit_filter, errors = _parse_filter(values)
    page = list_audit_entries(db.session, audit_filter, PAGE_SIZE)
    query = {name: value for name, value in values.items() if value}
    return admin_page(
        "audit_log.html",
        entries=page.entries,
        older_url=f"?{urlencode({**query, 'before': page.next_before})}" if page.next_before else None,
        newest_url=f"?{urlencode(query)}" if query else "",
        is_first=audit_filter.before is None,
        values=values,
        errors=errors,
    )


def _parse_filter(values):
    """Return the filter, and messages by field for values that are not valid."""
    errors, now = {}, utc_now()
    dates = {name: parse_date(values[name], None, now) if values[name] else None for name in ("since", "until")}
    errors |= {
        name: f"This is not a clear date. Write it as {DATE_FORMS}"
        for name, date in dates.items()
        if values[name] and date is None
    }
    subject = re.fullmatch(r"([a-z_]{1,20})(?:[: ](\d{1,9}))?", values["subject"], re.ASCII)
    if values["subject"] and subject is None:
        errors["subject"] = "Enter a type, or a type and a number, for example event:7"
    actor = get_user_by_username(db.session, values["actor"]) if values["actor"] else None
    return (
        AuditFilter(
            actor_id=(actor.id if actor else NO_ACTOR_ID) if values["actor"] else None,
            action=values["action"] or None,
            subject_type=subject[1] if subject else None,
            subject_id=int(subject[2]) if subject and subject[2] else None,
            **dates,
            before=parse_id(request.args.get("before", "")),
        ),
        errors,
    )
