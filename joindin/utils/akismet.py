"""Client of Akismet, the spam check for comments (spec 2.14). Without a key in the settings nothing is spam."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from joindin.utils.http_client import FetchFailed, fetch

FORM_HEADERS = {"Content-Type": "application/x-www-form-urlencoded"}

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ClientOrigin:
    """IP address and user agent of the author of a comment, as far as the request headers contain them."""

    ip_address: str | None
    user_agent: str | None


def is_spam(settings: Mapping, text: str, origin: ClientOrigin) -> bool:
    """Whether Akismet classifies the text as spam. The response body ``false`` means that it is not.

    A text that cannot be checked counts as spam, as in the original: without an IP address, or without a response of
    Akismet. This sends an HTTP request: call it outside of transactions and locks.
    """
    if not settings["AKISMET_KEY"]:
        return False
    if not text.strip() or not origin.ip_address:
        return True
    fields = {
        "api_key": settings["AKISMET_KEY"],
        "blog": settings["AKISMET_BLOG"] or settings["WEBSITE_URL"],
        "comment_content": text,
        "user_agent": origin.user_agent or "",
        "user_ip": origin.ip_address,
    }
    try:
        response = fetch(
            settings["AKISMET_URL"],
            method="POST",
            body=urlencode(fields),
            headers=FORM_HEADERS,
            allow_private=settings["ALLOW_PRIVATE_FETCHES"],
        )
    except FetchFailed as error:
        log.warning("the spam check failed: %s", error)
        return True
    return response.status != 200 or response.body.strip() != b"false"
