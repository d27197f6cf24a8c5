"""Coordinates as people paste them: numbers, ``geo:`` addresses, and links to maps."""

import re

NUMBER = r"(-?\d{1,3}(?:\.\d{1,20})?)"
# Numbers in their order, latitude first.
PATTERNS = [
    re.compile(pattern)
    for pattern in (
        rf"\A{NUMBER}\s*[,; ]\s*{NUMBER}\Z",
        rf"\Ageo:{NUMBER},{NUMBER}(?:[,;?].*)?\Z",
        rf"[?&]mlat={NUMBER}&mlon={NUMBER}",
        rf"#map=\d{{1,2}}(?:\.\d+)?/{NUMBER}/{NUMBER}",
        rf"/@{NUMBER},{NUMBER}",
        rf"[?&](?:q|ll|query|center)={NUMBER}(?:,|%2C){NUMBER}",
    )
]
MAX_LENGTH = 2_000


def parse_coordinates(text: str) -> tuple[float, float] | None:
    """Return latitude and longitude in degrees; None if the text has none, or they are on no map."""
    for pattern in PATTERNS if len(text) <= MAX_LENGTH else ():
        if match := pattern.search(text.strip()):
            latitude, longitude = float(match[1]), float(match[2])
            return (latitude, longitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else None
    return None


def format_coordinates(latitude: float | None, longitude: float | None) -> str:
    return "" if latitude is None or longitude is None else f"{latitude:.10g}, {longitude:.10g}"
