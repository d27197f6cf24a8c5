"""Feedback on a talk from a device without an account: sent here, and shown, changed and taken back here."""

import hmac
from functools import partial

from flask import current_app, redirect, request

from joindin.errors import Forbidden, InvalidInput
from joindin.extensions import db, reader, writer
from joindin.http.guest_devices import current_device, require_device
from joindin.http.pages.html_pages import render_page
from joindin.http.pages.languages import gettext, set_page_language
from joindin.http.sessions import session_user
from joindin.operations.feedback.guest_texts import (
    MAX_GUEST_TEXT_LENGTH,
    delete_guest_text,
    get_guest_text,
    write_guest_text,
)
from joindin.operations.feedback.limits import GUEST_DEVICE, GUEST_TEXTS, guest_network_limit, is_on_days_of_event
from joindin.operations.feedback.talk_ratings import (
    MSG_OWN_TALK,
    Rater,
    delete_rating,
    get_rating,
    is_repeated_feedback,
    rate_talk,
)
from joindin.operations.feedback.windows import check_feedback_open, check_guest_access, feedback_window
from joindin.operations.rate_limits import client_network, count_attempt
from joindin.operations.request_counts import count_request
from joindin.queries.feedback.rated_talks import count_seats_of_rooms
from joindin.queries.talks import is_speaker
from joindin.queries.web.talk_neighbours import find_next_in_room
from joindin.resources.web.feedback.common import (
    HONEYPOT_FIELD,
    MSG_SPAM,
    REFUSALS,
    SOURCE,
    delayed_since,
    find_rated_talk,
    idempotency_key,
    is_from_program,
    parse_ratings,
    parse_text,
    refusal_page,
    scale_words,
    sender_origin,
    written_at,
)
from joindin.resources.web.feedback.rate import has_room_key, room_of
from joindin.resources.web.public.pages import blp
from joindin.utils.akismet import is_spam
from joindin.utils.datetimes import utc_now

EVERYONE_LEVEL = "everyone"


@blp.get("/guest/feedback/<stub>/")
def guest_feedback_page(stub):
    """Show what this device has sent about the talk."""
    return _page(find_rated_talk(stub))


@blp.post("/guest/feedback/<stub>/")
def send_guest_feedback_action(stub):
    set_page_language()
    rated = find_rated_talk(stub)
    if is_from_program():
        return _redirect(rated)
    try:
        _store_feedback(rated)
    except REFUSALS as error:
        db.session.rollback()
        return refusal_page(error, partial(_page, rated))
    return _redirect(rated)


def _store_feedback(rated):
    is_on_site = has_room_key(room_of(rated.talk), request.form.get("k", ""))
    window = feedback_window(rated.event, rated.talk, rated.settings, now=utc_now(), written_at=written_at())
    check_feedback_open(window)
    check_guest_access(rated.settings, has_room_code=is_on_site)
    _check_is_no_speaker(rated.talk)
    feedback = _read_fields(rated)
    network = None if is_on_site else _hash_network()
    _count(rated, network, has_text=bool(feedback["text"]))
    if feedback["text"] and is_spam(current_app.config, feedback["text"], sender_origin()):
        raise InvalidInput(str(MSG_SPAM))
    is_new = current_device() is None
    device, now = require_device(), utc_now()
    rater = Rater(device_id=device.id)
    if is_repeated_feedback(db.session, rated.talk.id, rater, idempotency_key(), now=now):
        return
    if feedback["rating"] is not None:
        rate_talk(
            db.session,
            rated.talk.id,
            rater,
            rating=feedback["rating"],
            rating_2=feedback["rating_2"],
            is_on_site=is_on_site,
            network=None if is_on_days_of_event(rated.event, now) else network,
            written_at=delayed_since(),
            now=now,
        )
    if feedback["text"]:
        _write_text(rated, device, feedback, now)
    if request.form.get("take_back"):
        delete_rating(db.session, rated.talk.id, rater, written_at=delayed_since())
    if request.form.get("delete_text"):
        delete_guest_text(db.session, rated.talk.id, device_id=device.id)
    if is_new:
        count_attempt(db.session, _device_limit(bool(feedback["text"])), [device.id], now=now)
    db.session.commit()


