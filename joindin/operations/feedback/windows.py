"""When and by whom a talk may be rated and commented on, as the settings of its event say."""

import datetime as dt
from dataclasses import dataclass

from joindin.errors import Forbidden
from joindin.models import Event, EventSettings, Talk
from joindin.models.event_settings import ACCOUNT, NO_RATING, OFF, ROOM

# How long a device without network may keep what a person wrote.
MAX_SENDING_DELAY = dt.timedelta(days=7)

NOT_OPEN_YET, OPEN, CLOSED, SWITCHED_OFF = "not_open_yet", "open", "closed", "off"
MSG_SWITCHED_OFF, MSG_EVENT_SWITCHED_OFF = "This talk takes no feedback", "This event takes no feedback"


@dataclass(frozen=True)
class FeedbackWindow:
    """``state`` is that of the moment for which the window was computed."""

    opens_at: dt.datetime
    closes_at: dt.datetime
    state: str

    @property
    def is_open(self) -> bool:
        return self.state == OPEN


def feedback_window(
    event: Event, talk: Talk, settings: EventSettings, *, now: dt.datetime, written_at: dt.datetime | None = None
) -> FeedbackWindow:
    """Feedback opens with the talk and closes some days after the event (or after the talk, if that ends later).

    Feedback that was written before it closed (``written_at``) is taken later too.
    """
    ends_at = max(event.ends_at or talk.starts_at, _add(talk.starts_at, minutes=talk.duration or 0))
    closes_at = _add(ends_at, days=settings.feedback_days)
    is_off = settings.feedback_access == OFF or not talk.has_feedback
    return _window(talk.starts_at, closes_at, is_off=is_off, now=now, written_at=written_at or now)


def event_feedback_window(event: Event, settings: EventSettings, *, now: dt.datetime) -> FeedbackWindow:
    """Return when feedback on the event's talks opens and closes; single talks may begin earlier or end later."""
    closes_at = _add(event.ends_at, days=settings.feedback_days)
    return _window(event.starts_at, closes_at, is_off=settings.feedback_access == OFF, now=now, written_at=now)


def _add(at, **duration):
    try:
        return at + dt.timedelta(**duration)
    except OverflowError:
        return dt.datetime.max.replace(tzinfo=dt.UTC)


def _window(opens_at, closes_at, *, is_off, now, written_at):
    if is_off:
        state = SWITCHED_OFF
    elif now < opens_at:
        state = NOT_OPEN_YET
    else:
        state = OPEN if written_at <= closes_at else CLOSED
    return FeedbackWindow(opens_at, closes_at, state)


def check_event_feedback_not_closed(window: FeedbackWindow) -> None:
    """:raises Forbidden: if feedback on the event is closed. People may comment on an event before it begins."""
    if window.state == CLOSED:
        raise Forbidden("Feedback on this event is closed")


def has_rating_scale(settings: EventSettings) -> bool:
    return settings.feedback_scheme != NO_RATING


def check_feedback_open(window: FeedbackWindow) -> None:
    """:raises Forbidden: unless feedback is open."""
    messages = {
        NOT_OPEN_YET: "This talk has not begun. It can be rated as soon as it begins",
        CLOSED: "Feedback on this talk is closed",
        SWITCHED_OFF: MSG_SWITCHED_OFF,
    }
    if not window.is_open:
        raise Forbidden(messages[window.state])


def check_has_feedback(talk: Talk) -> None:
    """Check the talk's own switch. Operations call it with the locked row.

    :raises Forbidden: if a speaker or a host has switched feedback on the talk off.
    """
    if not talk.has_feedback:
        raise Forbidden(MSG_SWITCHED_OFF)


def check_event_has_feedback(feedback_access: str | None) -> None:
    """Check the switch of the event: the column of its settings, None without a row.

    :raises Forbidden: if the hosts have switched feedback on the event and its talks off.
    """
    if feedback_access == OFF:
        raise Forbidden(MSG_EVENT_SWITCHED_OFF)


def check_guest_access(settings: EventSettings, *, has_room_code: bool) -> None:
    """:raises Forbidden: if the event takes no feedback without an account, or only with the code of the room."""
    if settings.feedback_access == ACCOUNT:
        raise Forbidden("This event takes feedback from people with an account only. Sign in to rate the talk")
    if settings.feedback_access == ROOM and not has_room_code:
        raise Forbidden("This event takes feedback with the code of the room. Scan the code at the door")


def effective_time(written_at: dt.datetime | None, *, now: dt.datetime) -> dt.datetime:
    """Return when feedback was written, if the sender names a time of the last seven days; else now."""
    if written_at is None or not now - MAX_SENDING_DELAY <= written_at <= now:
        return now
    return written_at
