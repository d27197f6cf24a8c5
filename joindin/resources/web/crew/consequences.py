"""Consequences that wait for a decision: working hours and qualifications (spec 18 and 24.3)."""

import json

from flask import Response, redirect, request

from joindin.errors import Conflict
from joindin.extensions import db
from joindin.http.pages.html_pages import flash_error, flash_success
from joindin.http.pages.languages import gettext, lazy_gettext
from joindin.http.sessions import require_user, sign_in_required
from joindin.models.crew import FAILED
from joindin.operations.crew.consequences import MSG_EXECUTED, confirm_consequence, deny_consequence
from joindin.queries.crew.consequences import (
    describe_consequences,
    find_decidable_consequence,
    list_decidable_consequences,
)
from joindin.queries.paging import Paging
from joindin.resources.web.crew.common import blp, crew_page
from joindin.resources.web.crew.paging import page_links, read_paging

PATH = "/consequences/"
DECISIONS = {"confirm": confirm_consequence, "deny": deny_consequence}
MSG_DONE = {"confirm": lazy_gettext("The request is confirmed."), "deny": lazy_gettext("The request is denied.")}
MSG_INVALID_ACTION = "The action must be confirm or deny."
MSG_FAILED = "The request cannot be granted, because it is incomplete."


@sign_in_required
def consequences_page():
    decidable, paging = list_decidable_consequences(db.session, require_user()), read_paging()
    return crew_page(
        "web/crew/consequences.html",
        consequences=describe_consequences(db.session, _slice(decidable, paging)),
        total=len(decidable),
        page_links=page_links(paging, len(decidable)),
    )


@blp.post(f"{PATH}<positive:consequence_id>/edit/")
@sign_in_required
def decide_consequence_action(consequence_id: int) -> Response:
    """Confirm or deny. The answer is JSON, as in ephios; the list of requests asks for the next page by ``next``."""
    find_decidable_consequence(db.session, require_user(), consequence_id)
    action = request.form.get("action", "")
    if action not in DECISIONS:
        return _answer(None, None, gettext(MSG_INVALID_ACTION), 400)
    try:
        consequence = DECISIONS[action](db.session, consequence_id, actor_id=require_user().id)
    except Conflict:
        db.session.rollback()
        consequence = find_decidable_consequence(db.session, require_user(), consequence_id)
        return _answer(action, consequence.state, gettext(MSG_EXECUTED), 200 if action == "confirm" else 400)
    state = consequence.state
    db.session.commit()
    return _answer(action, state, gettext(MSG_FAILED) if state == FAILED else None, 200)


def _answer(action, state, problem, status):
    if request.form.get("next") != PATH:
        body = json.dumps({"state": state, "fail_reason": problem}, ensure_ascii=False)
        return Response(body, status, mimetype="application/json")
    if problem:
        flash_error(problem)
    else:
        flash_success(str(MSG_DONE[action]))
    return redirect(PATH, 303)


def _slice(rows, paging: Paging):
    return rows[paging.offset : paging.offset + paging.limit]


blp.add_url_rule(PATH, view_func=consequences_page)
