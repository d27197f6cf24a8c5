"""Events for users of federation guests, and their sign-up (spec 13.5)."""

from urllib.parse import urlsplit

from flask import Response, redirect, request

from joindin.errors import Forbidden
from joindin.extensions import db
from joindin.models.crew import SHOWN_TO_EVERYONE
from joindin.queries.crew.participants import Participant
from joindin.queries.crew.qualifications import FEDERATED_USER
from joindin.queries.crew.shared_events import get_shared_event, get_shared_event_of_shift, list_guests_of_event
from joindin.queries.crew.viewers import CrewRights, CrewViewer
from joindin.resources.web.crew.common import blp, crew_page
from joindin.resources.web.crew.shift_cards import load_shift_cards
from joindin.resources.web.crew.signup_actions import SignupAddress, perform_signup, show_signup_form
from joindin.resources.web.federation.sign_in import (
    MSG_NO_GUEST,
    begin_sign_in,
    end_sign_in,
    federated_user,
    find_guest,
    shared_event_path,
)
from joindin.utils.datetimes import utc_now
from joindin.viewer import Viewer

# Sees who takes part in events of which everyone sees it.
EVERYONE = CrewViewer(0, CrewRights(views_events=True), Viewer(None), None, (0, 0, 0), 0)


@blp.get("/events/shared/<row_id:event_id>/<row_id:guest_id>/")
def show_shared_event(event_id: int, guest_id: int) -> Response:
    guest, user = find_guest(guest_id), federated_user(guest_id)
    if user is None:
        return begin_sign_in(guest_id, event_id)
    event = _require_shared(get_shared_event(db.session.connection(), event_id, guest_id))
    viewer = EVERYONE if event.participants_shown_to == SHOWN_TO_EVERYONE else None
    cards = load_shift_cards(db.session.connection(), event_id, Participant(FEDERATED_USER, user.id), viewer, utc_now())
    page = crew_page("web/federation/shared_event.html", event=event, cards=cards, guest=guest, user=user)
    page.cache_control.no_store = True
    return page


@blp.get("/events/shared/<row_id:event_id>/")
def show_shared_event_of_any_guest(event_id: int) -> Response:
    """Find the guest for a link of an older instance: the one that the browser comes from, or the only one.

    :raises Forbidden: if that is not clear.
    """
    guests = list_guests_of_event(db.session.connection(), event_id)
    origin = _read_referer_origin()
    coming_from = [guest for guest in guests if guest.url == origin]
    signed_in = [guest for guest in guests if federated_user(guest.id)]
    candidates = signed_in or coming_from or guests
    if len(candidates) != 1:
        raise Forbidden(MSG_NO_GUEST)
    return redirect(shared_event_path(event_id, candidates[0].id))


@blp.post("/events/shared/<row_id:event_id>/<row_id:guest_id>/sign-out/")
def leave_shared_event(event_id: int, guest_id: int) -> Response:
    guest_url = find_guest(guest_id).url
    end_sign_in()
    return redirect(f"{guest_url}/events/external/")


@blp.get("/shifts/shared/<row_id:shift_id>/<row_id:guest_id>/signup/")
def show_federated_signup(shift_id: int, guest_id: int) -> Response:
    if federated_user(guest_id) is None:
        return _sign_in_for_shift(shift_id, guest_id)
    return show_signup_form(_find_address(shift_id, guest_id))


@blp.post("/shifts/shared/<row_id:shift_id>/<row_id:guest_id>/signup/")
def sign_up_federated(shift_id: int, guest_id: int) -> Response:
    if federated_user(guest_id) is None:
        return _sign_in_for_shift(shift_id, guest_id)
    return perform_signup(_find_address(shift_id, guest_id))


def federated_signup_path(shift_id: int, guest_id: int) -> str:
    return f"/shifts/shared/{shift_id}/{guest_id}/signup/"


def _read_referer_origin():
    try:
        parts = urlsplit(request.headers.get("Referer", ""))
    except ValueError:
        return None
    return f"{parts.scheme}://{parts.netloc}"


def _find_address(shift_id, guest_id):
    event = _require_shared(get_shared_event_of_shift(db.session.connection(), shift_id, guest_id))
    return SignupAddress(
        Participant(FEDERATED_USER, federated_user(guest_id).id),
        shift_id,
        federated_signup_path(shift_id, guest_id),
        shared_event_path(event.id, guest_id),
    )


def _sign_in_for_shift(shift_id, guest_id):
    event = get_shared_event_of_shift(db.session.connection(), shift_id, guest_id)
    if event is None:
        raise Forbidden(MSG_NO_GUEST)
    return redirect(shared_event_path(event.id, guest_id))


def _require_shared(event):
    """Return the event; end the session of a user who asks for another one (spec 24.1).

    :raises Forbidden:
    """
    if event is None:
        end_sign_in()
        raise Forbidden(MSG_NO_GUEST)
    return event
