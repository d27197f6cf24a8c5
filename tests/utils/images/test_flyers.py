"""Processing of flyers (Gancio contract, section 8)."""

import io
import time

import pytest
from PIL import Image

from joindin.errors import InvalidInput
from joindin.utils.images.flyers import MSG_TOO_MANY_PIXELS, MSG_UNSUPPORTED_IMAGE, crop_square, process_flyer
from tests.utils.images.image_files import decode, encode, make_image, png_chunk

RED, BLUE = (250, 10, 10), (10, 10, 250)


def half_and_half(size=(400, 200)):
    """Return an image that is red on the left and blue on the right."""
    image = Image.new("RGB", size, BLUE)
    image.paste(RED, (0, 0, size[0] // 2, size[1]))
    return image


def is_near(pixel, colour):
    return all(abs(a - b) < 30 for a, b in zip(pixel, colour, strict=True))


def open_jpeg(content):
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


@pytest.mark.parametrize(
    ("size", "full", "thumbnail"),
    [
        ((1600, 900), (1200, 675), (500, 281)),
        ((300, 200), (300, 200), (300, 200)),
        ((501, 3), (501, 3), (500, 3)),
        ((1200, 1), (1200, 1), (500, 1)),
        ((4000, 3000), (1200, 900), (500, 375)),
        ((200, 3000), (200, 3000), (200, 3000)),
        ((1, 1), (1, 1), (1, 1)),
    ],
)
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_flyer_is_a_jpeg_of_two_widths_and_never_enlarged(kind, size, full, thumbnail):
    flyer = process_flyer(encode(make_image(size=size), kind))

    assert (flyer.width, flyer.height) == full
    for content, expected in ((flyer.content, full), (flyer.thumbnail, thumbnail)):
        image = open_jpeg(content)
        assert (image.format, image.mode, image.size) == ("JPEG", "RGB", expected)
        assert image.info.get("progressive")
        assert is_near(image.getpixel((0, 0)), (200, 100, 50))


@pytest.mark.parametrize("size", [(400, 200), (3000, 1500)])
def test_photo_is_turned_upright_and_loses_its_metadata(size):
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "secret"
    flyer = process_flyer(encode(half_and_half(size), "JPEG", exif=exif, quality=95))

    image = open_jpeg(flyer.content)
    width = min(1200, size[1])
    assert (flyer.width, flyer.height) == image.size == (width, 2 * width)
    assert is_near(image.getpixel((5, 5)), RED)
    assert is_near(image.getpixel((5, image.height - 5)), BLUE)
    assert b"secret" not in flyer.content
    assert not image.getexif()


@pytest.mark.parametrize(
    ("mode", "colour", "shown"),
    [
        ("RGBA", (250, 10, 10, 0), (255, 255, 255)),
        ("LA", (0, 0), (255, 255, 255)),
        ("I;16", 65535, (255, 255, 255)),
        ("1", 1, (255, 255, 255)),
        ("L", 120, (120, 120, 120)),
    ],
)
@pytest.mark.parametrize("size", [(300, 200), (2400, 1600)])
def test_every_kind_of_pixel_is_shown_on_white(mode, colour, shown, size):
    image = open_jpeg(process_flyer(encode(Image.new(mode, size, colour))).content)

    assert is_near(image.getpixel((20, 20)), shown)


def test_palette_and_cmyk_are_converted():
    palette = half_and_half((2400, 1200)).quantize(16)
    cmyk = half_and_half((2400, 1200)).convert("CMYK")
    for content in (encode(palette), encode(palette, "GIF"), encode(cmyk, "JPEG")):
        image = open_jpeg(process_flyer(content).content)
        assert is_near(image.getpixel((20, 20)), RED)
        assert is_near(image.getpixel((1180, 20)), BLUE)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"text",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        encode(make_image())[:100],
        encode(make_image(), "BMP"),
    ],
)
def test_content_that_is_no_image_is_refused_with_the_message_of_gancio(content):
    with pytest.raises(InvalidInput) as refusal:
        process_flyer(content)

    assert str(refusal.value) == MSG_UNSUPPORTED_IMAGE


def test_image_with_too_many_pixels_is_refused_before_it_is_decoded():
    bomb = encode(make_image(size=(1, 1)))
    header = bytearray(bomb[16:29])
    header[:8] = (30_000).to_bytes(4, "big") * 2
    bomb = bomb[:8] + png_chunk(b"IHDR", bytes(header)) + bomb[33:]
    begun = time.thread_time()

    with pytest.raises(InvalidInput) as refusal:
        process_flyer(bomb)

    assert str(refusal.value) == MSG_TOO_MANY_PIXELS
    assert time.thread_time() - begun < 0.5


@pytest.mark.parametrize(("kind", "size"), [("JPEG", (8_000, 5_001)), ("GIF", (4_000, 4_001))])
def test_largest_image_depends_on_the_memory_that_its_format_needs(kind, size):
    largest = (size[0], size[1] - 1)

    with pytest.raises(InvalidInput) as refusal:
        process_flyer(encode(make_image(size=size), kind))

    assert str(refusal.value) == MSG_TOO_MANY_PIXELS
    assert process_flyer(encode(make_image(size=largest), kind)).width == 1200


@pytest.mark.parametrize(("focal_point", "colour"), [((-1, 0), RED), ((1, 0), BLUE), ((1, 1), BLUE)])
def test_square_is_cut_around_the_focal_point(focal_point, colour):
    orig, small = crop_square(process_flyer(encode(half_and_half())).content, focal_point)

    assert [(image.size, image.width, image.height, image.extension) for image in (orig, small)] == [
        ("orig", 200, 200, "jpg"),
        ("small", 140, 140, "jpg"),
    ]
    for image in (orig, small):
        assert decode(image).size == (image.width, image.height)
        assert is_near(decode(image).getpixel((image.width // 2, 70)), colour)


def test_square_of_a_small_flyer_has_the_least_size_of_event_images():
    orig, small = crop_square(process_flyer(encode(make_image(size=(100, 50)))).content, (0, 0))

    assert [(image.width, decode(image).size) for image in (orig, small)] == [(140, (140, 140)), (140, (140, 140))]
