"""The spam check (spec 2.14): Akismet, if the platform has a key; without one everything passes."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from joindin.utils.http_client import FetchFailed, fetch

FORM_HEADERS = {"Content-Type": "application/x-www-form-urlencoded"}

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ClientOrigin:
    """Where a comment came from, as far as the caller's headers tell."""

    address: str | None
    agent: str | None


def is_spam(settings: Mapping, text: str, origin: ClientOrigin) -> bool:
    """Whether Akismet takes the text for spam; ``false`` is its word for an acceptable one.

    With a key, what cannot be checked counts as spam, as in the original: a text without an
    address, or an Akismet that does not answer.
    """
    if not settings["AKISMET_KEY"]:
        return False
    if not text.strip() or not origin.address:
        return True
    fields = {
        "api_key": settings["AKISMET_KEY"],
        "blog": settings["AKISMET_BLOG"] or settings["WEBSITE_URL"],
        "comment_content": text,
        "user_agent": origin.agent or "",
        "user_ip": origin.address,
    }
    try:
        answer = fetch(
            settings["AKISMET_URL"],
            method="POST",
            body=urlencode(fields),
            headers=FORM_HEADERS,
            allow_private=settings["ALLOW_PRIVATE_FETCHES"],
        )
    except FetchFailed as failure:
        log.warning("the spam check did not answer: %s", failure)
        return True
    return answer.status != 200 or answer.body.strip() != b"false"
