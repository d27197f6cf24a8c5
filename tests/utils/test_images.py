"""What becomes of an uploaded picture (spec 4.10). Content counts, names do not."""

import io
import struct
import zlib

import pytest
from PIL import Image, ImageDraw

from joindin.errors import InvalidInput
from joindin.utils.images import MAX_PIXELS, process_event_image


def picture(mode="RGB", size=(200, 200), colour=(200, 100, 50)):
    return Image.new(mode, size, colour)


def encoded(image, kind="PNG", **options):
    made = io.BytesIO()
    image.save(made, kind, **options)
    return made.getvalue()


def opened(made):
    return Image.open(io.BytesIO(made.content))


def a_bomb(width, height):
    """A PNG of a few bytes that claims to be huge."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 100)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )


@pytest.mark.parametrize(("kind", "ending"), [("PNG", "png"), ("JPEG", "jpg"), ("GIF", "gif"), ("WEBP", "webp")])
def test_a_picture_is_made_in_two_sizes_of_its_own_format(kind, ending):
    orig, small = process_event_image(encoded(picture(), kind))

    assert [(each.size, each.extension, each.width, each.height) for each in (orig, small)] == [
        ("orig", ending, 200, 200),
        ("small", ending, 140, 140),
    ]
    assert [(opened(each).format, opened(each).size) for each in (orig, small)] == [
        (kind, (200, 200)),
        (kind, (140, 140)),
    ]


@pytest.mark.parametrize("pixels", [140, 1440])
def test_the_smallest_and_the_largest_are_taken(pixels):
    orig, small = process_event_image(encoded(picture(size=(pixels, pixels))))

    assert (orig.width, small.width) == (pixels, 140)


@pytest.mark.parametrize(
    ("size", "sentence"),
    [
        ((139, 139), "Supplied image must be at least 140px square"),
        ((1441, 1441), "Supplied image must be no more than 1440px square"),
        ((200, 201), "Supplied image must be square"),
        ((100, 1500), "Supplied image must be square"),
    ],
)
def test_other_shapes_are_refused(size, sentence):
    with pytest.raises(InvalidInput, match=f"^{sentence}$"):
        process_event_image(encoded(picture(size=size)))


@pytest.mark.parametrize("size", [(3000, 3000), (30_000, 30_000), (2**31 - 1, 2**31 - 1)])
def test_a_bomb_is_refused_by_its_header(size):
    with pytest.raises(InvalidInput, match=r"^Supplied image must be no more than 1440px square$"):
        process_event_image(a_bomb(*size))


@pytest.mark.parametrize(
    "content", [b"", b"no picture", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"\x89PNG\r\n\x1a\n"]
)
def test_what_is_no_picture_is_refused_in_the_originals_spelling(content):
    with pytest.raises(InvalidInput, match=r"^Supplied image must be a PNC, JPG or GIF$"):
        process_event_image(content)


@pytest.mark.parametrize("kind", ["BMP", "TIFF", "ICO", "PDF"])
def test_pictures_of_other_formats_are_refused(kind):
    with pytest.raises(InvalidInput, match=r"^Supplied image must be a PN[CG], JPG or GIF$"):
        process_event_image(encoded(picture(), kind))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_truncated_picture_is_refused(kind):
    noise = Image.effect_noise((300, 300), 90).convert("RGB")
    whole = encoded(noise, kind)

    with pytest.raises(InvalidInput, match=r"^(Image could not be created|Supplied image must be a PNC, JPG or GIF)$"):
        process_event_image(whole[: len(whole) // 2])


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_nothing_but_pixels_is_kept(kind):
    exif = Image.Exif()
    exif[0x010F] = "CAMERA MAKER"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (52.0, 22.0, 23.0)
    upload = encoded(picture(), kind, exif=exif, comment=b"A COMMENT", icc_profile=b"A PROFILE" * 20)

    made = process_event_image(upload)

    assert b"CAMERA MAKER" in upload
    for each in made:
        shown = opened(each)
        assert dict(shown.getexif()) == {}
        assert [word for word in (b"CAMERA", b"COMMENT", b"PROFILE", b"Exif", b"EXIF") if word in each.content] == []


def test_a_photo_is_turned_as_its_camera_says_before_that_is_forgotten():
    exif = Image.Exif()
    exif[0x0112] = 6
    sideways = picture(colour=(0, 0, 0))
    ImageDraw.Draw(sideways).rectangle((0, 0, 199, 99), fill=(255, 255, 255))

    orig, small = (opened(each) for each in process_event_image(encoded(sideways, "JPEG", exif=exif)))

    assert (orig.getpixel((190, 100))[0] > 200, orig.getpixel((10, 100))[0] < 50) == (True, True)
    assert (small.getpixel((130, 70))[0] > 200, small.getpixel((10, 70))[0] < 50) == (True, True)


def test_the_jpeg_of_a_camera_with_a_preview_behind_it_is_a_jpeg():
    upload = encoded(picture(), "MPO", save_all=True, append_images=[picture(size=(50, 50))])

    orig, _small = process_event_image(upload)

    assert (Image.open(io.BytesIO(upload)).format, opened(orig).format) == ("MPO", "JPEG")


@pytest.mark.parametrize("kind", ["PNG", "GIF", "WEBP"])
def test_transparency_is_kept_in_both_sizes(kind):
    see_through = picture("RGBA", colour=(0, 0, 0, 0))
    ImageDraw.Draw(see_through).rectangle((0, 0, 199, 99), fill=(255, 0, 0, 255))

    made = process_event_image(encoded(see_through, kind))

    for each in made:
        shown = opened(each).convert("RGBA")
        assert (shown.getpixel((70, 20))[3], shown.getpixel((70, 130))[3]) == (255, 0)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "I;16", "RGBA"])
def test_every_kind_of_png_is_made_small_with_its_colours(mode):
    grey = Image.new(mode, (200, 200), 128 * 256) if mode == "I;16" else picture("L", colour=128).convert(mode)

    _orig, small = process_event_image(encoded(grey))

    # A bilevel picture of grey is dithered; what it averages to is what is seen.
    shown = opened(small).convert("L").resize((1, 1), Image.Resampling.BOX)
    assert abs(shown.getpixel((0, 0)) - 128) < 6


def test_a_jpeg_for_print_is_made_one_for_screens():
    orig, small = process_event_image(encoded(picture("CMYK", colour=(0, 255, 255, 0)), "JPEG"))

    assert [opened(each).mode for each in (orig, small)] == ["RGB", "RGB"]
    assert opened(orig).getpixel((100, 100))[0] > 200


@pytest.mark.parametrize("kind", ["GIF", "WEBP"])
def test_an_animation_stays_one_and_its_small_form_is_its_first_picture(kind):
    frames = [moving(step) for step in range(3)]
    upload = encoded(frames[0], kind, save_all=True, append_images=frames[1:], duration=[50, 60, 70], disposal=2)

    orig, small = (opened(each) for each in process_event_image(upload))

    uploaded = Image.open(io.BytesIO(upload))
    assert [seen(orig, step) for step in range(3)] == [seen(uploaded, step) for step in range(3)]
    assert (orig.n_frames, small.n_frames) == (3, 1)


def test_an_animation_too_large_for_memory_is_cut():
    frames = [picture(size=(1440, 1440), colour=(step * 6, 0, 0)) for step in range(22)]
    upload = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])

    orig, _small = process_event_image(upload)

    assert opened(orig).n_frames == MAX_PIXELS // 1440**2 == 19


def test_a_frame_that_grows_out_of_its_picture_is_refused():
    first, second = (encoded(picture("P", (150, 150), colour), "GIF") for colour in (0, 1))
    frame = bytearray(second[second.index(b"\x2c") : -1])
    frame[5:9] = struct.pack("<HH", 60_000, 60_000)
    upload = first[:-1] + bytes(frame) + b"\x3b"

    with pytest.raises(InvalidInput, match=r"^Image could not be created$"):
        process_event_image(upload)


def moving(step):
    frame = Image.new("RGBA", (150, 150), (0, 0, 0, 0))
    ImageDraw.Draw(frame).rectangle((step * 50, 0, step * 50 + 40, 150), fill=(255, 0, 0, 255))
    return frame


def seen(animation, step):
    """Which thirds of a frame are painted, and for how long it stays."""
    animation.seek(step)
    frame = animation.convert("RGBA")
    animation.load()
    painted = [third for third in range(3) if frame.getpixel((third * 50 + 20, 70))[3] > 128]
    return (*painted, animation.info["duration"])
