"""Stars on talks, for users and for devices without an account (site 2.8, C4)."""

from collections.abc import Iterable
from types import SimpleNamespace
from urllib.parse import quote

from flask import request

from joindin.errors import NotFound, RateLimited
from joindin.extensions import db, writer
from joindin.http.guest_devices import current_device, require_device
from joindin.http.request_identity import get_caller
from joindin.http.sessions import require_user, session_user, sign_in_required
from joindin.operations.rate_limits import DEVICE_STARS, consume_attempt
from joindin.operations.stars import star_from_device, star_talk, unstar_from_device, unstar_talk
from joindin.queries.stars import find_talk_to_star
from joindin.queries.viewer_relations import load_viewer_for_talks
from joindin.representations.links import event_path
from joindin.resources.web.personal.actions import action_response, read_page, read_switch
from joindin.resources.web.public.pages import blp, printable_or_not_found
from joindin.utils.datetimes import utc_now

MSG_STARRED, MSG_NOT_STARRED = "The talk has your star", "The talk has no star of yours"


def load_starred_ids(talk_ids: Iterable[int]) -> frozenset[int]:
    """Return which of the talks the signed-in user has starred, for ``star_button``; none for visitors, without a statement."""
    if session_user() is None:
        return frozenset()
    return load_viewer_for_talks(db.session, get_caller().user, list(talk_ids)).starred


@blp.post("/me/stars/")
@sign_in_required
def star_action():
    talk, is_on, user = _requested_talk(), read_switch("on", True), require_user()
    if is_on:
        if not star_talk(writer(), talk.id, user.id):
            raise NotFound("Talk not found")
    else:
        unstar_talk(writer(), talk.id, user.id)
    page = read_page(event_path(SimpleNamespace(id=talk.event_id, slug=talk.slug))).partition("#")[0]
    return action_response(f"{page}#s-{talk.stub}", is_on, MSG_STARRED if is_on else MSG_NOT_STARRED)


@blp.post("/guest/stars/")
def star_from_device_action():
    talk, is_on = _requested_talk(), read_switch("on", True)
    if is_on:
        device = require_device()
        _count_star(device)
        star_from_device(db.session, talk.id, device.id, now=utc_now())
    elif (device := current_device()) is not None:
        unstar_from_device(db.session, talk.id, device.id)
    db.session.commit()
    shown = f"/guest/event/{talk.slug}/?{'starred' if is_on else 'unstarred'}={talk.stub}"
    if page := read_page(""):
        shown += f"&page={quote(page, safe='/')}"
    return action_response(shown, is_on, MSG_STARRED if is_on else MSG_NOT_STARRED)


def _requested_talk():
    return find_talk_to_star(db.session, printable_or_not_found(request.form.get("talk", "")))


def _count_star(device):
    try:
        consume_attempt(db.session, DEVICE_STARS, device.id, now=utc_now())
    except RateLimited:
        # A refused attempt stays counted.
        db.session.commit()
        raise
