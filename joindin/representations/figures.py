"""Drawings: numbers in, SVG out. Colours and sizes are presentation attributes, because pages allow no inline style."""

from collections.abc import Sequence
from xml.sax.saxutils import escape

BAR_HEIGHT, GAP, BAR_WIDTH, NUMBER_WIDTH = 28, 10, 320, 56
# Of a character, and of the space after a label.
CHARACTER_WIDTH, LABEL_SPACE = 9, 15


def draw_bars(title: str, bars: Sequence[tuple[str, int]]) -> str:
    """Return horizontal bars with a label and a number each; the longest has the full width."""
    label_width = LABEL_SPACE + CHARACTER_WIDTH * max((len(label) for label, _ in bars), default=0)
    most = max((number for _, number in bars), default=0) or 1
    height = len(bars) * (BAR_HEIGHT + GAP)
    width = label_width + BAR_WIDTH + NUMBER_WIDTH
    rows = []
    for row, (label, number) in enumerate(bars):
        top, length = row * (BAR_HEIGHT + GAP), round(BAR_WIDTH * number / most)
        baseline = top + BAR_HEIGHT - 8
        rows.append(
            f'<text x="0" y="{baseline}" fill="currentColor">{escape(label)}</text>'
            f'<rect x="{label_width}" y="{top}" width="{max(length, 2)}" height="{BAR_HEIGHT}" rx="4" fill="#4a7fb5"/>'
            f'<text x="{label_width + length + 8}" y="{baseline}" fill="currentColor">{number}</text>'
        )
    texts = ", ".join(f"{label}: {number}" for label, number in bars)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
        f' role="img" font-size="16" font-family="sans-serif"><title>{escape(title)}</title><desc>{escape(texts)}</desc>{"".join(rows)}</svg>'
    )