def _check_is_no_speaker(talk):
    """:raises Forbidden: if the browser is that of a claimed speaker of the talk, who is signed in there."""
    user = session_user()
    if user is not None and is_speaker(db.session, talk.id, user.id):
        raise Forbidden(MSG_OWN_TALK)


def _read_fields(rated):
    """Return the fields. :raises InvalidInput: if one is wrong, or nothing was sent."""
    fields = request.form
    rating, rating_2 = parse_ratings(fields, rated.settings)
    parts = [parse_text(fields, name, MAX_GUEST_TEXT_LENGTH) for name in ("text", "good", "next")]
    text = "\n\n".join(
        f"{label} {part}" if label else part
        for label, part in zip(("", gettext("Good:"), gettext("Next time:")), parts)
        if part
    )
    if len(text) > MAX_GUEST_TEXT_LENGTH:
        raise InvalidInput(gettext("The text is too long: at most %(number)d characters", number=MAX_GUEST_TEXT_LENGTH))
    if rating is None and not text and not (fields.get("take_back") or fields.get("delete_text")):
        raise InvalidInput(gettext("Choose a rating, or write a text"))
    level = fields.get("level", "")
    is_public = level == EVERYONE_LEVEL and rated.settings.is_public_guest_text_allowed
    return {
        "rating": rating,
        "rating_2": rating_2,
        "text": text,
        "is_public": is_public,
    }


def _write_text(rated, device, feedback, now):
    write_guest_text(
        db.session,
        rated.talk.id,
        device_id=device.id,
        text=feedback["text"],
        is_public=feedback["is_public"],
        source=SOURCE,
        now=now,
    )


def _hash_network():
    """Return a hash of the sender's network. It is salted by day, so that what is stored does not name an address."""
    network = client_network(request.remote_addr)
    text = f"guest\n{utc_now().date()}\n{network}"
    return hmac.digest(current_app.secret_key.encode(), text.encode(), "sha256").hex()


def _count(rated, network, *, has_text):
    """Count the request of the known device, and that of its network unless it has the key of the room (``network`` is None).

    :raises RateLimited: if a limit is reached.
    """
    now, device = utc_now(), current_device()
    counters = [] if device is None else [(_device_limit(has_text), device.id)]
    if network is not None:
        counters.append((guest_network_limit(rated.event, _count_seats(rated, now), now=now), network))
    if counters:
        count_request(writer(), counters, now=now)


def _device_limit(has_text):
    return GUEST_TEXTS if has_text else GUEST_DEVICE


def _count_seats(rated, now):
    """Return how many people the event has room for today, as far as its hosts say it."""
    if not is_on_days_of_event(rated.event, now):
        return 0
    return rated.settings.capacity or count_seats_of_rooms(reader(), rated.event.id)


def _page(rated, status=200, problem=None):
    set_page_language()
    device = current_device()
    rating = device and get_rating(db.session, rated.talk.id, Rater(device_id=device.id))
    window = feedback_window(rated.event, rated.talk, rated.settings, now=utc_now())
    response = render_page(
        "web/feedback/guest.html",
        status,
        talk=rated.talk,
        event=rated.event,
        settings=rated.settings,
        window=window,
        words=scale_words(rated.settings),
        rating=rating,
        text=device and get_guest_text(db.session, rated.talk.id, device.id),
        problem=problem,
        next_talk=find_next_in_room(db.session.connection(), rated.talk),
        typed=request.form if status != 200 else {},
        key=request.values.get("k", "")[:16],
        honeypot=HONEYPOT_FIELD,
    )
    response.cache_control.no_store = True
    return response


def _redirect(rated):
    return redirect(f"/guest/feedback/{rated.talk.stub}/", 303)
