"""The step between the form of a talk and a change of its time, room or state: the consequences, for which nothing is stored.

A change of the speakers that would disconnect an account from the talk has this step too. Nothing blocks the change. The form
then has a hidden field with a fingerprint of the checked values; sent again with the same ones, it is stored.
"""

from typing import NamedTuple

from joindin.extensions import db
from joindin.http.pages.languages import event_dates, gettext, ngettext
from joindin.http.pages.script_responses import is_sent_by_script
from joindin.models import CANCELLED_TALK, Event, Talk
from joindin.queries.organiser.talk_moves import MoveConsequences, load_move_consequences
from joindin.resources.web.organiser.conflicts import fingerprint
from joindin.resources.web.organiser.talk_form import TalkForm, find_lost_speakers, speaker_rows_of, talk_values
from joindin.utils.datetimes import get_timezone

MOVE_FIELDS = ("starts_at", "duration", "room_id", "state")


class Move(NamedTuple):
    """A change that waits for confirmation. ``changes`` are pairs of former and new text by the label of the field."""

    changes: dict[str, tuple[str, str]]
    consequences: MoveConsequences
    ends_after_event: bool
    starts_before_event: bool
    lost_speakers: list[str]


def find_unchecked_move(form: TalkForm, event: Event, talk: Talk) -> Move | None:
    """Return the move of the talk by the valid form; None if there is none, or if the form was sent after it was shown.

    A script sees no page in between: its form is stored at once.
    """
    stored = talk_values(talk, event)
    details = form.details(talk)
    entered = {name: form[name].data for name in MOVE_FIELDS} | {"duration": details.duration}
    changed = [name for name in MOVE_FIELDS if entered[name] != stored[name]]
    lost_speakers = find_lost_speakers(form, talk)
    checked = fingerprint(entered | {"lost_speakers": lost_speakers})
    if not (changed or lost_speakers) or form.checked.data == checked or is_sent_by_script():
        return None
    form.checked.data = checked
    consequences = load_move_consequences(
        db.session,
        talk,
        starts_at=details.starts_at,
        duration=details.duration,
        room_id=form.placement.room_id,
        speaker_names=form.speaker_names,
        is_cancelled=form.state.data == CANCELLED_TALK,
    )
    is_end_known = event.is_end_known
    changes = {str(form[name].label.text): (_text(form, name, stored), _text(form, name, entered)) for name in changed}
    if lost_speakers:
        names = [name for name, _ in speaker_rows_of(talk)]
        changes[gettext("Speakers")] = (", ".join(names), ", ".join(form.speaker_names))
    return Move(
        changes,
        consequences,
        ends_after_event=is_end_known and (event.ends_at - details.starts_at).total_seconds() < details.duration * 60,
        starts_before_event=details.starts_at < event.starts_at,
        lost_speakers=lost_speakers,
    )


def _text(form, name, values):
    value = values[name]
    if name == "starts_at":
        dates = event_dates(form.event.timezone)
        return dates.day_and_time(value.replace(tzinfo=get_timezone(form.event.timezone)))
    if name == "duration":
        return ngettext("%(num)d minute", "%(num)d minutes", value)
    labels = {choice.value: str(choice.label) for choice in form[name].choices}
    return labels.get(value) or gettext("none yet")
