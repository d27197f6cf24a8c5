"""Slides for the end of a talk: event, title, speakers and address of the feedback, with a QR code beside them."""

import io

from PIL import Image, ImageDraw

from joindin.utils.images.card_contents import Slide
from joindin.utils.images.cards import LINE_HEIGHT, can_draw, clean_text, fit_title, load_font, wrap_text
from joindin.utils.qr_codes import make_qr_code, qr_code_file

WIDTH_PX, HEIGHT_PX = 1920, 1080
MARGIN_PX = 96
CODE_WIDTH_PX = 820
TEXT_WIDTH_PX = WIDTH_PX - CODE_WIDTH_PX - 3 * MARGIN_PX
TITLE_SIZES_PX, LINE_SIZE_PX = (104, 88, 72, 60), 44
TITLE_HEIGHT_PX = 520
MIN_ADDRESS_SIZE_PX = 10
# Levels of grey.
BACKGROUND, TEXT_COLOUR, LINE_COLOUR = 255, 17, 68


def draw_slide(slide: Slide) -> bytes:
    """Return a slide of 16:9 as PNG. Texts with a letter that the font lacks are left out."""
    image = Image.new("L", (WIDTH_PX, HEIGHT_PX), BACKGROUND)
    code = _draw_code(slide.address)
    left = WIDTH_PX - MARGIN_PX - (CODE_WIDTH_PX + code.width) // 2
    image.paste(code, (left, (HEIGHT_PX - code.height) // 2))
    draw, font, top = ImageDraw.Draw(image), load_font(LINE_SIZE_PX), MARGIN_PX
    if can_draw(slide.event_name):
        _draw_line(draw, top, slide.event_name, font)
    top += 2 * LINE_SIZE_PX
    if can_draw(slide.title):
        title_font, lines = fit_title(clean_text(slide.title), TEXT_WIDTH_PX, TITLE_HEIGHT_PX, TITLE_SIZES_PX)
        for line in lines:
            draw.text((MARGIN_PX, top), line, TEXT_COLOUR, title_font)
            top += round(title_font.size * LINE_HEIGHT)
    if can_draw(slide.speakers):
        _draw_line(draw, top + LINE_SIZE_PX // 2, slide.speakers, font)
    address = slide.address.partition("://")[2]
    font = _font_of_address(address)
    draw.text((MARGIN_PX, HEIGHT_PX - MARGIN_PX - 2 * LINE_SIZE_PX), address, TEXT_COLOUR, font)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def _draw_code(address):
    code = Image.open(io.BytesIO(qr_code_file(make_qr_code(address), "png", scale=1))).convert("L")
    width = CODE_WIDTH_PX // code.width * code.width
    return code.resize((width, width), Image.Resampling.NEAREST)


def _draw_line(draw, top, text, font):
    draw.text((MARGIN_PX, top), wrap_text(clean_text(text), font, TEXT_WIDTH_PX, 1)[0], LINE_COLOUR, font)


def _font_of_address(address):
    """Return the largest font in which the address has room: it is never cut."""
    sizes = range(LINE_SIZE_PX, MIN_ADDRESS_SIZE_PX, -2)
    fonts = (load_font(size) for size in sizes)
    return next((font for font in fonts if font.getlength(address) <= TEXT_WIDTH_PX), load_font(MIN_ADDRESS_SIZE_PX))
