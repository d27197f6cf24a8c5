"""Messages that organisers write: to chosen users, and to the people of an event (spec 17). Each leaves one entry in the audit log."""

from collections.abc import Collection

from joindin.errors import InvalidInput
from joindin.models import Event, User
from joindin.models.crew import CONFIRMED, EVENT_MESSAGE, MASS_MESSAGE, REQUESTED, Participation, Shift
from joindin.operations.audit import log_action
from joindin.operations.crew.notifications.storing import store_notifications
from joindin.queries.crew.notification_receivers import list_attendances, list_receivers, list_responsibles

MAX_RECEIVERS, MAX_SUBJECT_LENGTH, MAX_TEXT_LENGTH = 1000, 200, 10_000
# The people of an event who can be chosen.
CONFIRMED_PEOPLE, REQUESTING_PEOPLE, RESPONSIBLE_PEOPLE = "confirmed", "requested", "responsibles"
_STATES = {CONFIRMED_PEOPLE: CONFIRMED, REQUESTING_PEOPLE: REQUESTED}

MSG_NO_SUBJECT = "Enter a subject of at most 200 characters."
MSG_NO_TEXT = "Enter a text of at most 10,000 characters."
MSG_TOO_MANY = "A message goes to at most 1,000 people. Choose fewer."
MSG_NO_RECEIVERS = "No one would get this message. Choose other people."


def send_to_users(session, user_ids: Collection[int], *, subject: str, text: str, actor_id: int) -> int:
    """Send a message to the active ones of these users, also to the sender if chosen. Return their number.

    :raises InvalidInput: if the message is empty or too long, or there are no or too many receivers.
    """
    if len(set(user_ids)) > MAX_RECEIVERS:
        raise InvalidInput(MSG_TOO_MANY)
    return _send(session, MASS_MESSAGE, list_receivers(session, user_ids), {}, subject, text, actor_id)


def send_to_event(session, event_id: int, people: Collection[str], *, subject: str, text: str, actor_id: int) -> int:
    """Send a message to the chosen people of an event, once to each. Return their number.

    :raises InvalidInput: as ``send_to_users``.
    """
    states = [state for name, state in _STATES.items() if name in people]
    rows = list_attendances(session, Shift.event_id == event_id, Participation.state.in_(states))
    receivers = [row.receiver for row in rows if row.receiver]
    if RESPONSIBLE_PEOPLE in people:
        receivers += list_responsibles(session, event_id)
    facts = {"event_id": event_id, "event": session.get_one(Event, event_id).name}
    return _send(session, EVENT_MESSAGE, receivers, facts, subject, text, actor_id)


def _send(session, slug, receivers, facts, subject, text, actor_id):
    subject, text = subject.strip(), text.strip()
    if not 0 < len(subject) <= MAX_SUBJECT_LENGTH:
        raise InvalidInput(MSG_NO_SUBJECT)
    if not 0 < len(text) <= MAX_TEXT_LENGTH:
        raise InvalidInput(MSG_NO_TEXT)
    unique = {(receiver.user_id, receiver.email): receiver for receiver in receivers}
    if not unique:
        raise InvalidInput(MSG_NO_RECEIVERS)
    if len(unique) > MAX_RECEIVERS:
        raise InvalidInput(MSG_TOO_MANY)
    sender = session.get_one(User, actor_id)
    facts = facts | {"subject": subject, "text": text, "sender": sender.full_name or sender.username}
    store_notifications(session, slug, [(receiver, facts) for receiver in unique.values()])
    subject_row = session.get_one(Event, facts["event_id"]) if slug == EVENT_MESSAGE else sender
    action = "event.send_message" if slug == EVENT_MESSAGE else "user.send_message"
    log_action(session, action, subject_row, actor=sender, changes={"receivers": [0, len(unique)]})
    return len(unique)
