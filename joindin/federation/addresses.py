"""Base URLs of instances, and the share codes by which a host invites a guest."""

import base64
import binascii
import json
from typing import NamedTuple
from urllib.parse import urlsplit

from joindin.utils.text import is_web_url

MAX_URL_LENGTH = 255
MAX_SHARE_CODE_LENGTH = 4000

MSG_NO_INSTANCE_URL = "Enter an address that starts with https:// or http://."
MSG_URL_HAS_PATH = "Enter the address without a path. Instances below a path cannot take part in a federation."


class Invitation(NamedTuple):
    guest_url: str
    code: str
    host_url: str


def normalize_instance_url(text: str) -> str:
    """Return scheme, host and port of an address: the base URL of an instance.

    :raises ValueError: with a message for the reader.
    """
    text = text.strip()
    if not is_web_url(text) or len(text) > MAX_URL_LENGTH or not text.isascii() or "@" in urlsplit(text).netloc:
        raise ValueError(MSG_NO_INSTANCE_URL)
    parts = urlsplit(text)
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError(MSG_URL_HAS_PATH)
    return f"{parts.scheme}://{parts.netloc.lower()}"


def encode_invitation(invitation: Invitation) -> str:
    """Return the share code: JSON in base64, with the keys in the order of the contract.

    It contains the invite code with the addresses of both instances. Pages call the whole of it the invite code, as ephios does.
    """
    return base64.b64encode(json.dumps(invitation._asdict()).encode()).decode()


def decode_invitation(share_code: str) -> Invitation:
    """:raises ValueError: if this is no share code."""
    try:
        if len(share_code) > MAX_SHARE_CODE_LENGTH:
            raise ValueError("too long")
        values = json.loads(base64.b64decode("".join(share_code.split()), validate=True))
        guest_url, code, host_url = (values[name] for name in Invitation._fields)
    except (ValueError, KeyError, TypeError, binascii.Error, RecursionError):
        raise ValueError("no share code") from None
    if not (isinstance(guest_url, str) and isinstance(code, str) and isinstance(host_url, str)):
        raise ValueError("no share code")
    if not code or not code.isascii():
        raise ValueError("no share code")
    return Invitation(guest_url, code, normalize_instance_url(host_url))
