"""The page of the claims of speakers at an event, which its hosts approve or reject."""

from flask import request

from joindin.errors import InvalidInput
from joindin.extensions import db
from joindin.http.pages.languages import gettext
from joindin.http.sessions import require_user
from joindin.operations.claims import approve_claim, reject_claim_by_id
from joindin.queries.organiser.history import list_claim_history
from joindin.queries.organiser.moderation import (
    find_claim_of_event,
    list_claims_of_event,
    list_ids_of_claims,
    list_other_talks,
)
from joindin.resources.web.feedback.common import read_note
from joindin.resources.web.organiser.common import (
    Item,
    blp,
    organiser_page,
    page_links,
    perform,
    read_paging,
    redirect_to_next,
    with_managed_event,
)
from joindin.utils.datetimes import utc_now

MESSAGES = {"approve": "The claim is approved.", "reject": "The claim is rejected."}


@blp.get("/event/<slug>/manage/claims/")
@with_managed_event
def claims_page(event):
    page = list_claims_of_event(db.session, event.id, read_paging())
    other_talks = list_other_talks(db.session, {claim.user_id for claim in page.items})
    return organiser_page(
        "claims.html",
        event,
        claims=page.items,
        other_talks=other_talks,
        page_links=page_links(page),
        history=list_claim_history(db.session, event.id),
    )


@blp.post("/event/<slug>/manage/claims/<row_id:claim_id>/")
@with_managed_event
def decide_claim_action(event, claim_id):
    decision = request.form.get("decision", "")

    def operation():
        note = read_note()
        claim = find_claim_of_event(db.session, event.id, claim_id)
        if decision == "approve":
            approve_claim(db.session, claim.id, actor=require_user(), note=note, now=utc_now())
        elif decision == "reject":
            reject_claim_by_id(db.session, claim.id, actor=require_user(), note=note)
        else:
            raise InvalidInput("Choose one of the buttons.")

    perform(operation, gettext(MESSAGES.get(decision, "")))
    items = [Item("claim", id_) for id_ in list_ids_of_claims(db.session, event.id)]
    return redirect_to_next(event, "claims/", "claims", items, Item("claim", claim_id))
