"""Cards that networks show beside links."""

import io

import pytest
from PIL import Image, ImageFont

from joindin.utils.images import cards
from joindin.utils.images.cards import can_draw, draw_card

pytestmark = pytest.mark.runs_once("cards are drawn without a database")

CENTRE = (0.0, 0.0)
LINES = ("Ada Lovelace", "Harbour Days", "Fri, 9 Jul 2027, 10:00")


@pytest.fixture(autouse=True)
def font_of_pillow(monkeypatch):
    """The font that every system has."""
    cards._has_letter.cache_clear()
    monkeypatch.setattr(cards, "load_font", ImageFont.load_default)
    yield
    cards._has_letter.cache_clear()


def picture(colour="red", size=(300, 200), form="JPEG", mode="RGB"):
    buffer = io.BytesIO()
    Image.new(mode, size, colour).save(buffer, form)
    return buffer.getvalue()


def opened(card):
    image = Image.open(io.BytesIO(card))
    assert (image.format, image.size) == ("PNG", (1200, 630))
    return image.convert("RGB")


def is_near(pixel, colour):
    return all(abs(one - other) < 16 for one, other in zip(pixel, colour, strict=True))


def text_box(image, right=1200):
    """The box of what is lighter than the background."""
    return image.crop((0, 0, right, 630)).convert("L").point(lambda value: 255 if value > 160 else 0).getbbox()


@pytest.mark.parametrize(
    "title", ["Tides", "A talk with a title of some length that needs lines", "word " * 60, "W" * 500, "  a\n b  "]
)
@pytest.mark.parametrize("image", [None, picture()])
def test_text_stays_within_the_margins(title, image):
    card = opened(draw_card(title, LINES, image, CENTRE))

    left, top, right, bottom = text_box(card, 780 if image else 1200)
    assert (left >= 50, top >= 50, bottom <= 590) == (True, True, True)
    assert right <= (724 if image else 1144)


def test_the_image_of_the_event_is_beside_the_text():
    card = opened(draw_card("Tides", LINES, picture(), CENTRE))

    assert is_near(card.getpixel((1000, 300)), (254, 0, 0))
    assert is_near(card.getpixel((10, 10)), (0x1F, 0x4E, 0x79))


@pytest.mark.parametrize("title", ["潮の満ち引き", "Приливы", "גאות", "", "\U0001f389 Party"])
def test_a_title_without_letters_of_the_font_leaves_the_image_alone(title):
    card = opened(draw_card(title, LINES, picture(), CENTRE))

    assert all(is_near(card.getpixel(point), (254, 0, 0)) for point in ((5, 5), (600, 300), (1190, 620)))


def test_lines_that_the_font_can_draw_stay_without_title_and_image():
    card = opened(draw_card("潮の満ち引き", ("人", "2027"), None, CENTRE))

    assert text_box(card)[1] > 500


@pytest.mark.parametrize("content", [b"", b"nonsense", picture()[:-200]])
def test_a_damaged_image_is_left_out(content):
    card = opened(draw_card("Tides", LINES, content, CENTRE))

    assert is_near(card.getpixel((1000, 20)), (0x1F, 0x4E, 0x79))


def test_transparent_parts_are_white():
    content = picture((0, 0, 0, 0), form="PNG", mode="RGBA")

    assert is_near(opened(draw_card("Tides", (), content, CENTRE)).getpixel((1000, 300)), (255, 255, 255))


def test_the_focal_point_stays():
    wide = Image.new("RGB", (1000, 100), "red")
    wide.paste("blue", (500, 0, 1000, 100))
    buffer = io.BytesIO()
    wide.save(buffer, "PNG")

    cards_of_sides = [opened(draw_card("T", (), buffer.getvalue(), (x, 0.0))) for x in (-1.0, 1.0)]

    assert is_near(cards_of_sides[0].getpixel((1000, 300)), (255, 0, 0))
    assert is_near(cards_of_sides[1].getpixel((1000, 300)), (0, 0, 255))


def test_the_font_is_known_by_its_letters():
    assert can_draw("Tides – and “more”")
    assert not can_draw("Tides 潮")
    assert not can_draw(" \n ")
    assert not can_draw("שלום")
