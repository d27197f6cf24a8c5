"""Reasons for which people may not sign up, in English and German (spec 14.2 and 24.3)."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from joindin.errors import Conflict, InvalidInput

MSG_NOT_ALLOWED = "This action is not allowed."
MSG_EVENT_INACTIVE = "The event is not active."
MSG_CANNOT_DECLINE = "You cannot decline by yourself."
MSG_REJECTED = "You have been rejected."
MSG_ALREADY_DECLINED = "You have already declined participating."
MSG_ALREADY_SIGNED_UP = "You have already signed up for this shift."
MSG_PERIOD_OVER = "The signup period is over."
MSG_TYPE_QUALIFICATION = "You lack the necessary qualification to participate in {type} type events."
MSG_CONFLICT = "You are already confirmed for other shifts at this time: {shifts}."
MSG_NOT_QUALIFIED = "You are not qualified."
MSG_TOO_YOUNG = "You are too young. The minimum age is {age}."
MSG_FULL = "The maximum number of participants is reached."
MSG_TEAMS_FULL = "All teams you qualify for are full."
MSG_DISABLED = "Signup for this shift is disabled."
MSG_COUPLED = "Participation is coupled to {shift}."
MSG_LEADER_MISSING = "Participation is coupled to another shift, but the leading shift is missing."
MSG_INVALID_FLOW = "Signup configuration is invalid!"
MSG_END_BEFORE_START = "End time must not be before start time."
MSG_TIMES_FIXED = "The times of this shift cannot be changed."
MSG_TIMES_OVERLAP = (
    "Please check that your individual start and end times do not overlap with these other confirmed participations:"
    " {shifts}"
)
MSG_CHOOSE_TEAM = "You must select a team when confirming a participation."
MSG_NO_SUCH_TEAM = "Select a team that you qualify for and that has a free place."
MSG_NO_TEAM_CHOICE = "The responsible persons choose the teams of this shift."
MSG_NO_SUCH_UNIT = "Select a unit of this shift."
MSG_NO_WAITING_LIST = "This shift has no waiting list."
MSG_PLACES_FREE = "There are free places. Sign up instead."
MSG_ALREADY_WAITING = "You are already on the waiting list."
MSG_ANSWER_REQUIRED = "This field is required."
MSG_ANSWER_TOO_LONG = "Ensure this field has no more than 2000 characters."
MSG_NO_CHOICE = "Select a valid choice. That choice is not one of the available choices."

GERMAN = {
    MSG_NOT_ALLOWED: "Diese Aktion ist nicht erlaubt.",
    MSG_EVENT_INACTIVE: "Die Veranstaltung ist nicht aktiv.",
    MSG_CANNOT_DECLINE: "Sie können nicht selbst absagen.",
    MSG_REJECTED: "Sie wurden abgelehnt.",
    MSG_ALREADY_DECLINED: "Sie haben bereits abgesagt.",
    MSG_ALREADY_SIGNED_UP: "Sie haben sich für diese Schicht bereits gemeldet.",
    MSG_PERIOD_OVER: "Der Anmeldezeitraum ist vorbei.",
    MSG_TYPE_QUALIFICATION: (
        "Ihnen fehlen die nötigen Qualifikationen um an Veranstaltungen des Typs {type} teilzunehmen."
    ),
    MSG_CONFLICT: "Sie sind zu dieser Zeit bereits eingeteilt für {shifts}.",
    MSG_NOT_QUALIFIED: "Sie sind nicht qualifiziert.",
    MSG_TOO_YOUNG: "Sie sind zu jung. Das Mindestalter beträgt {age} Jahre.",
    MSG_FULL: "Die maximale Teilnehmerzahl ist erreicht.",
    MSG_TEAMS_FULL: "Alle Teams, für die Sie qualifiziert sind, sind voll.",
    MSG_DISABLED: "Die Anmeldung für diese Schicht ist deaktiviert.",
    MSG_COUPLED: "Die Teilnahme ist an {shift} gekoppelt.",
    MSG_LEADER_MISSING: "Die Teilnahme ist an eine andere Schicht gekoppelt, die nicht mehr existiert.",
    MSG_INVALID_FLOW: "Die Konfiguration der Anmeldung ist ungültig!",
    MSG_END_BEFORE_START: "Die Endzeit darf nicht vor der Startzeit liegen.",
    MSG_TIMES_FIXED: "Die Zeiten dieser Schicht können nicht geändert werden.",
    MSG_TIMES_OVERLAP: (
        "Bitte prüfen Sie, dass sich Ihre Zeiten nicht mit diesen anderen Einteilungen überschneiden: {shifts}"
    ),
    MSG_CHOOSE_TEAM: "Zum Bestätigen muss ein Team ausgewählt werden.",
    MSG_NO_SUCH_TEAM: "Bitte ein Team wählen, für das Sie qualifiziert sind und das einen freien Platz hat.",
    MSG_NO_TEAM_CHOICE: "Die Teams dieser Schicht werden von den Verantwortlichen eingeteilt.",
    MSG_NO_SUCH_UNIT: "Bitte eine Einheit dieser Schicht wählen.",
    MSG_NO_WAITING_LIST: "Diese Schicht hat keine Warteliste.",
    MSG_PLACES_FREE: "Es gibt freie Plätze. Bitte melden Sie sich an.",
    MSG_ALREADY_WAITING: "Sie stehen bereits auf der Warteliste.",
    MSG_ANSWER_REQUIRED: "Dieses Feld ist zwingend erforderlich.",
    MSG_ANSWER_TOO_LONG: "Bitte höchstens 2000 Zeichen eingeben.",
    MSG_NO_CHOICE: "Bitte eine gültige Auswahl treffen. Dies ist keine gültige Auswahl.",
}


class Refusal(NamedTuple):
    """A message and the values for its braces. A value is a text, or a pair of the English and the German text."""

    message: str
    values: Mapping[str, str | tuple[str, str]] = {}

    def text(self, language: str) -> str:
        """Return the reason in ``en`` or ``de``. Texts of planners, which have no translation, stay as they are."""
        if not self.values and self.message not in GERMAN:
            return self.message
        is_german = language == "de"
        values = {key: value[is_german] if isinstance(value, tuple) else value for key, value in self.values.items()}
        return (GERMAN[self.message] if is_german else self.message).format(**values)


class SignupRefused(Conflict):
    """The rules of the shift do not allow the action. ``reasons`` are all of them."""

    def __init__(self, reasons: Sequence[Refusal]):
        super().__init__(MSG_NOT_ALLOWED)
        self.reasons = tuple(reasons)


class InvalidSignup(InvalidInput):
    """A value of a sign-up or disposition is not acceptable. ``field`` has the name that it has in the contract.

    ``participation_id`` is that of the refused decision of a disposition.
    """

    participation_id: int | None = None

    def __init__(self, field: str, reason: Refusal):
        super().__init__(reason.text("en"))
        self.field, self.reason = field, reason
