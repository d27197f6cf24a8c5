"""Registration of guests: people without an account who take part in one event (spec 19)."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select

from joindin.db.upserts import insert_or_ignore
from joindin.models.crew import CrewGuest, Qualification, guest_qualifications
from joindin.operations.crew.errors import InvalidCrewField
from joindin.operations.crew.notifications.accounts import notify_guest_signup
from joindin.security.tokens import hash_token, new_session_token
from joindin.utils.email_addresses import normalize_email

MSG_REGISTERED = "This address is registered already. The link to your page was sent to it."


@dataclass(frozen=True)
class GuestFields:
    email: str
    display_name: str
    date_of_birth: dt.date | None
    phone: str
    qualification_ids: Collection[int] = ()


def register_guest(session, event_id: int, fields: GuestFields, *, language: str, now: dt.datetime) -> str:
    """Store a guest of the event, and mail the link to the guest's page. Return the token of the link.

    The token is stored as a hash, and encrypted for the links of later mails.

    :raises InvalidCrewField: if the event has a guest with this address.
    """
    token = new_session_token()
    values = {
        "event_id": event_id,
        "email": normalize_email(fields.email),
        "display_name": fields.display_name,
        "date_of_birth": fields.date_of_birth,
        "phone": fields.phone,
        "access_token_hash": hash_token(token),
        "created_at": now,
    }
    if not insert_or_ignore(session, CrewGuest, **values):
        raise InvalidCrewField("email", MSG_REGISTERED)
    guest = session.scalars(select(CrewGuest).filter_by(access_token_hash=values["access_token_hash"])).one()
    existing = session.scalars(select(Qualification.id).where(Qualification.id.in_(fields.qualification_ids))).all()
    if existing:
        rows = [{"guest_id": guest.id, "qualification_id": id_} for id_ in existing]
        session.execute(guest_qualifications.insert(), rows)
    notify_guest_signup(session, guest, token, language=language)
    return token
