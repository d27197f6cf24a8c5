"""Files that are small and would take much time or memory. They are refused before they are decoded, or are harmless."""

import struct
import time
import zlib

import pytest
from PIL import Image

from joindin.errors import InvalidInput, Overloaded
from joindin.utils.images import processing
from joindin.utils.images.image_file import MAX_PARTS
from joindin.utils.images.processing import process_event_image
from tests.utils.images.image_files import (
    decode,
    encode,
    insert_after_png_header,
    jpeg_segment,
    make_image,
    png_chunk,
)

# A bound for one file on a slow machine.
MAX_TIME_S = 5


@pytest.fixture(autouse=True)
def _in_bounded_time():
    start = time.process_time()
    yield
    assert time.process_time() - start < MAX_TIME_S


def repeat_scans(count, side=1440):
    """Return a progressive JPEG whose last scan is repeated."""
    jpeg = encode(make_image("L", (side, side), 100), "JPEG", progressive=True)
    last = jpeg.rindex(b"\xff\xda")
    return jpeg[:last] + jpeg[last:-2] * count + b"\xff\xd9"


def test_progressive_scans_are_limited_before_decoding():
    with pytest.raises(
        InvalidInput, match=r"^Image could not be created: a JPEG file may have at most 100 progressive scans$"
    ):
        process_event_image(repeat_scans(5_000))


def test_scans_up_to_the_limit_are_decoded():
    orig, _small = process_event_image(repeat_scans(50))

    assert decode(orig).size == (1440, 1440)


@pytest.mark.parametrize(
    "options", [{"progressive": True}, {"progressive": True, "quality": 100, "subsampling": 0}, {}]
)
def test_photos_of_encoders_are_accepted(options):
    photo = Image.effect_noise((400, 400), 60).convert("RGB")

    orig, _small = process_event_image(encode(photo, "JPEG", **options))

    assert decode(orig).size == (400, 400)


@pytest.mark.parametrize(
    ("upload", "parts"),
    [
        (insert_after_png_header(encode(make_image()), png_chunk(b"teXt", b"") * MAX_PARTS), "PNG file may have at most 10,000 chunks"),
        (b"\xff\xd8" + jpeg_segment(0xFE, b"") * (MAX_PARTS + 1), "JPEG file may have at most 10,000 segments"),
        (b"RIFF" + struct.pack("<I", 4 + 8 * 20_000) + b"WEBP" + b"JUNK\0\0\0\0" * 20_000, "WebP file may have at most 10,000 chunks"),
        (b"GIF89a" + struct.pack("<HHBBB", 200, 200, 0, 0, 0) + b"\x21\xfe\x00" * 1_000_000, "GIF file may have at most 10,000 extensions"),
    ],
    ids=["PNG", "JPEG", "WebP", "GIF"],
)  # fmt: skip
def test_parts_of_a_file_are_limited(upload, parts):
    with pytest.raises(InvalidInput, match=f"a {parts}$"):
        process_event_image(upload)


@pytest.mark.parametrize(
    "chunk",
    [
        png_chunk(b"iCCP", b"profile\0\0" + zlib.compress(bytes(50_000_000))),
        png_chunk(b"zTXt", b"text\0\0" + zlib.compress(bytes(50_000_000))),
        png_chunk(b"iTXt", b"text\0\1\0\0\0" + zlib.compress(bytes(50_000_000))),
        # EXIF entries that all refer to the same mebibyte.
        png_chunk(b"eXIf", b"II*\0\x08\0\0\0" + struct.pack("<H", 60_000) + b"".join(
            struct.pack("<HHII", tag, 1, 1_000_000, 8) for tag in range(60_000)
        ) + bytes(4 + 300_000)),
    ],
    ids=["profile", "text", "international text", "EXIF"],
)  # fmt: skip
def test_bombs_in_the_metadata_of_a_png_are_not_unpacked(chunk):
    orig, _small = process_event_image(insert_after_png_header(encode(make_image()), chunk))

    assert decode(orig).getpixel((9, 9)) == (200, 100, 50)


def test_pixel_data_beyond_the_image_are_not_unpacked():
    header = struct.pack(">IIBBBBB", 200, 200, 8, 0, 0, 0, 0)
    data = zlib.compress(bytes(50_000_000), 1)
    upload = b"\x89PNG\r\n\x1a\n" + b"".join(
        png_chunk(*each) for each in ((b"IHDR", header), (b"IDAT", data), (b"IEND", b""))
    )

    orig, _small = process_event_image(upload)

    assert decode(orig).size == (200, 200)


@pytest.mark.parametrize("second", [(200, 200), (30_000, 30_000)])
def test_a_second_header_is_refused(second):
    again = png_chunk(b"IHDR", struct.pack(">IIBBBBB", *second, 8, 2, 0, 0, 0))

    with pytest.raises(InvalidInput, match=r"damaged or incomplete$"):
        process_event_image(insert_after_png_header(encode(make_image()), again))


def test_huge_webp_canvas_is_refused_by_its_header():
    frame = encode(make_image(), "WEBP")[12:]
    extended = b"VP8X" + struct.pack("<I", 10) + b"\2\0\0\0" + b"\xfe\x3f\0" + b"\xfe\x3f\0"
    upload = b"RIFF" + struct.pack("<I", 4 + len(extended + frame)) + b"WEBP" + extended + frame

    with pytest.raises(InvalidInput, match=r"^Supplied image must be no more than 1440px square$"):
        process_event_image(upload)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
@pytest.mark.parametrize(
    "other", [b"<script>alert(1)</script>", b"PK\x03\x04 an archive", b"<?php system($_GET['c']);"]
)
def test_data_of_another_type_behind_the_image_are_dropped(kind, other):
    for processed in process_event_image(encode(make_image(), kind) + other * 50):
        assert other not in processed.content


@pytest.mark.parametrize("interlaced", [0, 1])
def test_a_large_image_of_noise_is_accepted(interlaced):
    noise = Image.merge("RGB", [Image.effect_noise((1440, 1440), 100) for _ in range(3)])
    upload = encode(noise, "PNG", compress_level=1) if not interlaced else encode_interlaced(noise.resize((256, 256)))

    orig, _small = process_event_image(upload)

    assert decode(orig).size == ((1440, 1440) if not interlaced else (256, 256))


def encode_interlaced(image):
    """Return a PNG in the seven passes of Adam7. Pillow cannot write them."""
    passes = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
    rows = [
        b"\0" + b"".join(bytes(image.getpixel((x, y))) for x in range(left, image.width, across))
        for left, top, across, down in passes
        for y in range(top, image.height, down)
    ]
    header = struct.pack(">IIBBBBB", *image.size, 8, 2, 0, 0, 1)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(b"".join(rows))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(*each) for each in chunks)


def test_one_image_is_processed_at_a_time_and_none_waits():
    upload = encode(make_image())

    with processing.DECODING, pytest.raises(Overloaded) as refused:
        process_event_image(upload)

    assert str(refused.value) == "The server is busy with other images. Try again in a few seconds"
    assert (refused.value.retry_after, len(process_event_image(upload))) == (5, 2)
