"""Translations of messages, from the gettext catalogues in ``joindin/translations``.

The English text is the key of a message. A language is a folder with several catalogues, one for each group of pages; what a catalogue lacks stays English.
"""

import io
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

CATALOGUES = Path(__file__).parents[1] / "translations"
LANGUAGES = tuple(sorted({"en", *(path.parent.name for path in CATALOGUES.glob("*/*.po"))}))


@cache
def load_translations(language: str) -> NullTranslations:
    """Return the translations to a language; English for unknown ones."""
    merged = Catalog(locale=language)
    paths = sorted((CATALOGUES / language).glob("*.po")) if language in LANGUAGES else []
    for path in paths:
        with path.open("rb") as file:
            for message in read_po(file, locale=language):
                if message.id:
                    merged[message.id] = message
    if not paths:
        return NullTranslations()
    compiled = io.BytesIO()
    write_mo(compiled, merged)
    compiled.seek(0)
    return GNUTranslations(compiled)
