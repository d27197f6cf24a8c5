"""Slides for the end of a talk."""

import io

import pytest
from PIL import Image

from joindin.utils.images.card_contents import Slide
from joindin.utils.images.slides import draw_slide
from joindin.utils.qr_codes import MARGIN, make_qr_code

pytestmark = pytest.mark.runs_once("slides are drawn without a database")

ADDRESS = "https://conference.example/f/ab12c"
TEXT_WIDTH_PX = 900


def drawn(**texts):
    values = {"event_name": "Harbour Days", "title": "Tides", "speakers": "Ada Lovelace", "address": ADDRESS}
    return (
        Image.open(io.BytesIO(draw_slide(Slide(**values | texts))))
        .convert("L")
        .point(lambda value: value > 128 and 255)
    )


def text_box(image):
    return image.crop((0, 0, TEXT_WIDTH_PX, 1080)).point(lambda value: 255 - value).getbbox()


@pytest.mark.parametrize("address", [ADDRESS, f"https://{'long.' * 20}example/f/ab12c"])
def test_the_code_is_that_of_the_address(address):
    code = drawn(address=address).crop((TEXT_WIDTH_PX, 0, 1920, 1080))
    left, top, right, bottom = code.point(lambda value: 255 - value).getbbox()
    modules = [list(row) for row in make_qr_code(address).matrix]
    size = (right - left) // len(modules)

    found = [
        [
            int(code.getpixel((left + x * size + size // 2, top + y * size + size // 2)) == 0)
            for x in range(len(modules))
        ]
        for y in range(len(modules))
    ]

    # A difference of many modules takes minutes to explain.
    is_same = found == modules
    assert is_same
    assert right - left == bottom - top == size * len(modules)
    assert 1920 - TEXT_WIDTH_PX - right >= MARGIN * size


@pytest.mark.parametrize("title", ["Tides", "word " * 60, "W" * 500, "  a\n b  "])
def test_texts_stay_on_their_side(title):
    left, top, right, bottom = text_box(drawn(title=title, event_name=title, speakers=title))

    assert (left >= 90, top >= 90, right < TEXT_WIDTH_PX, bottom <= 990) == (True, True, True, True)


def test_texts_with_letters_that_the_font_lacks_are_left_out():
    arabic = "\u0645\u0631\u062d\u0628\u0627"

    assert text_box(drawn(title=arabic, event_name=arabic, speakers=arabic))[1] > 800
    assert text_box(drawn(title="Tides", event_name="", speakers=""))[1] < 400
