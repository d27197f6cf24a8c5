"""Characters that are not seen: format, control and filler characters, and those that change the direction of text."""

import re

# The categories Cc, Cf, Cs, Zl and Zp, the code points with the property Default_Ignorable_Code_Point (Unicode 17,
# DerivedCoreProperties.txt), and the blank Braille pattern. The bidirectional controls are in category Cf.
_INVISIBLE = (
    "\x00-\x1f\x7f-\x9f\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
INVISIBLE_PATTERN = re.compile(f"[{_INVISIBLE}]")


def has_invisible_characters(text: str) -> bool:
    return INVISIBLE_PATTERN.search(text) is not None
