"""Page of a user's open claims: assignments by hosts to accept or decline, and own claims that wait for a host."""

from flask import Response, redirect, request

from joindin.errors import Conflict, InvalidInput, NotFound
from joindin.extensions import db
from joindin.http.pages.html_pages import flash_error, flash_success, render_page
from joindin.http.pages.languages import gettext, translate_error
from joindin.http.sessions import require_user, sign_in_required
from joindin.operations.claims import accept_assignment, decline_assignment
from joindin.queries.claims import list_claims_of_user
from joindin.resources.web.account.common import blp
from joindin.utils.datetimes import utc_now

PAGE_PATH = "/accounts/claims/"


@blp.get(PAGE_PATH)
@sign_in_required
def own_claims_page():
    claims = list_claims_of_user(db.session, require_user().id)
    return render_page(
        "web/account/claims.html",
        assignments=[claim for claim in claims if claim.user_approved_at is None],
        claims=[claim for claim in claims if claim.user_approved_at is not None],
    )


@blp.post("/accounts/claims/<row_id:claim_id>/")
@sign_in_required
def decide_assignment_action(claim_id):
    return decide_assignment(claim_id, request.form.get("decision", ""))


def decide_assignment(claim_id: int, decision: str) -> Response:
    """Accept or decline the assignment to the signed-in user, and redirect to the page with the others."""
    user = require_user()
    try:
        if decision == "accept":
            accept_assignment(db.session, claim_id, user=user, now=utc_now())
        elif decision == "decline":
            decline_assignment(db.session, claim_id, user=user)
        else:
            raise InvalidInput("Choose to accept or to decline")
    except (Conflict, InvalidInput, NotFound) as error:
        db.session.rollback()
        flash_error(f"{translate_error(error)}.")
    else:
        db.session.commit()
        flash_success(
            gettext("You are a speaker of the talk now.")
            if decision == "accept"
            else gettext("The assignment is declined.")
        )
    return redirect(PAGE_PATH, 303)
