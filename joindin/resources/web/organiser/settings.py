"""The page of the settings of an event: feedback, who sees stars and attendees, language, and days."""

import datetime as dt

from flask import redirect
from wtforms import BooleanField, SelectField, TimeField, ValidationError

from joindin.db.locking import lock_row
from joindin.extensions import db
from joindin.http.pages.forms import Form, PlainTextField, RadioChoice, choices
from joindin.http.pages.html_pages import flash_success
from joindin.http.pages.languages import ENGLISH, gettext, lazy_gettext
from joindin.http.sessions import require_user
from joindin.models import Event
from joindin.models.event_settings import (
    ACCOUNT,
    ANYONE,
    DEFAULT_FEEDBACK_DAYS,
    MAX_FEEDBACK_DAYS,
    MAX_RATING_WORD_LENGTH,
    MIN_FEEDBACK_DAYS,
    NO_RATING,
    OFF,
    ONE_RATING,
    ROOM,
    TWO_RATINGS,
)
from joindin.operations.organiser.settings import edit_event_settings
from joindin.queries.event_settings import load_event_settings
from joindin.resources.web.organiser.common import blp, manage_path, organiser_page, with_managed_event
from joindin.resources.web.organiser.conflicts import VersionedForm, find_changed_values, fingerprint
from joindin.resources.web.organiser.fields import NeededNumber, WholeNumberField, limited, needed

ACCESS = (
    (OFF, lazy_gettext("no one: there is no feedback")),
    (ACCOUNT, lazy_gettext("people with an account")),
    (ROOM, lazy_gettext("people with an account, or with the code that hangs in a room")),
    (ANYONE, lazy_gettext("everyone, also without an account")),
)
SCHEMES = (
    (NO_RATING, lazy_gettext("texts only")),
    (ONE_RATING, lazy_gettext("one rating")),
    (TWO_RATINGS, lazy_gettext("two ratings: content and delivery")),
)
LANGUAGES = (("en", "English"), ("de", "Deutsch"))
VIEWS = (
    ("", lazy_gettext("a grid on wide screens, unless it has many columns")),
    ("list", lazy_gettext("a list")),
    ("grid", lazy_gettext("a grid on wide screens, also with many columns")),
)
GRID_COLUMNS = (
    ("", lazy_gettext("rooms, or tracks if there are no rooms")),
    ("tracks", lazy_gettext("tracks")),
)
LATEST_DAY_START = dt.time(12)
WORDS = tuple(f"rating_word_{number}" for number in range(1, 6))
COLUMNS = (
    "language",
    "feedback_access",
    "feedback_scheme",
    "feedback_days",
    "is_hidden_name_allowed",
    "is_private_text_allowed",
    "is_public_guest_text_allowed",
    "is_star_count_public",
    "is_attendee_list_public",
    "is_embed_allowed",
)
# Columns that are NULL where the hosts have chosen nothing.
CHOICES = (*WORDS, "schedule_view", "schedule_columns")


class SettingsForm(VersionedForm, Form):
    feedback_access = RadioChoice(lazy_gettext("Feedback comes from"), choices=choices(ACCESS))
    feedback_scheme = RadioChoice(lazy_gettext("Feedback has"), choices=choices(SCHEMES))
    feedback_days = WholeNumberField(
        lazy_gettext("Days after the event on which feedback closes"),
        [NeededNumber(lazy_gettext("Enter a number of days."))],
        maximum=MAX_FEEDBACK_DAYS,
        minimum=MIN_FEEDBACK_DAYS,
        default=DEFAULT_FEEDBACK_DAYS,
    )
    rating_word_1 = PlainTextField(lazy_gettext("Word for the rating 1"), [limited(MAX_RATING_WORD_LENGTH)])
    rating_word_2 = PlainTextField(lazy_gettext("Word for the rating 2"), [limited(MAX_RATING_WORD_LENGTH)])
    rating_word_3 = PlainTextField(lazy_gettext("Word for the rating 3"), [limited(MAX_RATING_WORD_LENGTH)])
    rating_word_4 = PlainTextField(lazy_gettext("Word for the rating 4"), [limited(MAX_RATING_WORD_LENGTH)])
    rating_word_5 = PlainTextField(lazy_gettext("Word for the rating 5"), [limited(MAX_RATING_WORD_LENGTH)])
    is_hidden_name_allowed = BooleanField(lazy_gettext("Authors may hide their name"))
    is_private_text_allowed = BooleanField(lazy_gettext("Authors may write to speakers and hosts alone"))
    is_public_guest_text_allowed = BooleanField(
        lazy_gettext("Texts of people without an account may be public, if a host releases them")
    )
    is_star_count_public = BooleanField(lazy_gettext("Everyone sees how many people starred a talk"))
    is_attendee_list_public = BooleanField(lazy_gettext("Everyone sees the list of attendees"))
    is_embed_allowed = BooleanField(lazy_gettext("Other web sites may show this event in a frame"))
    schedule_view = RadioChoice(lazy_gettext("The schedule is shown as"), choices=choices(VIEWS), default="")
    schedule_columns = RadioChoice(lazy_gettext("Columns of the grid"), choices=choices(GRID_COLUMNS), default="")
    language = SelectField(
        lazy_gettext("Language of the pages"),
        choices=choices(LANGUAGES),
        default=ENGLISH,
        description=lazy_gettext("For visitors whose browser asks for no language of this site."),
        render_kw={"required": False},
    )
    day_starts_at = TimeField(
        lazy_gettext("A day of the programme begins at"),
        [needed(lazy_gettext("Enter a time."))],
        description=lazy_gettext("In the time zone of the event. Talks before it belong to the evening before."),
    )

    def validate_day_starts_at(self, field):
        if field.data > LATEST_DAY_START:
            raise ValidationError(gettext("Enter a time from 00:00 to 12:00."))

    @property
    def values(self):
        """The values of the columns."""
        values = {name: self[name].data for name in COLUMNS} | {name: self[name].data or None for name in CHOICES}
        return values | {
            "day_starts_at": self.day_starts_at.data.hour * 60 + self.day_starts_at.data.minute,
        }


@blp.route("/event/<slug>/manage/settings/", methods=["GET", "POST"])
@with_managed_event
def settings_page(event):
    form, changed = SettingsForm(), ()
    if form.is_submitted():
        lock_row(db.session, Event, event.id)
    present = _present_values(event)
    if not form.is_submitted():
        form.process(data=present | {"version": fingerprint(present)})
    elif form.validate() and not (changed := find_changed_values(form, present)):
        edit_event_settings(db.session, event.id, form.values, actor=require_user())
        db.session.commit()
        flash_success(gettext("The settings are changed."))
        return redirect(manage_path(event, "settings/"), 303)
    status = 409 if changed else 400 if form.errors else 200
    return organiser_page("settings.html", event, status, form=form, changed=changed, words=WORDS)


def _present_values(event):
    """Return what the fields of the form contain for the event as it is."""
    stored = load_event_settings(db.session, event.id)
    values = {name: getattr(stored, name) for name in COLUMNS} | {name: getattr(stored, name) or "" for name in CHOICES}
    return values | {"language": stored.language or ENGLISH, "day_starts_at": dt.time(*divmod(event.day_starts_at, 60))}
