"""Pages of the rooms of an event: the list with the form of a new one, and changing one."""

from flask import redirect
from wtforms import TextAreaField
from wtforms.validators import Optional

from joindin.db.locking import lock_row
from joindin.errors import Conflict
from joindin.extensions import db
from joindin.http.pages.forms import Form, PlainTextField
from joindin.http.pages.html_pages import flash_success
from joindin.http.pages.languages import gettext, lazy_gettext
from joindin.models import Room
from joindin.operations.organiser.rooms import edit_room
from joindin.operations.rooms import add_room
from joindin.queries.organiser.programme import count_talks_by_room, find_event_room, list_event_rooms
from joindin.resources.web.organiser.common import blp, manage_path, organiser_page, with_managed_event
from joindin.resources.web.organiser.conflicts import VersionedForm, find_changed_values, fingerprint
from joindin.resources.web.organiser.fields import WebAddressField, WholeNumberField, clean_text, limited, needed

MAX_CAPACITY = 1_000_000
FIELDS = ("name", "capacity", "floor", "description", "access_notes", "stream_url")


class RoomForm(VersionedForm, Form):
    name = PlainTextField(lazy_gettext("Name"), [needed(lazy_gettext("Enter a name.")), limited(200)])
    capacity = WholeNumberField(lazy_gettext("Seats"), [Optional()], maximum=MAX_CAPACITY)
    floor = PlainTextField(lazy_gettext("Floor or building"), [limited(100)])
    description = TextAreaField(
        lazy_gettext("How to find it"), [limited(5_000)], filters=[clean_text], render_kw={"rows": 3}
    )
    access_notes = TextAreaField(
        lazy_gettext("Access"),
        [limited(5_000)],
        description=lazy_gettext("For example step-free, or with a hearing loop."),
        filters=[clean_text],
        render_kw={"rows": 3},
    )
    stream_url = WebAddressField(lazy_gettext("Web address of the stream"))

    @property
    def fields(self):
        return {name: self[name].data for name in FIELDS}


@blp.route("/event/<slug>/manage/rooms/", methods=["GET", "POST"])
@with_managed_event
def rooms_page(event):
    form = RoomForm()
    if form.validate_on_submit() and _store(form, lambda: add_room(db.session, event, **form.fields)):
        flash_success(gettext("The room is added."))
        return redirect(manage_path(event, "rooms/"), 303)
    return organiser_page(
        "rooms.html",
        event,
        400 if form.errors else 200,
        form=form,
        rooms=list_event_rooms(db.session, event.id),
        numbers=count_talks_by_room(db.session, event.id),
    )


@blp.route("/event/<slug>/manage/rooms/<row_id:room_id>/", methods=["GET", "POST"])
@with_managed_event
def room_page(event, room_id):
    form, changed = RoomForm(), ()
    if form.is_submitted():
        lock_row(db.session, Room, room_id)
    room = find_event_room(db.session, event.id, room_id)
    present = {name: getattr(room, name) for name in FIELDS}
    if not form.is_submitted():
        form.process(data=present | {"version": fingerprint(present)})
    elif (
        form.validate()
        and not (changed := find_changed_values(form, present))
        and _store(form, lambda: edit_room(db.session, room_id, **form.fields))
    ):
        flash_success(gettext("The room is changed."))
        return redirect(manage_path(event, "rooms/"), 303)
    return organiser_page(
        "room.html",
        event,
        409 if changed else 400 if form.errors else 200,
        form=form,
        room=room,
        changed=changed,
        others=[other for other in list_event_rooms(db.session, event.id) if other.id != room_id],
        number=count_talks_by_room(db.session, event.id).get(room_id, 0),
    )


def _store(form, operation):
    """Perform and commit the operation; return False after a conflict, which becomes an error of the name."""
    try:
        operation()
        db.session.commit()
    except Conflict as error:
        db.session.rollback()
        form.add_error(gettext(str(error)), form.name)
        return False
    return True
