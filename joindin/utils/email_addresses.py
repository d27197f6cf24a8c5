"""E-mail addresses: syntax, the form that mail is sent to, and the key by which addresses are compared.

The syntax is that of ``email-validator`` (RFC 5321 and 5322), domains are those of IDNA 2008 with the mapping of UTS 46.
The part before the @ must be ASCII, because the mailer does not use SMTPUTF8 (RFC 6531).
"""

import email_validator
from email_validator import EmailNotValidError, validate_email

from joindin.utils.invisible_characters import has_invisible_characters

MAX_EMAIL_LENGTH = 200

# Organisations and test installations deliver mail to these names in their own networks.
_INTERNAL_DOMAINS = ("local", "test")
email_validator.SPECIAL_USE_DOMAIN_NAMES[:] = [
    name for name in email_validator.SPECIAL_USE_DOMAIN_NAMES if name not in _INTERNAL_DOMAINS
]


class InvalidEmail(ValueError):
    """The text is not an address that mail can be sent to."""


def is_email(text: str) -> bool:
    """Whether mail can be sent to ``text``; the domain is not looked up."""
    try:
        to_mailbox(text)
    except InvalidEmail:
        return False
    return True


def to_mailbox(text: str) -> str:
    """Return the address that mail is sent to: the part before the @ as written, the domain in ASCII.

    :raises InvalidEmail: if the text is not an address, or is longer than the columns that store it.
    """
    if len(text) > MAX_EMAIL_LENGTH or has_invisible_characters(text):
        raise InvalidEmail(text)
    try:
        address = validate_email(text, allow_smtputf8=False, check_deliverability=False, strict=True)
    except EmailNotValidError:
        raise InvalidEmail(text) from None
    local_part, _, _ = text.rpartition("@")
    return f"{local_part}@{address.ascii_domain}"


def normalize_email(text: str) -> str:
    """Return the key of an address: equal for two spellings of one address, different for different addresses.

    The ASCII case of the part before the @ is ignored, and the domain is in ASCII. Other text, as stored by earlier
    versions, is its own key without regard to ASCII case; it never equals the key of an address.
    """
    text = text.strip()
    try:
        return _fold_ascii_case(to_mailbox(text))
    except InvalidEmail:
        return _fold_ascii_case(text)


def _fold_ascii_case(text):
    return "".join(char.lower() if char.isascii() else char for char in text)
