"""Calendar and export of a person's shifts at secret addresses, and the page that makes these addresses (spec 19)."""

import orjson
from flask import Response, redirect, request

from joindin.errors import NotFound
from joindin.extensions import db, reader
from joindin.http.conditional import PRIVATE
from joindin.http.feeds.identity import with_identity
from joindin.http.feeds.responses import file_response
from joindin.http.pages.html_pages import flash_success
from joindin.http.pages.languages import gettext
from joindin.http.pages.repeated_forms import read_sent_form
from joindin.http.sessions import recent_sign_in_required, require_user
from joindin.models.crew import CONFIRMED, REQUESTED, RESPONSIBLE_REJECTED
from joindin.operations.crew.secret_addresses import (
    CALENDAR,
    SHIFTS_EXPORT,
    create_secret_address,
    delete_secret_address,
)
from joindin.queries.crew import calendars
from joindin.queries.personal.calendars import list_calendar_talks
from joindin.queries.programme.calendar_talks import list_departed_talks_of_reader
from joindin.representations.ephios.shifts_export import represent_exported_shift
from joindin.representations.feeds import crew_calendar
from joindin.representations.feeds.icalendar import CONTENT_TYPE
from joindin.representations.feeds.talk_entries import without_old_cancelled
from joindin.resources.web.account.one_time_secret import pop_one_time_secret, store_one_time_secret
from joindin.resources.web.crew.common import blp, crew_links, crew_page
from joindin.resources.web.public.feeds import RETENTION
from joindin.resources.web.public.pages import website_links
from joindin.security.tokens import hash_token
from joindin.utils.datetimes import midnight, utc_now

PAGE_PATH = "/settings/calendar/"
# The address is secret: search engines do not list it.
SECRET_HEADERS = [("X-Robots-Tag", "noindex"), ("Cache-Control", PRIVATE)]
INVALID_KEY = {"error": "Missing or invalid key"}
MSG_NO_CALENDAR = "Page not found"


def calendar_feed(token):
    """Show the confirmed shifts of the owner; ``requested``, ``rejected``, ``talks`` and ``starred`` add more."""
    connection = reader()
    owner_id = calendars.find_calendar_owner_id(connection, hash_token(token))
    if owner_id is None:
        raise NotFound(MSG_NO_CALENDAR)
    states = [CONFIRMED]
    states += [REQUESTED] if _is_asked_for("requested") else []
    states += [RESPONSIBLE_REJECTED] if _is_asked_for("rejected") else []
    shifts = calendars.list_calendar_shifts(connection, owner_id, states)
    of_owner = {
        "speaker_id": owner_id if _is_asked_for("talks") else None,
        "starrer_id": owner_id if _is_asked_for("starred") else None,
    }
    since = midnight(utc_now()) - RETENTION
    talks = without_old_cancelled(list_calendar_talks(connection, **of_owner), since)
    departed = list_departed_talks_of_reader(connection, since, **of_owner)
    organizers = calendars.load_organizers(connection, {shift.event_id for shift in shifts})
    links, site = crew_links(), with_identity(website_links())
    text = crew_calendar.represent_calendar(gettext("My shifts"), shifts, organizers, talks, departed, links, site)
    headers = [*SECRET_HEADERS, ("Content-Disposition", 'attachment; filename="events.ics"')]
    # Without a time of the last change: a shift that is taken back, or a removed star, would not move it.
    return file_response(text.encode(), CONTENT_TYPE, headers)


def shifts_json_export():
    """Return the owner's confirmed shifts as Engelsystem does."""
    connection = reader()
    owner_id = calendars.find_export_owner_id(connection, hash_token(request.args.get("key", "")))
    if owner_id is None:
        return Response(orjson.dumps(INVALID_KEY), 401, headers=SECRET_HEADERS, content_type="application/json")
    shifts = calendars.list_calendar_shifts(connection, owner_id, [CONFIRMED])
    talks = calendars.load_talks_of_shifts(connection, [shift.id for shift in shifts])
    comments = calendars.load_own_comments(connection, [shift.participation_id for shift in shifts])
    links = crew_links()
    body = [
        represent_exported_shift(shift, talks.get(shift.id, ()), comments.get(shift.participation_id, ()), links)
        for shift in reversed(shifts)
    ]
    return file_response(orjson.dumps(body), "application/json", SECRET_HEADERS)


@recent_sign_in_required
def calendar_settings_page():
    user = require_user()
    if request.method == "POST":
        _change_address(user)
        return redirect(PAGE_PATH)
    response = crew_page(
        "web/crew/calendar_settings.html",
        existing=calendars.load_secret_addresses(reader(), user.id),
        new=_pop_new_address(),
        kinds=(CALENDAR, SHIFTS_EXPORT),
    )
    response.cache_control.no_store = True
    return response


def _change_address(user):
    kind = request.form.get("kind")
    if kind not in (CALENDAR, SHIFTS_EXPORT):
        raise NotFound(MSG_NO_CALENDAR)
    if request.form.get("action") == "delete":
        delete_secret_address(db.session, kind, actor=user)
        db.session.commit()
        flash_success(gettext("The address does not work any more."))
        return
    sent = read_sent_form()
    if not sent.is_repeated:
        create_secret_address(db.session, kind, token=sent.secret, actor=user)
    db.session.commit()
    store_one_time_secret(PAGE_PATH, f"{kind} {sent.secret}")


def _pop_new_address():
    """Return the kind and the address that was made a moment ago, or None."""
    secret = pop_one_time_secret(PAGE_PATH)
    if secret is None:
        return None
    kind, _, token = secret.partition(" ")
    links = crew_links()
    return kind, links.calendar(token) if kind == CALENDAR else links.shifts_export(token)


def _is_asked_for(name):
    return request.args.get(name, "0") not in ("", "0")


blp.add_url_rule("/calendar/<token>/", view_func=calendar_feed)
blp.add_url_rule("/shifts-json-export", "shifts_json_export", shifts_json_export)
blp.add_url_rule(PAGE_PATH, view_func=calendar_settings_page, methods=["GET", "POST"])
