"""Search for English messages in pages that are German."""

import re
from functools import cache
from html.parser import HTMLParser

from babel.messages.pofile import read_po

from joindin.utils.translations import CATALOGUES

GERMAN = {"Accept-Language": "de"}
PLACEHOLDER = re.compile(r"%\\\(\w+\\\)[sd]")
SHOWN_ATTRIBUTES = ("aria-label", "alt", "title", "placeholder", "data-failed", "data-unsupported")


def check_german(reply, *catalogues: str, status: int = 200) -> None:
    """Check that the page is German, and that no text of it is an English message of the catalogues."""
    english = [
        (text, message)
        for text in _read_texts(reply.text)
        for message, pattern in _english_messages(catalogues)
        if pattern.search(text)
    ]
    assert reply.status_code == status, reply.text
    assert not english, english
    assert '<html lang="de"' in reply.text
    assert reply.headers["Content-Language"] == "de"
    assert "Accept-Language" in reply.headers["Vary"]


@cache
def _english_messages(catalogues):
    """Return the messages whose translations differ, each with its pattern."""
    found = []
    for catalogue in catalogues:
        with (CATALOGUES / "de" / f"{catalogue}.po").open("rb") as file:
            for message in read_po(file, locale="de"):
                forms = zip(*(part if isinstance(part, tuple) else (part,) for part in (message.id, message.string)))
                found += [(english, _pattern(english)) for english, german in forms if english and english != german]
    return found


def _pattern(message):
    """Return the pattern of a message with any values, between other words."""
    return re.compile(rf"(?<!\w){PLACEHOLDER.sub('.+', re.escape(message))}(?!\w)")


def _read_texts(page):
    texts = []

    class TextParser(HTMLParser):
        def handle_starttag(self, tag, attrs):
            texts.extend(value for name, value in attrs if name in SHOWN_ATTRIBUTES and value)

        def handle_data(self, data):
            # Structured data has the words of its vocabulary.
            if self.cdata_elem is None:
                texts.append(data.strip())

    TextParser().feed(page)
    return texts
