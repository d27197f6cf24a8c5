"""Processing of uploaded event images (spec 4.10). The format is read from the content."""

import io
import struct
import zlib
from contextlib import suppress

import pytest
from PIL import Image, ImageDraw, ImageOps

from joindin.errors import InvalidInput
from joindin.utils.images.exif import parse_orientation
from joindin.utils.images.processing import process_event_image
from tests.utils.images.image_files import decode, encode, make_image


def tiff_entry(tag=0x0112, kind=3, value=6):
    return b"II*\0\x08\0\0\0" + struct.pack("<HHHIH", 1, tag, kind, 1, value) + b"\0\0"


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
    ("content", "reason"),
    [
        (b"", "the file is empty"),
        (b"no picture", "the file is of another type"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "the file is an SVG"),
        (b"<?xml version='1.0'?>\n<SVG/>", "the file is an SVG"),
        (b"\0\0\0\x1cftypavif", "the file is an AVIF"),
        (b"\0\0\0\x1cftypheic", "the file is a HEIC"),
        (b"<html>" + encode(make_image()), "the file is of another type"),
        (encode(make_image(), "BMP"), "the file is a BMP"),
        (encode(make_image(), "TIFF"), "the file is a TIFF"),
        (encode(make_image(), "ICO"), "the file is an icon file"),
        (encode(make_image(), "PDF"), "the file is a PDF"),
    ],
)
def test_other_files_are_refused_with_the_accepted_types_and_the_type_of_the_file(content, reason):
    with pytest.raises(InvalidInput, match=f"^Supplied image must be a PNG, JPEG, GIF or WebP; {reason}$"):
        process_event_image(content)


@pytest.mark.parametrize(("kind", "name"), [("PNG", "PNG"), ("JPEG", "JPEG"), ("WEBP", "WebP"), ("GIF", "GIF")])
@pytest.mark.parametrize("part", [0.02, 0.5, 0.99])
def test_truncated_image_is_refused(kind, name, part):
    whole = encode(Image.effect_noise((300, 300), 90).convert("RGB"), kind)

    with pytest.raises(InvalidInput, match=f"^Image could not be created: the {name} file is damaged or incomplete$"):
        process_event_image(whole[: int(len(whole) * part)])


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_every_start_of_a_file_and_every_changed_byte_is_processed_or_refused(kind):
    whole = encode(make_image(size=(140, 140)), kind)
    variants = [whole[:length] for length in range(0, len(whole), 7)]
    variants += [whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :] for at in range(0, min(len(whole), 300), 3)]

    for content in variants:
        with suppress(InvalidInput):
            process_event_image(content)


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


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_photo_is_rotated_by_its_exif_orientation(kind, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    photo = make_image(colour=(0, 0, 0))
    ImageDraw.Draw(photo).rectangle((0, 0, 99, 49), fill=(255, 255, 255))
    expected = ImageOps.exif_transpose(Image.open(io.BytesIO(encode(photo, "PNG", exif=exif))))

    orig, small = process_event_image(encode(photo, kind, exif=exif))

    assert (corners(decode(orig)), corners(decode(small))) == (corners(expected), corners(expected))


@pytest.mark.parametrize(
    "exif",
    [
        b"",
        b"II*\0",
        b"MM\0*\xff\xff\xff\xff",
        b"II*\0\x08\0\0\0\xff\xff",
        tiff_entry(kind=4, value=6),
        tiff_entry(value=0),
        tiff_entry(value=9),
    ],
)
def test_damaged_exif_data_are_ignored(exif):
    assert parse_orientation(exif) == 1


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


def corners(image):
    """Return for two points in each quarter whether they are bright; together they tell the eight orientations apart."""
    side = image.width
    points = [(x * side // 20, y * side // 20) for x in (1, 8, 12, 18) for y in (1, 8, 12, 18)]
    return [image.convert("L").getpixel(point) > 128 for point in points]


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_lossless_webp_stays_lossless(mode):
    noise = Image.merge(mode, [Image.effect_noise((200, 200), 60) for _ in mode])
    opaque = noise if mode == "RGB" else Image.merge(mode, [*noise.split()[:3], Image.new("L", (200, 200), 200)])

    orig, _small = process_event_image(encode(opaque, "WEBP", lossless=True, exact=True))

    assert decode(orig).tobytes() == opaque.tobytes()
