"""Secret addresses of own calendars: the pages on which users and devices make and revoke them (site 2.6, C9)."""

import datetime as dt

from flask import Response, redirect, request

from joindin.errors import InvalidInput
from joindin.extensions import db
from joindin.http.guest_devices import current_device, require_device
from joindin.http.pages.languages import gettext, set_page_language
from joindin.http.pages.qr_codes import qr_code_svg
from joindin.http.pages.repeated_forms import read_sent_form
from joindin.http.sessions import recent_sign_in_required, require_user
from joindin.models import Event
from joindin.models.personal.schedule_addresses import EVERYTHING
from joindin.operations.personal.schedule_addresses import (
    MAX_ADDRESSES,
    MAX_DEVICE_ADDRESSES,
    MAX_NAME_LENGTH,
    create_calendar_address,
    create_device_calendar_address,
    revoke_device_address,
    revoke_schedule_address,
)
from joindin.queries.events import find_event_by_slug
from joindin.queries.personal.schedule_addresses import list_own_event_choices, list_schedule_addresses
from joindin.resources.web.account.one_time_secret import pop_one_time_secret, store_one_time_secret
from joindin.resources.web.personal.pages import private_page
from joindin.resources.web.public.pages import blp, printable_or_not_found, website_links
from joindin.utils.datetimes import utc_now
from joindin.utils.text import parse_id, to_plain_line

PATH, GUEST_PATH = "/me/calendar/", "/guest/calendar/"
# The form offers events that ended lately.
RECENT = dt.timedelta(days=30)


@blp.route(PATH, methods=["GET", "POST"])
@recent_sign_in_required
def own_calendar_addresses_page():
    user = require_user()
    if request.method == "GET":
        return _page(PATH, MAX_ADDRESSES, user_id=user.id)
    if "revoke" in request.form:
        revoke_schedule_address(db.session, _read_revoked_id(), actor=user)
        return _redirect(f"{PATH}?revoked=1")
    event, contents, sent = _find_event(), request.form.get("scope", EVERYTHING), read_sent_form()
    if not sent.is_repeated:
        create_calendar_address(
            db.session,
            _read_name(event),
            contents,
            event and event.id,
            token=sent.secret,
            actor=user,
            now=utc_now(),
        )
    store_one_time_secret(PATH, sent.secret)
    return _redirect(PATH)


@blp.route(GUEST_PATH, methods=["GET", "POST"])
def device_calendar_addresses_page():
    device = current_device()
    if request.method == "GET":
        return _page(GUEST_PATH, MAX_DEVICE_ADDRESSES, device_id=device.id if device else None)
    if "revoke" in request.form:
        address_id = _read_revoked_id()
        if device is not None:
            revoke_device_address(db.session, address_id, device_id=device.id)
        return _redirect(f"{GUEST_PATH}?revoked=1")
    event, sent = _find_event(), read_sent_form()
    if not sent.is_repeated:
        create_device_calendar_address(
            db.session,
            _read_name(event),
            event and event.id,
            token=sent.secret,
            device_id=require_device().id,
            now=utc_now(),
        )
    store_one_time_secret(GUEST_PATH, sent.secret)
    return _redirect(GUEST_PATH)


def _page(path, limit, **owner) -> Response:
    has_owner = any(owner.values())
    addresses = list_schedule_addresses(db.session, **owner) if has_owner else []
    events = list_own_event_choices(db.session, utc_now() - RECENT, **owner) if has_owner else []
    chosen = _find_event()
    set_page_language()
    token = pop_one_time_secret(path)
    new = f"{website_links().website}/calendar/{token}.ics" if token else None
    response = private_page(
        "web/personal/calendar_addresses.html",
        path=path,
        is_guest=path == GUEST_PATH,
        addresses=addresses,
        is_full=len(addresses) >= limit,
        new=new,
        # Telephones subscribe to an address of this scheme.
        code=qr_code_svg(f"webcal://{new.partition('://')[2]}", is_secret=True) if new else None,
        is_revoked="revoked" in request.args,
        events={event.slug: event.name for event in ([chosen] if chosen else []) + list(events)},
        chosen=chosen,
        max_name_length=MAX_NAME_LENGTH,
        has_owner=has_owner,
    )
    response.cache_control.no_store = True
    return response


def _read_revoked_id() -> int:
    address_id = parse_id(request.form["revoke"])
    if address_id is None:
        raise InvalidInput("revoke must be the number of an address")
    return address_id


def _find_event() -> Event | None:
    """Return the event that the parameter ``event`` names; None without one. :raises NotFound: if it is not visible."""
    slug = request.values.get("event", "")
    return find_event_by_slug(db.session, printable_or_not_found(slug), options=()) if slug else None


def _read_name(event):
    set_page_language()
    default = event.name[:MAX_NAME_LENGTH] if event else gettext("My calendar")
    return to_plain_line(request.form.get("name", "")) or default


def _redirect(location):
    db.session.commit()
    return redirect(location, 303)
