"""Characters that are not seen: format, control and filler characters, and those that change the direction of text."""

import re
import unicodedata

# The categories Cc, Cf, Cs, Zl and Zp, the code points with the property Default_Ignorable_Code_Point (Unicode 17,
# DerivedCoreProperties.txt), and the blank Braille pattern. The bidirectional controls are in category Cf.
INVISIBLE_PATTERN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
ZERO_WIDTH_NON_JOINER, ZERO_WIDTH_JOINER = "\u200c", "\u200d"
EMOJI_SELECTORS = ("\ufe0e", "\ufe0f")
KEYCAP = "\u20e3"
# The canonical combining class of signs that remove the vowel of an Indic consonant.
VIRAMA = 9


def has_invisible_characters(text: str) -> bool:
    return INVISIBLE_PATTERN.search(text) is not None


def remove_invisible_characters(text: str) -> str:
    """Remove the characters, except joiners and selectors where they are part of the spelling.

    They are part of emoji, of Indic words (after a virama) and of Persian words (between two Arabic letters).
    """
    return INVISIBLE_PATTERN.sub(lambda match: match[0] if _is_spelling(text, match.start()) else "", text)


def _is_spelling(text, position):
    before, character, after = text[position - 1 : position], text[position], text[position + 1 : position + 2]
    if not before or not after:
        return character in EMOJI_SELECTORS and _is_symbol(before)
    if character in EMOJI_SELECTORS:
        return _is_symbol(before) or after == KEYCAP
    if character == ZERO_WIDTH_JOINER and _is_symbol(after):
        return _is_symbol(before) or before in EMOJI_SELECTORS
    if character == ZERO_WIDTH_NON_JOINER and _is_arabic_letter(before) and _is_arabic_letter(after):
        return True
    return character in (ZERO_WIDTH_JOINER, ZERO_WIDTH_NON_JOINER) and unicodedata.combining(before) == VIRAMA


def _is_symbol(character):
    """Whether it is an emoji, a skin tone or another symbol."""
    return bool(character) and unicodedata.category(character) in ("So", "Sm", "Sk") and not character.isascii()


def _is_arabic_letter(character):
    return unicodedata.bidirectional(character) == "AL" and unicodedata.category(character) == "Lo"
