"""The catalogues of translations are complete: all marked messages, no other ones, with the same placeholders."""

import re
from functools import cache
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import joindin
from joindin.utils.translations import CATALOGUES, load_translations

pytestmark = pytest.mark.runs_once("catalogues are files")

PACKAGE = Path(joindin.__file__).parent
KEYWORDS = {"_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}
METHODS = [("**.py", "python"), ("**.html", "jinja2.ext:babel_extract"), ("**.txt", "jinja2.ext:babel_extract")]
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")
LANGUAGES = sorted(path.name for path in CATALOGUES.iterdir() if path.is_dir())


@cache
def marked_messages():
    """Return the messages, or pairs of singular and plural, that code and templates translate."""
    found = extract_from_dir(PACKAGE, METHODS, {"**.html": {"silent": "false"}}, KEYWORDS)
    return {message for _file, _line, message, _comments, _context in found}


def catalogue_messages(language):
    """Return (file, message) for all messages of a language."""
    for path in sorted((CATALOGUES / language).glob("*.po")):
        with path.open("rb") as file:
            yield from ((path.name, message) for message in read_po(file, locale=language) if message.id)


def translated(message):
    return message.string if isinstance(message.string, tuple) else (message.string,)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_marked_message_is_translated(language):
    known = {message.id for _, message in catalogue_messages(language) if all(translated(message))}
    # A message with a plural may be the singular of one as well.
    missing = {message for message in marked_messages() if message not in known}

    assert sorted(map(str, missing)) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_catalogues_have_no_other_messages(language):
    unused = {
        message.id
        for _, message in catalogue_messages(language)
        if message.id not in marked_messages() and not is_literal(message.id)
    }

    assert sorted(map(str, unused)) == []


def is_literal(message):
    """Whether the source has the message as a text that is translated elsewhere, such as a refusal of an operation."""
    return any(f'"{message}"' in text for text in sources())


@cache
def sources():
    return [path.read_text() for path in PACKAGE.rglob("*.py")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_have_the_placeholders_of_the_message(language):
    wrong = [
        (name, message.id)
        for name, message in catalogue_messages(language)
        for text in translated(message)
        for source in [message.id if isinstance(message.id, str) else message.id[1]]
        if set(PLACEHOLDER.findall(text)) - set(PLACEHOLDER.findall(source))
        or (isinstance(message.id, str) and set(PLACEHOLDER.findall(text)) != set(PLACEHOLDER.findall(source)))
    ]

    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_two_catalogues_translate_a_message_equally(language):
    texts = {}
    for _, message in catalogue_messages(language):
        texts.setdefault(message.id, set()).add(message.string)

    assert [message for message, those in texts.items() if len(those) > 1] == []


def test_an_unknown_language_is_english():
    assert load_translations("fr").gettext("Sign in") == "Sign in"


def test_plurals_have_both_forms():
    german = load_translations("de")

    assert [german.ngettext("%(num)d hour", "%(num)d hours", number) for number in (1, 2)] == [
        "%(num)d Stunde",
        "%(num)d Stunden",
    ]
