"""The form of a talk: its texts, its place in the programme, and its speakers with a row each."""

from itertools import zip_longest

from flask import request
from wtforms import BooleanField, HiddenField, SelectField, TextAreaField
from wtforms.validators import Optional

from joindin.extensions import db
from joindin.http.pages.forms import CheckboxList, Form, PlainTextField, RadioChoice, choices
from joindin.http.pages.languages import gettext, lazy_gettext
from joindin.http.pages.talk_levels import level_choices
from joindin.models import CANCELLED_TALK, CONFIRMED_TALK, TENTATIVE_TALK, Event, Talk
from joindin.operations.organiser.talks import TalkPlacement
from joindin.operations.speakers import display_name
from joindin.operations.talks import MAX_DURATION_MINUTES, TalkDetails
from joindin.queries.organiser.programme import list_event_rooms, list_event_tracks, list_talk_choices
from joindin.resources.web.organiser.conflicts import VersionedForm
from joindin.resources.web.organiser.event_fields import to_local, to_utc
from joindin.resources.web.organiser.fields import (
    LocalTimeField,
    WebAddressField,
    WholeNumberField,
    clean_text,
    limited,
    needed,
)
from joindin.utils.text import fold_case, to_plain_line

DEFAULT_DURATION_MINUTES = 60
MAX_SPEAKERS, MAX_SPEAKER_NAME_LENGTH = 50, 200
EMPTY_ROWS = 2
DEFAULT_LANGUAGE = "English - UK"
STATES = (
    (CONFIRMED_TALK, lazy_gettext("takes place")),
    (TENTATIVE_TALK, lazy_gettext("not certain yet")),
    (CANCELLED_TALK, lazy_gettext("cancelled")),
)
NOT_EMPTY = {"required": False}


class TalkForm(VersionedForm, Form):
    title = PlainTextField(lazy_gettext("Title"), [needed(lazy_gettext("Enter the title of the talk.")), limited(255)])
    subtitle = PlainTextField(lazy_gettext("Subtitle"), [limited(255)])
    description = TextAreaField(
        lazy_gettext("Description"), [limited(65_535)], filters=[clean_text], render_kw={"rows": 8}
    )
    starts_at = LocalTimeField(lazy_gettext("Start"), [needed(lazy_gettext("Enter day and time of the start."))])
    duration = WholeNumberField(lazy_gettext("Minutes"), [Optional()], maximum=MAX_DURATION_MINUTES)
    room_id = SelectField(lazy_gettext("Room"), coerce=int, render_kw=NOT_EMPTY)
    track_ids = CheckboxList(lazy_gettext("Tracks"), coerce=int)
    type_id = SelectField(lazy_gettext("Type"), coerce=int, render_kw=NOT_EMPTY)
    language_id = SelectField(lazy_gettext("Language"), coerce=int, render_kw=NOT_EMPTY)
    level = SelectField(lazy_gettext("Level"), default="", render_kw=NOT_EMPTY)
    state = RadioChoice(lazy_gettext("The talk"), choices=choices(STATES), default=CONFIRMED_TALK)
    has_recording_opt_out = BooleanField(lazy_gettext("This talk must not be recorded"))
    # The fingerprint of time, room and state whose consequences were shown.
    checked = HiddenField()
    slides_url = WebAddressField(lazy_gettext("Web address of the slides"))

    def __init__(self, event: Event):
        super().__init__()
        self.event = event
        rooms, tracks = list_event_rooms(db.session, event.id), list_event_tracks(db.session, event.id)
        types, languages = list_talk_choices(db.session)
        self.room_id.choices = choices([(0, gettext("none yet")), *((room.id, room.name) for room in rooms)])
        self.track_ids.choices = choices((track.id, track.name) for track in tracks)
        self.type_id.choices = choices((row.id, row.title) for row in types)
        self.language_id.choices = choices((row.id, row.name) for row in languages)
        self.level.choices = level_choices()
        self.default_language_id = next((row.id for row in languages if row.name == DEFAULT_LANGUAGE), None)
        self.speaker_rows = read_speaker_rows() if self.is_submitted() else []
        self.speaker_errors: list[str] = []

    def check_speakers(self) -> bool:
        """Add an error to the speakers if they are too many or a name too long; return whether there is none."""
        if len(self.speaker_names) > MAX_SPEAKERS:
            self.add_speaker_error(gettext("A talk has at most %(number)d speakers.", number=MAX_SPEAKERS))
        if any(len(name) > MAX_SPEAKER_NAME_LENGTH for name in self.speaker_names):
            self.add_speaker_error(
                gettext("The name of a speaker has at most %(number)d characters.", number=MAX_SPEAKER_NAME_LENGTH)
            )
        if any(account and not name for name, account in self.speaker_rows):
            self.add_speaker_error(gettext("Enter the name of the speaker beside the account."))
        return not self.errors

    def add_speaker_error(self, message: str) -> None:
        """Add an error that the summary shows, and the rows of the speakers too."""
        self.add_error(message)
        self.speaker_errors.append(message)

    @property
    def speaker_names(self) -> list[str]:
        return [name for name, _ in self.speaker_rows if name]

    @property
    def accounts(self) -> list[tuple[str, str]]:
        return [(name, account) for name, account in self.speaker_rows if name and account]

    def details(self, talk: Talk | None = None) -> TalkDetails:
        """Return the fields; an edited talk keeps its own where the form shows the same."""
        starts_at, description = to_utc(self.starts_at.data, self.event.timezone), self.description.data
        if talk is not None and to_local(talk.starts_at, self.event.timezone) == self.starts_at.data:
            starts_at = talk.starts_at
        if talk is not None and clean_text(talk.description) == description:
            description = talk.description
        return TalkDetails(
            title=self.title.data,
            description=description,
            type_id=self.type_id.data,
            language_id=self.language_id.data,
            starts_at=starts_at,
            duration=DEFAULT_DURATION_MINUTES if self.duration.data is None else self.duration.data,
            slides_url=self.slides_url.data if talk is None else talk.slides_url,
            speakers=self.speaker_names,
        )

    @property
    def placement(self) -> TalkPlacement:
        return TalkPlacement(
            self.room_id.data or None,
            self.track_ids.data or (),
            self.subtitle.data,
            self.state.data,
            self.has_recording_opt_out.data,
            self.level.data or None,
        )

    def list_speaker_rows(self, talk: Talk | None) -> list[tuple[str, str, str]]:
        """Return name, account and the username of who claimed the name, with empty rows behind them."""
        claimed = claimed_names(talk) if talk is not None else {}
        rows = [(name, account, claimed.get(fold_case(name), "")) for name, account in self.speaker_rows]
        return [*rows, *[("", "", "")] * EMPTY_ROWS]


