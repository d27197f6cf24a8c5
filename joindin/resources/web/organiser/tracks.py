"""Pages of the tracks of an event: the list with the form of a new one, and changing one."""

from flask import redirect
from wtforms import SelectField, TextAreaField

from joindin.db.locking import lock_row
from joindin.extensions import db
from joindin.http.pages.forms import Form, PlainTextField, choices
from joindin.http.pages.html_pages import flash_success
from joindin.http.pages.languages import gettext, lazy_gettext
from joindin.http.pages.repeated_forms import is_repeated_form
from joindin.models import Track
from joindin.operations.tracks import add_track, edit_track
from joindin.queries.organiser.programme import find_event_track, list_event_tracks
from joindin.resources.web.organiser.common import blp, manage_path, organiser_page, with_managed_event
from joindin.resources.web.organiser.conflicts import VersionedForm, find_changed_values, fingerprint
from joindin.resources.web.organiser.fields import clean_text, limited, needed

HUES = (
    ("", lazy_gettext("no colour")),
    ("red", lazy_gettext("red")),
    ("orange", lazy_gettext("orange")),
    ("yellow", lazy_gettext("yellow")),
    ("lime", lazy_gettext("lime")),
    ("green", lazy_gettext("green")),
    ("teal", lazy_gettext("teal")),
    ("cyan", lazy_gettext("cyan")),
    ("blue", lazy_gettext("blue")),
    ("indigo", lazy_gettext("indigo")),
    ("purple", lazy_gettext("purple")),
    ("pink", lazy_gettext("pink")),
    ("grey", lazy_gettext("grey")),
)


class TrackForm(VersionedForm, Form):
    name = PlainTextField(lazy_gettext("Name"), [needed(lazy_gettext("Enter a name.")), limited(300)])
    description = TextAreaField(
        lazy_gettext("Description"), [limited(5_000)], filters=[clean_text], render_kw={"rows": 3}
    )
    hue = SelectField(
        lazy_gettext("Colour"),
        choices=choices(HUES),
        default="",
        description=lazy_gettext("The schedule shows it beside the name of the track."),
        render_kw={"required": False},
    )

    @property
    def fields(self):
        return {"name": self.name.data, "description": self.description.data, "hue": self.hue.data or None}


@blp.route("/event/<slug>/manage/tracks/", methods=["GET", "POST"])
@with_managed_event
def tracks_page(event):
    form = TrackForm()
    if form.validate_on_submit():
        if not is_repeated_form():
            add_track(db.session, event.id, **form.fields)
        db.session.commit()
        flash_success(gettext("The track is added."))
        return redirect(manage_path(event, "tracks/"), 303)
    tracks = list_event_tracks(db.session, event.id)
    return organiser_page("tracks.html", event, 400 if form.errors else 200, form=form, tracks=tracks, hues=dict(HUES))


@blp.route("/event/<slug>/manage/tracks/<row_id:track_id>/", methods=["GET", "POST"])
@with_managed_event
def track_page(event, track_id):
    form, changed = TrackForm(), ()
    if form.is_submitted():
        lock_row(db.session, Track, track_id)
    track = find_event_track(db.session, event.id, track_id)
    present = {"name": track.name, "description": clean_text(track.description), "hue": track.hue or ""}
    if not form.is_submitted():
        form.process(data=present | {"version": fingerprint(present)})
    elif form.validate() and not (changed := find_changed_values(form, present)):
        edit_track(db.session, track_id, **form.fields)
        db.session.commit()
        flash_success(gettext("The track is changed."))
        return redirect(manage_path(event, "tracks/"), 303)
    others = [other for other in list_event_tracks(db.session, event.id) if other.id != track_id]
    status = 409 if changed else 400 if form.errors else 200
    return organiser_page("track.html", event, status, form=form, track=track, others=others, changed=changed)
