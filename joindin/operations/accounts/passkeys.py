"""Passkeys: keys in people's devices, checked by the WebAuthn library."""

import datetime as dt
import json
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from joindin.db.locking import lock_row
from joindin.errors import Conflict, InvalidInput, NotFound
from joindin.models import Passkey, User
from joindin.operations.accounts.second_factors import after_factor_removed, make_recovery_codes
from joindin.operations.accounts.security_mails import mail_sign_in_change
from joindin.queries.accounts.second_factors import has_second_factor, list_passkeys

MAX_PASSKEYS = 20
MAX_RESPONSE_LENGTH = 20_000
MSG_PASSKEY_REJECTED = "Your device's answer was not accepted. Please try again"


@dataclass(frozen=True)
class RelyingParty:
    """The host that passkeys are for, and where its pages are."""

    host: str
    origin: str


def build_creation_options(session, user: User, place: RelyingParty, challenge: bytes) -> str:
    """What a browser needs to make a passkey, as JSON. Devices that have one of this account are passed over."""
    from webauthn import generate_registration_options, options_to_json
    from webauthn.helpers.structs import AuthenticatorSelectionCriteria, ResidentKeyRequirement

    options = generate_registration_options(
        rp_id=place.host,
        rp_name="joindin",
        user_id=str(user.id).encode(),
        user_name=user.username,
        user_display_name=user.full_name or user.username,
        challenge=challenge,
        authenticator_selection=AuthenticatorSelectionCriteria(resident_key=ResidentKeyRequirement.PREFERRED),
        exclude_credentials=_descriptors(session, user),
    )
    return options_to_json(options)


def build_request_options(session, user: User, place: RelyingParty, challenge: bytes) -> str:
    """What a browser needs to ask for one of somebody's passkeys, as JSON."""
    from webauthn import generate_authentication_options, options_to_json

    options = generate_authentication_options(
        rp_id=place.host, challenge=challenge, allow_credentials=_descriptors(session, user)
    )
    return options_to_json(options)


def add_passkey(
    session, user: User, answer: str, place: RelyingParty, challenge: bytes, *, name: str, now: dt.datetime
) -> list[str] | None:
    """Keep a new passkey; new recovery codes if it is the first factor.

    :raises InvalidInput: if the device's answer is not one to this challenge from this place.
    :raises Conflict: if somebody has that passkey already, or this person has too many.
    """
    from webauthn import verify_registration_response
    from webauthn.helpers import bytes_to_base64url

    given = _read(answer)
    try:
        verified = verify_registration_response(
            credential=given,
            expected_challenge=challenge,
            expected_rp_id=place.host,
            expected_origin=place.origin,
        )
    except _refusals():
        raise InvalidInput(MSG_PASSKEY_REJECTED) from None
    lock_row(session, User, user.id)
    is_first = not has_second_factor(session, user.id)
    if len(list_passkeys(session, user.id)) >= MAX_PASSKEYS:
        raise Conflict(f"You have {MAX_PASSKEYS} passkeys already. Remove one first")
    passkey = Passkey(
        user_id=user.id,
        credential_id=bytes_to_base64url(verified.credential_id),
        public_key=verified.credential_public_key,
        sign_count=verified.sign_count,
        transports=_transports(given),
        name=name,
        created_at=now,
    )
    try:
        with session.begin_nested():
            session.add(passkey)
            session.flush()
    except IntegrityError:
        raise Conflict("That passkey belongs to an account already") from None
    mail_sign_in_change(session, user, f"the passkey {name} was added")
    return make_recovery_codes(session, user, now=now) if is_first else None


def verify_passkey(
    session, user: User, answer: str, place: RelyingParty, challenge: bytes, *, now: dt.datetime
) -> bool:
    """Whether one of somebody's passkeys signed this challenge here; the device's own count must have gone up."""
    from webauthn import verify_authentication_response

    try:
        given = _read(answer)
        known = session.scalar(
            select(Passkey).where(Passkey.user_id == user.id, Passkey.credential_id == str(given.get("id")))
        )
        if known is None:
            return False
        verified = verify_authentication_response(
            credential=given,
            expected_challenge=challenge,
            expected_rp_id=place.host,
            expected_origin=place.origin,
            credential_public_key=known.public_key,
            credential_current_sign_count=known.sign_count,
        )
    except (InvalidInput, *_refusals()):
        return False
    changed = session.execute(
        update(Passkey)
        .where(Passkey.id == known.id, Passkey.sign_count == known.sign_count)
        .values(sign_count=verified.new_sign_count, last_used_at=now)
        .execution_options(synchronize_session=False)
    )
    return changed.rowcount == 1


def remove_passkey(session, user: User, passkey_id: int) -> None:
    lock_row(session, User, user.id)
    passkey = session.get(Passkey, passkey_id)
    if passkey is None or passkey.user_id != user.id:
        raise NotFound("There is no such passkey")
    session.delete(passkey)
    session.flush()
    after_factor_removed(session, user, f"the passkey {passkey.name}")


def _descriptors(session, user):
    from webauthn.helpers import base64url_to_bytes
    from webauthn.helpers.structs import AuthenticatorTransport, PublicKeyCredentialDescriptor

    return [
        PublicKeyCredentialDescriptor(
            id=base64url_to_bytes(each.credential_id),
            transports=[AuthenticatorTransport(name) for name in each.transports] or None,
        )
        for each in list_passkeys(session, user.id)
    ]


def _read(answer):
    if len(answer) > MAX_RESPONSE_LENGTH:
        raise InvalidInput(MSG_PASSKEY_REJECTED)
    try:
        given = json.loads(answer)
    except (ValueError, RecursionError):
        raise InvalidInput(MSG_PASSKEY_REJECTED) from None
    if not isinstance(given, dict):
        raise InvalidInput(MSG_PASSKEY_REJECTED)
    return given


def _transports(given):
    from webauthn.helpers.structs import AuthenticatorTransport

    known = {each.value for each in AuthenticatorTransport}
    response = given.get("response")
    said = response.get("transports") if isinstance(response, dict) else None
    return [each for each in said if isinstance(each, str) and each in known][:10] if isinstance(said, list) else []


def _refusals():
    # Loaded here, for the library takes a while and few requests need it. It trips over some hostile
    # answers by itself.
    from webauthn.helpers.exceptions import WebAuthnException

    return (WebAuthnException, ValueError, TypeError, KeyError, AttributeError, IndexError)
