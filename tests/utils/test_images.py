"""Processing of uploaded event images (spec 4.10). The format is read from the content."""

import io
import struct
import zlib

import pytest
from PIL import Image, ImageDraw

from joindin.errors import InvalidInput
from joindin.utils import images
from joindin.utils.images import MAX_FRAMES, MAX_PIXELS, process_event_image


def make_image(mode="RGB", size=(200, 200), colour=(200, 100, 50)):
    return Image.new(mode, size, colour)


def encode(image, image_format="PNG", **options):
    buffer = io.BytesIO()
    image.save(buffer, image_format, **options)
    return buffer.getvalue()


def decode(processed):
    return Image.open(io.BytesIO(processed.content))


def make_bomb(width, height):
    """Return a PNG of a few bytes whose header claims a huge size."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 100)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )


@pytest.mark.parametrize(("kind", "extension"), [("PNG", "png"), ("JPEG", "jpg"), ("GIF", "gif"), ("WEBP", "webp")])
def test_image_is_stored_in_two_sizes_of_its_format(kind, extension):
    orig, small = process_event_image(encode(make_image(), kind))

    assert [(each.size, each.extension, each.width, each.height) for each in (orig, small)] == [
        ("orig", extension, 200, 200),
        ("small", extension, 140, 140),
    ]
    assert [(decode(each).format, decode(each).size) for each in (orig, small)] == [
        (kind, (200, 200)),
        (kind, (140, 140)),
    ]


@pytest.mark.parametrize("pixels", [140, 1440])
def test_smallest_and_largest_size_are_accepted(pixels):
    orig, small = process_event_image(encode(make_image(size=(pixels, pixels))))

    assert (orig.width, small.width) == (pixels, 140)


@pytest.mark.parametrize(
    ("size", "message"),
    [
        ((139, 139), "Supplied image must be at least 140px square"),
        ((1441, 1441), "Supplied image must be no more than 1440px square"),
        ((200, 201), "Supplied image must be square"),
        ((100, 1500), "Supplied image must be square"),
    ],
)
def test_other_sizes_are_refused(size, message):
    with pytest.raises(InvalidInput, match=f"^{message}$"):
        process_event_image(encode(make_image(size=size)))


@pytest.mark.parametrize("size", [(3000, 3000), (30_000, 30_000), (2**31 - 1, 2**31 - 1)])
def test_decompression_bomb_is_refused_by_its_header(size):
    with pytest.raises(InvalidInput, match=r"^Supplied image must be no more than 1440px square$"):
        process_event_image(make_bomb(*size))


@pytest.mark.parametrize(
    "content", [b"", b"no picture", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"\x89PNG\r\n\x1a\n"]
)
def test_other_content_is_refused_with_the_message_of_the_contract(content):
    with pytest.raises(InvalidInput, match=r"^Supplied image must be a PNC, JPG or GIF$"):
        process_event_image(content)


@pytest.mark.parametrize("kind", ["BMP", "TIFF", "ICO", "PDF"])
def test_other_image_formats_are_refused(kind):
    with pytest.raises(InvalidInput, match=r"^Supplied image must be a PN[CG], JPG or GIF$"):
        process_event_image(encode(make_image(), kind))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_truncated_image_is_refused(kind):
    noise = Image.effect_noise((300, 300), 90).convert("RGB")
    whole = encode(noise, kind)

    with pytest.raises(InvalidInput, match=r"^(Image could not be created|Supplied image must be a PNC, JPG or GIF)$"):
        process_event_image(whole[: len(whole) // 2])


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_metadata_are_removed(kind):
    exif = Image.Exif()
    exif[0x010F] = "CAMERA MAKER"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (52.0, 22.0, 23.0)
    upload = encode(make_image(), kind, exif=exif, comment=b"A COMMENT", icc_profile=b"A PROFILE" * 20)

    made = process_event_image(upload)

    assert b"CAMERA MAKER" in upload
    for each in made:
        shown = decode(each)
        assert dict(shown.getexif()) == {}
        assert [word for word in (b"CAMERA", b"COMMENT", b"PROFILE", b"Exif", b"EXIF") if word in each.content] == []


def test_photo_is_rotated_by_its_exif_orientation():
    exif = Image.Exif()
    exif[0x0112] = 6
    sideways = make_image(colour=(0, 0, 0))
    ImageDraw.Draw(sideways).rectangle((0, 0, 199, 99), fill=(255, 255, 255))

    orig, small = (decode(each) for each in process_event_image(encode(sideways, "JPEG", exif=exif)))

    assert (orig.getpixel((190, 100))[0] > 200, orig.getpixel((10, 100))[0] < 50) == (True, True)
    assert (small.getpixel((130, 70))[0] > 200, small.getpixel((10, 70))[0] < 50) == (True, True)


def test_mpo_is_stored_as_jpeg():
    upload = encode(make_image(), "MPO", save_all=True, append_images=[make_image(size=(50, 50))])

    orig, _small = process_event_image(upload)

    assert (Image.open(io.BytesIO(upload)).format, decode(orig).format) == ("MPO", "JPEG")


@pytest.mark.parametrize("kind", ["PNG", "GIF", "WEBP"])
def test_transparency_is_kept_in_both_sizes(kind):
    transparent = make_image("RGBA", colour=(0, 0, 0, 0))
    ImageDraw.Draw(transparent).rectangle((0, 0, 199, 99), fill=(255, 0, 0, 255))

    made = process_event_image(encode(transparent, kind))

    for each in made:
        shown = decode(each).convert("RGBA")
        assert (shown.getpixel((70, 20))[3], shown.getpixel((70, 130))[3]) == (255, 0)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "I;16", "RGBA"])
def test_small_version_keeps_colours_of_every_png_mode(mode):
    grey = Image.new(mode, (200, 200), 128 * 256) if mode == "I;16" else make_image("L", colour=128).convert(mode)

    _orig, small = process_event_image(encode(grey))

    # A bilevel image of grey is dithered; its average is compared.
    shown = decode(small).convert("L").resize((1, 1), Image.Resampling.BOX)
    assert abs(shown.getpixel((0, 0)) - 128) < 6


def test_cmyk_jpeg_is_converted_to_rgb():
    orig, small = process_event_image(encode(make_image("CMYK", colour=(0, 255, 255, 0)), "JPEG"))

    assert [decode(each).mode for each in (orig, small)] == ["RGB", "RGB"]
    assert decode(orig).getpixel((100, 100))[0] > 200


@pytest.mark.parametrize("kind", ["GIF", "WEBP"])
def test_animation_is_kept_and_its_small_version_is_the_first_frame(kind):
    frames = [animation_frame(step) for step in range(3)]
    upload = encode(frames[0], kind, save_all=True, append_images=frames[1:], duration=[50, 60, 70], disposal=2)

    orig, small = (decode(each) for each in process_event_image(upload))

    uploaded = Image.open(io.BytesIO(upload))
    assert [describe_frame(orig, step) for step in range(3)] == [describe_frame(uploaded, step) for step in range(3)]
    assert (orig.n_frames, orig.info["loop"], small.n_frames) == (3, 0, 1)


@pytest.mark.parametrize(("name", "limit"), [("MAX_PIXELS", 3 * 150 * 150 + 149), ("MAX_FRAMES", 3)])
def test_long_animation_is_cut(monkeypatch, name, limit):
    frames = [animation_frame(step) for step in (0, 1, 2, 0, 1)]
    upload = encode(frames[0], "GIF", save_all=True, append_images=frames[1:], disposal=2)
    monkeypatch.setattr(images, name, limit)

    orig, _small = process_event_image(upload)

    assert decode(orig).n_frames == 3
    assert (MAX_FRAMES, MAX_PIXELS) == (200, 40_000_000)


def test_frame_larger_than_the_image_is_refused():
    first, second = (encode(make_image("P", (150, 150), colour), "GIF") for colour in (0, 1))
    frame = bytearray(second[second.index(b"\x2c") : -1])
    frame[5:9] = struct.pack("<HH", 60_000, 60_000)
    upload = first[:-1] + bytes(frame) + b"\x3b"

    with pytest.raises(InvalidInput, match=r"^Image could not be created$"):
        process_event_image(upload)


def animation_frame(step):
    frame = Image.new("RGBA", (150, 150), (0, 0, 0, 0))
    ImageDraw.Draw(frame).rectangle((step * 50, 0, step * 50 + 40, 150), fill=(255, 0, 0, 255))
    return frame


def describe_frame(animation, step):
    """Return which thirds of a frame are painted, and its duration."""
    animation.seek(step)
    frame = animation.convert("RGBA")
    animation.load()
    painted = [third for third in range(3) if frame.getpixel((third * 50 + 20, 70))[3] > 128]
    return (*painted, animation.info["duration"])
