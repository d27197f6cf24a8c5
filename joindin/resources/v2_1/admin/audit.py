"""The audit log. Not in the original."""

import re

from flask import request
from flask.views import MethodView
from flask_smorest import Blueprint

from joindin.errors import Forbidden, InvalidInput
from joindin.extensions import db
from joindin.permissions import can_read_audit_log
from joindin.queries.accounts.granted_permissions import load_permissions
from joindin.queries.accounts.users import get_user_by_username
from joindin.queries.audit import MAX_PAGE_SIZE, AuditFilter, list_audit_entries
from joindin.queries.paging import PAGE_SIZE
from joindin.representations.v2_1.audit import AuditPageSchema, represent_audit_entry
from joindin.resources.v2_1.authentication import base_url, links, require_user
from joindin.resources.v2_1.openapi import accepts_query, fails_with, returns
from joindin.resources.v2_1.request_params import build_query, get_query_params
from joindin.resources.v2_1.responses import object_response
from joindin.utils.datetimes import parse_date, utc_now

blp = Blueprint("audit", __name__, url_prefix="/v2.1", description="Who did what to what")

TO_READ = "You must be logged in to read the audit log"
NOT_TO_READ = "You do not have permission to read the audit log"
NO_SUBJECT = "The subject must be a kind, or a kind and an id such as user:7"
NO_DATE = "The parameters 'since' and 'until' must be dates"
NO_NUMBER = "The parameters 'before' and 'resultsperpage' must be numbers"

# Nobody has done anything yet, for a filter by a name that is nobody's.
NOBODY = 0


@blp.route("/audit")
class AuditLog(MethodView):
    @returns(AuditPageSchema)
    @accepts_query("actor", "action", "subject", "since", "until", "before", "resultsperpage")
    @fails_with({400: (NO_SUBJECT, NO_DATE, NO_NUMBER), 401: TO_READ, 403: NOT_TO_READ})
    def get(self):
        """List what was done by privilege, newest first.

        At most 100 at a time; ``next_page`` leads to older ones.
        """
        if not can_read_audit_log(load_permissions(db.session, require_user(TO_READ))):
            raise Forbidden(NOT_TO_READ)
        given = get_query_params()
        size = min(_read_number(given, "resultsperpage") or PAGE_SIZE, MAX_PAGE_SIZE)
        found = list_audit_entries(db.session, _read_filter(given), size)
        meta = {"count": len(found.entries), "this_page": _address(given, resultsperpage=size)}
        if found.next_before is not None:
            meta["next_page"] = _address(given, before=found.next_before, resultsperpage=size)
        return object_response(
            {"entries": [represent_audit_entry(each, links()) for each in found.entries], "meta": meta}
        )


def _read_filter(given):
    kind, id_ = _read_subject(given.text("subject"))
    return AuditFilter(
        actor_id=_read_actor(given.text("actor")),
        action=given.text("action") or None,
        subject_type=kind,
        subject_id=id_,
        since=_read_date(given.text("since")),
        until=_read_date(given.text("until")),
        before=_read_number(given, "before"),
    )


def _read_actor(name):
    if not name:
        return None
    user = get_user_by_username(db.session, name)
    return user.id if user else NOBODY


def _read_subject(text):
    if not text:
        return None, None
    parts = re.fullmatch(r"([a-z_]{1,20})(?::(\d{1,9}))?", text, re.ASCII)
    if parts is None:
        raise InvalidInput(NO_SUBJECT)
    return parts[1], int(parts[2]) if parts[2] else None


def _read_date(text):
    if not text:
        return None
    at = parse_date(text, None, utc_now())
    if at is None:
        raise InvalidInput(NO_DATE)
    return at


def _read_number(given, name):
    text = given.text(name)
    if not text:
        return None
    if not re.fullmatch(r"\d{1,9}", text, re.ASCII) or not int(text):
        raise InvalidInput(NO_NUMBER)
    return int(text)


def _address(given, **changes):
    return f"{base_url()}{request.path}?{build_query({**given, **changes})}"