def read_speaker_rows() -> list[tuple[str, str]]:
    """Return the pairs of name and account that were entered."""
    names, accounts = request.form.getlist("speaker_name"), request.form.getlist("speaker_account")
    rows = [
        (to_plain_line(name), to_plain_line(account)) for name, account in zip_longest(names, accounts, fillvalue="")
    ]
    return [row for row in rows if any(row)]


def talk_values(talk: Talk, event: Event) -> dict:
    """Return what the fields contain for the talk as it is."""
    return {
        "title": to_plain_line(talk.title),
        "subtitle": talk.subtitle,
        "description": clean_text(talk.description),
        "starts_at": to_local(talk.starts_at, event.timezone),
        "duration": talk.duration,
        "room_id": talk.room_id or 0,
        "track_ids": sorted(track.id for track in talk.tracks),
        "type_id": talk.type_id,
        "language_id": talk.language_id,
        "level": talk.level or "",
        "state": talk.state,
        "has_recording_opt_out": talk.has_recording_opt_out,
    }


def speaker_rows_of(talk: Talk) -> list[tuple[str, str]]:
    return [(display_name(speaker), "") for speaker in talk.speakers]


def claimed_names(talk: Talk) -> dict[str, str]:
    """Return the usernames of the claimed speakers by their folded names."""
    return {fold_case(display_name(each)): each.user.username for each in talk.speakers if each.user is not None}


def find_lost_speakers(form: TalkForm, talk: Talk) -> list[str]:
    """Return the names of the speakers whose accounts the entered names would disconnect from the talk."""
    kept = {fold_case(name) for name in form.speaker_names}
    claimed = [display_name(speaker) for speaker in talk.speakers if speaker.user is not None]
    return [name for name in claimed if fold_case(name) not in kept]
