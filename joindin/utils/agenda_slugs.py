"""Slugs of the community agenda, by the rule of Gancio (contract, sections 6.9 and 23)."""

import re
import unicodedata

# Letters that no decomposition turns into Latin ones, and symbols that are read as words.
_TABLES = (
    ("ßẞæÆœŒøØłŁđĐðÐþÞħĦŧŦŋŊıĸ", "ss SS ae AE oe OE o O l L d D d D th TH h H t T n N i k"),
    ("αβγδεζηθικλμνξοπρσςτυφχψω", "a b g d e z h 8 i k l m n 3 o p r s s t y f x ps w"),
    ("абвгдеёжзийклмнопрстуфхцчшщъыьэюя", "a b v g d e yo zh z i j k l m n o p r s t u f h c ch sh sh u y _ e yu ya"),
    ("єіїґўђјљњћџѓќѕ", "ye i yi g u dj j lj nj c dz g k s"),
    ("&|<>∞♥$€£¢¥₴₹₽", " and or less greater infinity love dollar euro pound cent yen hryvnia rupee ruble"),
)
_WORDS = {
    character: word.replace("_", "")
    for characters, words in _TABLES
    for character, word in zip(characters, words.split(), strict=True)
}
_NOT_KEPT = re.compile(r"[^A-Za-z0-9_ ~-]")
_GAPS = re.compile(r"[ -]+")

# Room for a number in the column of 255 characters.
MAX_BASE_LENGTH = 240


def agenda_slug(title: str) -> str:
    """Return the slug of a title; empty if the title has no character that a slug can have."""
    letters = "".join(map(_to_latin, unicodedata.normalize("NFC", " ".join(title.split()))))
    return _GAPS.sub("-", _NOT_KEPT.sub("", letters).strip()).lower()[:MAX_BASE_LENGTH]


def _to_latin(character):
    if character.isascii() and character not in _WORDS:
        return character
    word = _WORDS.get(character) or _WORDS.get(character.lower())
    if word is None:
        base = unicodedata.normalize("NFD", character)[0]
        word = base if base.isascii() else _WORDS.get(base, _WORDS.get(base.lower(), ""))
    return word
