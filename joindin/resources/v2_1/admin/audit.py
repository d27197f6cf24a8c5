"""The audit log. An extension of the original."""

import re

from flask import request
from flask.views import MethodView
from flask_smorest import Blueprint

from joindin.errors import InvalidInput
from joindin.extensions import db
from joindin.permissions import can_read_audit_log
from joindin.queries.accounts.users import get_user_by_username
from joindin.queries.audit import MAX_PAGE_SIZE, AuditFilter, list_audit_entries
from joindin.queries.paging import PAGE_SIZE
from joindin.representations.v2_1.audit import AuditPageSchema, represent_audit_entry
from joindin.resources.v2_1.authorization import requires
from joindin.resources.v2_1.links import base_url, links
from joindin.resources.v2_1.openapi import accepts_query, fails_with, returns
from joindin.resources.v2_1.request_params import build_query, get_query_params
from joindin.resources.v2_1.responses import object_response
from joindin.utils.date_texts import DATE_FORMS, parse_date
from joindin.utils.datetimes import utc_now

blp = Blueprint("audit", __name__, url_prefix="/v2.1", description="Log of privileged actions")

MSG_LOGIN_REQUIRED = "You must be logged in to read the audit log"
MSG_FORBIDDEN = "You do not have permission to read the audit log"
MSG_INVALID_SUBJECT = "The subject must be a kind, or a kind and an id such as user:7"
MSG_INVALID_DATE = f"The parameters 'since' and 'until' must be dates such as {DATE_FORMS}"
MSG_INVALID_NUMBER = "The parameters 'before' and 'resultsperpage' must be numbers"

# Filters by an unknown username: no user has this id.
NO_USER_ID = 0


@blp.route("/audit")
class AuditLog(MethodView):
    @requires(can_read_audit_log, login_message=MSG_LOGIN_REQUIRED, refusal=MSG_FORBIDDEN)
    @returns(AuditPageSchema)
    @accepts_query("actor", "action", "subject", "since", "until", "before", "entries")
    @fails_with({400: (MSG_INVALID_SUBJECT, MSG_INVALID_DATE, MSG_INVALID_NUMBER)})
    def get(self, viewer):
        """List privileged actions, newest first.

        A page has at most 100 entries; ``next_page`` leads to older ones.
        """
        params = get_query_params()
        size = min(_parse_number(params, "resultsperpage") or PAGE_SIZE, MAX_PAGE_SIZE)
        page = list_audit_entries(db.session, _parse_filter(params), size)
        meta = {"count": len(page.entries), "this_page": _page_url(params, resultsperpage=size)}
        if page.next_before is not None:
            meta["next_page"] = _page_url(params, before=page.next_before, resultsperpage=size)
        return object_response(
            {"entries": [represent_audit_entry(entry, links()) for entry in page.entries], "meta": meta}
        )


def _parse_filter(params):
    subject_type, subject_id = _parse_subject(params.text("subject"))
    return AuditFilter(
        actor_id=_find_actor_id(params.text("actor")),
        action=params.text("action") or None,
        subject_type=subject_type,
        subject_id=subject_id,
        since=_parse_date(params.text("since")),
        until=_parse_date(params.text("until")),
        before=_parse_number(params, "before"),
    )


def _find_actor_id(username):
    if not username:
        return None
    user = get_user_by_username(db.session, username)
    return user.id if user else NO_USER_ID


def _parse_subject(text):
    if not text:
        return None, None
    match = re.fullmatch(r"([a-z_]{1,20})(?::(\d{1,9}))?", text, re.ASCII)
    if match is None:
        raise InvalidInput(MSG_INVALID_SUBJECT)
    return match[1], int(match[2]) if match[2] else None


def _parse_date(text):
    if not text:
        return None
    date = parse_date(text, None, utc_now())
    if date is None:
        raise InvalidInput(MSG_INVALID_DATE)
    return date


def _parse_number(params, name):
    text = params.text(name)
    if not text:
        return None
    if not re.fullmatch(r"\d{1,9}", text, re.ASCII) or not int(text):
        raise InvalidInput(MSG_INVALID_NUMBER)
    return int(text)


def _page_url(params, **changes):
    return f"{base_url()}{request.path}?{build_query({**params, **changes})}"
