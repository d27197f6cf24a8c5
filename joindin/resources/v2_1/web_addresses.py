"""Web addresses in request bodies: http and https only, so that no client makes a link of a script."""

from joindin.errors import InvalidInput
from joindin.resources.v2_1.field_lengths import length_message
from joindin.utils.text import complete_web_url, is_web_url, to_plain_text

MSG_INVALID_WEB_ADDRESS = "The field '{}' must be a web address such as https://conf.example"


def clean_web_address(text: str) -> str:
    """Return the address without markup and surrounding space, and with ``https://`` before a bare host name."""
    return complete_web_url(to_plain_text(text))


def find_web_address_error(field: str, url: str, max_length: int) -> str | None:
    """Return the message about an address that is invalid or too long, or None."""
    if len(url) > max_length:
        return length_message(field, max_length)
    return None if is_web_url(url) else MSG_INVALID_WEB_ADDRESS.format(field)


def check_web_address(field: str, url: str, max_length: int) -> None:
    """:raises InvalidInput: if the address is invalid or too long."""
    if error := find_web_address_error(field, url, max_length):
        raise InvalidInput(error)
