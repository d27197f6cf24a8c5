"""Passkeys (WebAuthn credentials), verified by the webauthn library."""

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
    """The host that passkeys are bound to, the origin of its pages, and the name that devices show."""

    host: str
    origin: str
    name: str = "joindin"


def build_creation_options(session, user: User, relying_party: RelyingParty, challenge: bytes) -> str:
    """Return the options for creating a passkey as JSON. Devices that hold one of this account are excluded."""
    from webauthn import generate_registration_options, options_to_json
    from webauthn.helpers.structs import AuthenticatorSelectionCriteria, ResidentKeyRequirement

    options = generate_registration_options(
        rp_id=relying_party.host,
        rp_name=relying_party.name,
        user_id=str(user.id).encode(),
        user_name=user.username,
        user_display_name=user.full_name or user.username,
        challenge=challenge,
        authenticator_selection=AuthenticatorSelectionCriteria(resident_key=ResidentKeyRequirement.PREFERRED),
        exclude_credentials=_credential_descriptors(session, user),
    )
    return options_to_json(options)


def build_request_options(session, user: User, relying_party: RelyingParty, challenge: bytes) -> str:
    """Return the options for authenticating with one of the user's passkeys as JSON."""
    from webauthn import generate_authentication_options, options_to_json

    options = generate_authentication_options(
        rp_id=relying_party.host, challenge=challenge, allow_credentials=_credential_descriptors(session, user)
    )
    return options_to_json(options)


def add_passkey(
    session, user: User, response: str, relying_party: RelyingParty, challenge: bytes, *, name: str, now: dt.datetime
) -> list[str] | None:
    """Store a new passkey; return new recovery codes if it is the first second factor.

    :raises InvalidInput: if the device's response does not fit this challenge and relying party.
    :raises Conflict: if the passkey belongs to an account already, or the user has too many.
    """
    from webauthn import verify_registration_response
    from webauthn.helpers import bytes_to_base64url

    credential = _parse_response(response)
    try:
        verified = verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=relying_party.host,
            expected_origin=relying_party.origin,
        )
    except _library_errors():
        raise InvalidInput(MSG_PASSKEY_REJECTED) from None
    lock_row(session, User, user.id)
    is_first = not has_second_factor(session, user.id)
    if len(list_passkeys(session, user.id)) >= MAX_PASSKEYS:
        raise Conflict("You have %(number)d passkeys already. Remove one first", number=MAX_PASSKEYS)
    passkey = Passkey(
        user_id=user.id,
        credential_id=bytes_to_base64url(verified.credential_id),
        public_key=verified.credential_public_key,
        sign_count=verified.sign_count,
        transports=_transports(credential),
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
    session, user: User, response: str, relying_party: RelyingParty, challenge: bytes, *, now: dt.datetime
) -> bool:
    """Return whether a passkey of the user signed this challenge. Its signature counter must have increased."""
    from webauthn import verify_authentication_response

    try:
        credential = _parse_response(response)
        passkey = session.scalar(
            select(Passkey).where(Passkey.user_id == user.id, Passkey.credential_id == str(credential.get("id")))
        )
        if passkey is None:
            return False
        verified = verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=relying_party.host,
            expected_origin=relying_party.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
        )
    except (InvalidInput, *_library_errors()):
        return False
    changed = session.execute(
        update(Passkey)
        .where(Passkey.id == passkey.id, Passkey.sign_count == passkey.sign_count)
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


def _credential_descriptors(session, user):
    from webauthn.helpers import base64url_to_bytes
    from webauthn.helpers.structs import AuthenticatorTransport, PublicKeyCredentialDescriptor

    return [
        PublicKeyCredentialDescriptor(
            id=base64url_to_bytes(each.credential_id),
            transports=[AuthenticatorTransport(name) for name in each.transports] or None,
        )
        for each in list_passkeys(session, user.id)
    ]


def _parse_response(response):
    if len(response) > MAX_RESPONSE_LENGTH:
        raise InvalidInput(MSG_PASSKEY_REJECTED)
    try:
        credential = json.loads(response)
    except (ValueError, RecursionError):
        raise InvalidInput(MSG_PASSKEY_REJECTED) from None
    if not isinstance(credential, dict):
        raise InvalidInput(MSG_PASSKEY_REJECTED)
    return credential


def _transports(credential):
    from webauthn.helpers.structs import AuthenticatorTransport

    valid = {each.value for each in AuthenticatorTransport}
    response = credential.get("response")
    names = response.get("transports") if isinstance(response, dict) else None
    return [each for each in names if isinstance(each, str) and each in valid][:10] if isinstance(names, list) else []


def _library_errors():
    # Imported here, because the library loads slowly and few requests need it. It raises the built-in errors for
    # some malformed responses.
    from webauthn.helpers.exceptions import WebAuthnException

    return (WebAuthnException, ValueError, TypeError, KeyError, AttributeError, IndexError)
