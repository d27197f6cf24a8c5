"""Pages on which people claim to be a speaker of a talk, withdraw the claim, and unlink themselves."""

from flask import redirect, request

from joindin.errors import Conflict, Forbidden, InvalidInput, NotFound, Unauthenticated, Unprocessable
from joindin.extensions import db
from joindin.http.error_dispatch import STATUSES, status_of
from joindin.http.pages.html_pages import flash_success, render_page
from joindin.http.pages.languages import gettext, set_page_language
from joindin.http.pages.repeated_forms import is_repeated_form
from joindin.http.sessions import require_user, sign_in_required
from joindin.operations.claims import claim_talk, withdraw_claim
from joindin.operations.speakers import unlink_speaker
from joindin.operations.talks import lock_talk
from joindin.permissions import can_manage_talk
from joindin.queries.claims import list_own_claims_on_talk
from joindin.queries.viewer_relations import load_viewer_for_talk_editing
from joindin.representations.links import talk_path
from joindin.resources.web.feedback.common import read_note
from joindin.resources.web.feedback.talk_access import with_talk
from joindin.resources.web.public.event_frame import load_event_frame
from joindin.resources.web.public.pages import blp
from joindin.utils.datetimes import utc_now

CLAIM_ERRORS = (Conflict, InvalidInput, NotFound, Unauthenticated, Unprocessable)


@blp.get("/event/<slug>/<talk_slug>/claim")
@blp.get("/talk/<stub>/claim")
@sign_in_required
@with_talk
def claim_page(event, talk):
    set_page_language()
    return _claim_page(event, talk)


def _claim_page(event, talk, status=200, problem=None):
    user = require_user()
    return render_page(
        "web/feedback/claim.html",
        status,
        problem=problem,
        typed=request.form,
        event=event,
        talk=talk,
        frame=load_event_frame(event, None),
        names=[speaker.name for speaker in talk.speakers if speaker.user_id is None],
        claims=list_own_claims_on_talk(db.session, talk.id, user.id),
    )


@blp.post("/event/<slug>/<talk_slug>/claim")
@blp.post("/talk/<stub>/claim")
@sign_in_required
@with_talk
def claim_action(event, talk):
    set_page_language()
    user, path = require_user(), talk_path(event, talk)
    if is_repeated_form():
        return redirect(path, 303)
    try:
        if request.form.get("withdraw"):
            withdraw_claim(db.session, talk.id, user_id=user.id)
            message = gettext("Your claim is withdrawn.")
        else:
            claim_talk(
                db.session,
                talk.id,
                speaker_name=request.form.get("speaker", "")[:200],
                username=user.username,
                caller=user,
                is_host_or_admin=False,
                note=read_note(),
                now=utc_now(),
            )
            message = gettext("The hosts of the event are asked to confirm that you are this speaker.")
        db.session.commit()
    except CLAIM_ERRORS as error:
        db.session.rollback()
        return _claim_page(event, talk, status_of(error, STATUSES), gettext(str(error)))
    flash_success(message)
    return redirect(path, 303)


@blp.route("/event/<slug>/<talk_slug>/speakers/<row_id:speaker_id>/unlink", methods=["GET", "POST"])
@blp.route("/talk/<stub>/speakers/<row_id:speaker_id>/unlink", methods=["GET", "POST"])
@sign_in_required
@with_talk
def unlink_page(event, talk, speaker_id):
    """Remove the account from a speaker's name: the speaker before the talk begins, hosts always. The name stays."""
    set_page_language()
    speaker = next((each for each in talk.speakers if each.id == speaker_id and each.user_id is not None), None)
    if speaker is None:
        raise NotFound("Speaker not found")
    user = require_user()
    viewer = load_viewer_for_talk_editing(db.session, user, [talk])
    if not can_manage_talk(viewer, talk) and (speaker.user_id != user.id or talk.starts_at <= utc_now()):
        raise Forbidden("Speakers can unlink themselves until the talk begins; after that, ask the hosts of the event")
    if request.method == "GET":
        frame = load_event_frame(event, None)
        return render_page("web/feedback/unlink.html", event=event, talk=talk, speaker=speaker, frame=frame)
    user_id, path = speaker.user_id, talk_path(event, talk)
    unlink_speaker(db.session, lock_talk(db.session, talk.id), user_id)
    db.session.commit()
    flash_success(gettext("The account is removed from the talk. The name stays."))
    return redirect(path, 303)
