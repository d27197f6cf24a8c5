"""Cards: pictures that networks show beside a link. A title, lines below it, and an image beside them.

The font is DejaVu where the system has it, else that of Pillow, which has few letters besides ASCII. A title with a letter
that the font lacks is not drawn: the card is the image alone.
"""

import io
import unicodedata
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont, ImageOps

from joindin.errors import InvalidInput
from joindin.utils.concurrency_limit import ConcurrencyLimit
from joindin.utils.images.decoding import decode_image, has_alpha, to_eight_bits
from joindin.utils.images.file_types import parse_image

WIDTH_PX, HEIGHT_PX = 1200, 630
MARGIN_PX = 60
IMAGE_WIDTH_PX = 420
FONT_FILE = "DejaVuSans-Bold.ttf"
TITLE_SIZES_PX, LINE_SIZE_PX = (76, 64, 52, 42), 32
TITLE_HEIGHT_PX = 330
# The distance of two lines of a title, by the size of the font.
LINE_HEIGHT = 1.25
MAX_TEXT_LENGTH = 200
BACKGROUND, TITLE_COLOUR, LINE_COLOUR = "#1f4e79", "#ffffff", "#cfe2f5"
# Characters that few fonts have, and that others replace.
SUBSTITUTES = str.maketrans({"–": "-", "—": "-", "\u2009": " ", "\u202f": " ", "\xa0": " "})
# Letters that are written from right to left need a layout that Pillow may lack.
RIGHT_TO_LEFT = ("R", "AL", "AN")

# A card takes about a tenth of a second, once for each version.
DRAWING = ConcurrencyLimit("images", max_running=1, max_waiting=2, max_wait_s=3)


def draw_card(title: str, lines: tuple[str, ...], image: bytes | None, focal_point: tuple[float, float]) -> bytes:
    """Return a card as PNG. ``focal_point`` is the part of the image that stays, from -1 (left, top) to 1."""
    picture = _decode(image) if image else None
    centre = tuple((point + 1) / 2 for point in focal_point)
    has_title = can_draw(title)
    if picture is not None and not has_title:
        return _encode(ImageOps.fit(picture, (WIDTH_PX, HEIGHT_PX), centering=centre))
    card = Image.new("RGB", (WIDTH_PX, HEIGHT_PX), BACKGROUND)
    width = WIDTH_PX - 2 * MARGIN_PX
    if picture is not None:
        card.paste(ImageOps.fit(picture, (IMAGE_WIDTH_PX, HEIGHT_PX), centering=centre), (WIDTH_PX - IMAGE_WIDTH_PX, 0))
        width -= IMAGE_WIDTH_PX
    draw, top = ImageDraw.Draw(card), MARGIN_PX
    if has_title:
        font, wrapped = fit_title(clean_text(title), width, TITLE_HEIGHT_PX)
        for line in wrapped:
            draw.text((MARGIN_PX, top), line, TITLE_COLOUR, font)
            top += round(font.size * LINE_HEIGHT)
    top = HEIGHT_PX - MARGIN_PX
    font = load_font(LINE_SIZE_PX)
    for line in reversed([line for line in lines if can_draw(line)]):
        top -= round(font.size * 1.5)
        draw.text((MARGIN_PX, top), wrap_text(clean_text(line), font, width, 1)[0], LINE_COLOUR, font)
    return _encode(card)


def can_draw(text: str) -> bool:
    """Return whether the font has all letters of a text, and there are some."""
    letters = set(clean_text(text)) - {" "}
    return bool(letters) and all(map(_has_letter, letters))


@lru_cache(maxsize=8)
def load_font(size: int) -> ImageFont.FreeTypeFont:
    try:
        return ImageFont.truetype(FONT_FILE, size)
    except OSError:
        return ImageFont.load_default(size)


@lru_cache(maxsize=4096)
def _has_letter(letter):
    if unicodedata.bidirectional(letter) in RIGHT_TO_LEFT:
        return False
    font = load_font(LINE_SIZE_PX)
    # No font has a glyph for a number that is no character.
    glyph, missing = (font.getmask(each) for each in (letter, "\uffff"))
    return (glyph.size, bytes(glyph)) != (missing.size, bytes(missing))


def clean_text(text: str) -> str:
    return " ".join(text.translate(SUBSTITUTES).split())[:MAX_TEXT_LENGTH]


def fit_title(
    title: str, width: int, height: int, sizes: tuple[int, ...] = TITLE_SIZES_PX
) -> tuple[ImageFont.FreeTypeFont, list[str]]:
    """Return the largest font in which the title has room, and the lines; the smallest one cuts the title."""
    for size in sizes:
        font = load_font(size)
        max_lines = int(height / (size * LINE_HEIGHT))
        lines = wrap_text(title, font, width, max_lines + 1)
        if len(lines) <= max_lines and all(font.getlength(word) <= width for word in title.split()):
            return font, lines
    return font, wrap_text(title, font, width, max_lines)


def wrap_text(text: str, font: ImageFont.FreeTypeFont, width: int, max_lines: int) -> list[str]:
    """Return the lines of a text, broken between words, or within a word that is longer than a line.

    The last line ends in an ellipsis if there would be more than ``max_lines``.
    """
    lines, rest = [], text
    while rest and len(lines) < max_lines:
        if font.getlength(rest) <= width:
            return [*lines, rest]
        ending = "…" if len(lines) == max_lines - 1 else ""
        length = next(length for length in range(len(rest), 0, -1) if font.getlength(rest[:length] + ending) <= width)
        cut = rest.rfind(" ", 1, length + 1)
        cut = cut if cut > 0 else length
        lines.append(rest[:cut] + ending)
        rest = rest[cut:].lstrip()
    return lines


def _decode(content):
    """Return an image in RGB, transparent parts on white; None if it is damaged."""
    try:
        file = parse_image(content)
        if file.has_too_many_pixels:
            return None
        image = to_eight_bits(decode_image(file, min(1, WIDTH_PX / max(file.width, 1))))
    except InvalidInput:
        return None
    if not has_alpha(image):
        return image.convert("RGB")
    image = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")


def _encode(image):
    buffer = io.BytesIO()
    # A palette makes photographs a quarter of their size.
    image.quantize(256).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
