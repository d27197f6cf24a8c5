"""Texts of the crew's notifications, for the list on the site and for mails, in the language of the reader."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, NamedTuple

from joindin.models.crew import (
    AWAITS_DISPOSITION,
    CONFIRMED,
    CONSEQUENCE_APPROVED,
    CONSEQUENCE_DENIED,
    EVENT_CANCELLED,
    EVENT_CHANGED,
    EVENT_MESSAGE,
    GRANT_WORKING_HOURS,
    GUEST_SIGNUP,
    MASS_MESSAGE,
    NEW_PROFILE,
    PROFILE_UPDATE,
    QUALIFICATION_EXPIRES,
    REQUESTED,
    RESPONSIBLE_DECLINED,
    RESPONSIBLE_REJECTED,
    RESPONSIBLE_STATE_CHANGED,
    RESPONSIBLE_TIMES_CHANGED,
    SHIFT_CANCELLED,
    SHIFT_MOVED,
    SHIFT_REMINDER,
    STATE_CHANGED,
    TIMES_CHANGED,
    USER_DECLINED,
)
from joindin.utils.localized_dates import LocalizedDates
from joindin.utils.translations import load_translations


class NotificationText(NamedTuple):
    """``lines`` are sentences of the site, with values of people in them. ``quote`` is a text that a person wrote.

    ``path`` is the page that it is about, or empty.
    """

    subject: str
    lines: tuple[str, ...]
    quote: str = ""
    path: str = ""


class _Writer:
    """Translations, dates and facts of one notification."""

    def __init__(self, data: Mapping[str, Any], language: str, timezone: str):
        self.data, self._dates = data, LocalizedDates(language, timezone)
        self._gettext = load_translations(language).gettext

    def text(self, message: str) -> str:
        """Translate the message and fill it with the facts."""
        return self._gettext(message) % self.facts

    @property
    def facts(self) -> dict[str, str]:
        facts = {name: str(self.data.get(name) or "") for name in _NAMES}
        facts["shift_name"] = f"{facts['shift']} ({facts['event']})" if facts["shift"] else facts["event"]
        facts["state_name"] = self._state_name()
        facts["times"], facts["old_times"] = (
            self._times("starts_at", "ends_at"),
            self._times("old_starts_at", "old_ends_at"),
        )
        facts["meeting"] = self._time("meets_at", self._dates.time)
        facts["expiry"] = self._time("expires_at", self._dates.day)
        return facts

    def _state_name(self):
        # The empty message is the key of a catalogue's header.
        name = _STATE_NAMES.get(self.data.get("state"))
        return self._gettext(name) if name else ""

    def _times(self, start, end):
        try:
            return self._dates.times(*(dt.datetime.fromisoformat(self.data[name]) for name in (start, end)))
        except (KeyError, TypeError, ValueError):
            return ""

    def _time(self, name, represent):
        try:
            return represent(dt.datetime.fromisoformat(self.data[name]))
        except (KeyError, TypeError, ValueError):
            return ""


def describe_notification(slug: str, data: Mapping[str, Any], language: str, timezone: str) -> NotificationText:
    """Return the text of a notification. Types of other systems have their slug as the subject."""
    writer = _Writer(data, language, timezone)
    if slug in (EVENT_MESSAGE, MASS_MESSAGE):
        line = writer.text("%(sender)s wrote to you.")
        return NotificationText(str(data.get("subject", "")), (line,), str(data.get("text", "")), _event_path(data))
    messages = _choose_messages(slug, data)
    if messages is None:
        return NotificationText(slug, ())
    subject, *lines = (writer.text(message) for message in messages)
    path = _PATHS.get(slug, _event_path)(data)
    return NotificationText(subject, tuple(line for line in lines if line), str(data.get("comment") or ""), path)


def _choose_messages(slug, data):
    if slug == RESPONSIBLE_STATE_CHANGED and data.get("state") == USER_DECLINED:
        return _WITHDRAWN if data.get("previous_state") == REQUESTED else _DECLINED
    if slug in (CONSEQUENCE_APPROVED, CONSEQUENCE_DENIED) and data.get("consequence") != GRANT_WORKING_HOURS:
        return _QUALIFICATION_DECISIONS[slug]
    return _MESSAGES.get(slug)


def _event_path(data):
    event_id, shift_id = data.get("event_id"), data.get("shift_id")
    if not event_id:
        return ""
    return f"/events/{event_id}/#shift-{shift_id}" if shift_id else f"/events/{event_id}/"


def _no_path(_data):
    return ""


_NAMES = (
    "event", "shift", "person", "location", "old_event", "old_location", "sender", "hours", "reason", "qualification",
)  # fmt: skip
_STATE_NAMES = {
    REQUESTED: "requested",
    CONFIRMED: "confirmed",
    USER_DECLINED: "declined",
    RESPONSIBLE_REJECTED: "rejected",
}
_WHEN = "When: %(times)s"
# Subject and lines.
_MESSAGES = {
    STATE_CHANGED: (
        "Participation %(state_name)s for %(event)s",
        "Your participation in %(shift_name)s is now: %(state_name)s.",
        _WHEN,
    ),
    TIMES_CHANGED: (
        "New times of your participation in %(event)s",
        "The times of your participation in %(shift_name)s were changed.",
        "New times: %(times)s",
    ),
    AWAITS_DISPOSITION: (
        "%(person)s asks to take part in %(event)s",
        "%(person)s asks to take part in %(shift_name)s. Please decide about it.",
        _WHEN,
    ),
    RESPONSIBLE_STATE_CHANGED: (
        "Participation of %(person)s %(state_name)s for %(event)s",
        "The participation of %(person)s in %(shift_name)s is now: %(state_name)s.",
        _WHEN,
    ),
    RESPONSIBLE_DECLINED: (
        "%(person)s withdrew from %(event)s",
        "%(person)s was confirmed for %(shift_name)s and has withdrawn.",
        _WHEN,
    ),
    RESPONSIBLE_TIMES_CHANGED: (
        "%(person)s changed the times for %(event)s",
        "%(person)s changed the times of the participation in %(shift_name)s.",
        "New times: %(times)s",
    ),
    PROFILE_UPDATE: ("Your profile was changed", "Someone who looks after the crew has changed your profile."),
    NEW_PROFILE: ("Your new account", "An account was created for you."),
    GUEST_SIGNUP: (
        "Your registration for %(event)s",
        "You are registered as a guest of %(event)s. Sign up for shifts on your page.",
        "The link is personal: please do not pass it on.",
    ),
    CONSEQUENCE_APPROVED: (
        "Your working hours were approved",
        "%(hours)s working hours were added to your account: %(reason)s",
    ),
    CONSEQUENCE_DENIED: (
        "Your working hours were denied",
        "Your request for %(hours)s working hours was denied: %(reason)s",
    ),
    SHIFT_REMINDER: (
        "Reminder: %(shift_name)s",
        "You are confirmed for %(shift_name)s.",
        _WHEN,
        "Meeting time: %(meeting)s",
    ),
    SHIFT_MOVED: (
        "New times: %(shift_name)s",
        "The times of %(shift_name)s were changed.",
        "Before: %(old_times)s",
        "Now: %(times)s",
    ),
    SHIFT_CANCELLED: ("Cancelled: %(shift_name)s", "%(shift_name)s was cancelled. You do not need to come.", _WHEN),
    EVENT_CHANGED: (
        "Changed: %(event)s",
        "An event in which you help was changed.",
        "Title: %(event)s",
        "Location: %(location)s",
    ),
    EVENT_CANCELLED: ("Cancelled: %(event)s", "%(event)s was cancelled. You do not need to come."),
    QUALIFICATION_EXPIRES: (
        "Your qualification %(qualification)s expires",
        "Your qualification %(qualification)s expires on %(expiry)s.",
    ),
}
_WITHDRAWN = (
    "%(person)s withdrew a request for %(event)s",
    "%(person)s no longer asks to take part in %(shift_name)s.",
    _WHEN,
)
_DECLINED = ("%(person)s declined %(event)s", "%(person)s does not take part in %(shift_name)s.", _WHEN)
_QUALIFICATION_DECISIONS = {
    CONSEQUENCE_APPROVED: ("You have a new qualification", "The qualification %(qualification)s was granted to you."),
    CONSEQUENCE_DENIED: ("A qualification was denied", "The qualification %(qualification)s was not granted to you."),
}
_PATHS = {
    SHIFT_CANCELLED: lambda data: f"/events/{data.get('event_id')}/",
    EVENT_CANCELLED: _no_path,
    CONSEQUENCE_APPROVED: lambda _data: "/workinghours/own/",
    CONSEQUENCE_DENIED: lambda _data: "/workinghours/own/",
}
