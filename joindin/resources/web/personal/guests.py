"""Pages of a device without an account: its stars, its schedule at an event, and their deletion (site 2.6).

Only requests below ``/guest/`` have the device's cookie. The pages are private, and reading them changes nothing.
"""

from itertools import groupby, islice

from flask import redirect, request

from joindin.extensions import db
from joindin.http.guest_devices import current_device, forget_device
from joindin.operations.devices import delete_device
from joindin.queries.events import find_event_by_slug
from joindin.queries.own_feedback import (
    list_device_ratings,
    list_device_texts,
    list_talks_not_rated_from_device,
)
from joindin.queries.stars import list_talks_starred_from_device
from joindin.representations.links import event_path
from joindin.representations.programme.days import ends_at
from joindin.resources.web.personal.actions import read_page
from joindin.resources.web.personal.my_schedule import group_own_days
from joindin.resources.web.personal.pages import private_page
from joindin.resources.web.public.pages import blp, printable_or_not_found
from joindin.utils.datetimes import utc_now


@blp.get("/guest/")
def guest_page():
    device = current_device()
    talks = list_talks_starred_from_device(db.session, device.id) if device else []
    now = utc_now()
    coming = (talk for talk in talks if ends_at(talk) > now)
    by_event = groupby(sorted(talks, key=lambda talk: talk.event_id), key=lambda talk: talk.event)
    return private_page(
        "web/guest/overview.html",
        device=device,
        next_talks=list(islice(coming, 1)),
        unrated=list_talks_not_rated_from_device(db.session, device.id, now) if device else [],
        events=[(event, list(those)) for event, those in by_event],
        ratings=list_device_ratings(db.session, device.id) if device else [],
        texts=list_device_texts(db.session, device.id) if device else [],
    )


@blp.get("/guest/event/<slug>/")
def guest_event_page(slug):
    event, device = find_event_by_slug(db.session, printable_or_not_found(slug)), current_device()
    talks = list_talks_starred_from_device(db.session, device.id, event.id) if device else []
    return private_page(
        "web/guest/event.html",
        event=event,
        days=group_own_days(event, talks),
        is_starred="starred" in request.args,
        is_unstarred="unstarred" in request.args,
        back=read_page(event_path(event)),
    )


@blp.post("/guest/forget/")
def forget_device_action():
    if (device := current_device()) is not None:
        delete_device(db.session, device.id)
        forget_device()
        db.session.commit()
    return redirect("/guest/", 303)
