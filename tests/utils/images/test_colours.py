"""Colours of uploads with a colour profile, as they are stored."""

import struct

import pytest
from PIL import Image, ImageCms

from joindin.utils.images.processing import process_event_image
from tests.utils.images.image_files import decode, encode, insert_after_png_header, make_image, png_chunk


def make_profile(*primaries, colour_space=b"RGB ", kind=b"mntr"):
    """Return an ICC profile with gamma 1.0 and the given primaries in XYZ; grey has one white point and no primaries."""
    curve = b"curv\0\0\0\0" + struct.pack(">I", 0)
    points = [b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(value * 65536) for value in xyz)) for xyz in primaries]
    names = [b"wtpt", b"rXYZ", b"gXYZ", b"bXYZ"][: len(points)]
    curves = [b"rTRC", b"gTRC", b"bTRC"] if len(points) > 1 else [b"kTRC"]
    tags = [*zip(names, points), *((name, curve) for name in curves)]
    offset, table, body = 128 + 4 + 12 * len(tags), b"", b""
    for name, data in tags:
        table += name + struct.pack(">II", offset + len(body), len(data))
        body += data + b"\0" * (-len(data) % 4)
    header = bytearray(128)
    header[0:4] = struct.pack(">I", offset + len(body))
    header[8:12], header[12:16], header[16:20], header[20:24] = b"\2\x40\0\0", kind, colour_space, b"XYZ "
    header[36:40], header[68:80] = b"acsp", struct.pack(">3i", 63190, 65536, 54061)
    return bytes(header) + struct.pack(">I", len(tags)) + table + body


D50 = (0.9642, 1.0, 0.8249)
SRGB_PRIMARIES = ((0.4361, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971), (0.1431, 0.0606, 0.7141))
SWAPPED = make_profile(D50, SRGB_PRIMARIES[1], SRGB_PRIMARIES[0], SRGB_PRIMARIES[2])
LINEAR = make_profile(D50, *SRGB_PRIMARIES)
LINEAR_GREY = make_profile(D50, colour_space=b"GRAY")
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def is_near(colour, expected):
    return all(abs(one - other) <= 12 for one, other in zip(colour, expected, strict=True))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_colours_are_converted_to_srgb_and_the_profile_is_dropped(kind):
    upload = encode(make_image(colour=(255, 0, 0)), kind, icc_profile=SWAPPED)

    for processed in process_event_image(upload):
        stored = decode(processed)
        assert is_near(stored.convert("RGB").getpixel((70, 70)), (0, 255, 0))
        assert "icc_profile" not in stored.info


@pytest.mark.parametrize("mode", ["RGBA", "P"])
def test_transparency_survives_the_conversion(mode):
    image = make_image("RGBA", colour=(255, 0, 0, 255))
    image.paste((0, 0, 0, 0), (0, 0, 100, 200))
    if mode == "P":
        image = image.quantize(8)

    orig, _small = process_event_image(encode(image, "PNG", icc_profile=SWAPPED))

    stored = decode(orig).convert("RGBA")
    assert (stored.getpixel((10, 10))[3], is_near(stored.getpixel((150, 10)), (0, 255, 0, 255))) == (0, True)


@pytest.mark.parametrize("mode", ["L", "LA"])
def test_grey_images_are_converted_by_a_profile_of_grey(mode):
    image = Image.new("L", (200, 200), 55).convert(mode)

    orig, _small = process_event_image(encode(image, "PNG", icc_profile=LINEAR_GREY))

    # 55 of 255 in linear light is about 128 in sRGB.
    assert (
        decode(orig).mode,
        is_near(decode(orig).getpixel((9, 9))[:1] if mode == "LA" else (decode(orig).getpixel((9, 9)),), (128,)),
    ) == (mode, True)


@pytest.mark.parametrize("profile", [b"A PROFILE" * 20, SWAPPED[:200], LINEAR_GREY, SWAPPED[:-40]])
def test_unusable_profiles_are_ignored(profile):
    orig, _small = process_event_image(encode(make_image(colour=(255, 0, 0)), "PNG", icc_profile=profile))

    assert is_near(decode(orig).getpixel((9, 9)), (255, 0, 0))


def test_colours_with_a_profile_of_srgb_stay():
    orig, _small = process_event_image(encode(make_image(), "PNG", icc_profile=SRGB))

    assert is_near(decode(orig).getpixel((9, 9)), (200, 100, 50))


@pytest.mark.parametrize(("chunks", "expected"), [((), 188), ((png_chunk(b"sRGB", b"\0"),), 128)])
def test_gamma_of_a_png_is_applied_unless_it_is_srgb(chunks, expected):
    upload = insert_after_png_header(
        encode(make_image(colour=(128, 128, 128))), png_chunk(b"gAMA", struct.pack(">I", 100_000)), *chunks
    )

    orig, _small = process_event_image(upload)

    assert is_near(decode(orig).getpixel((9, 9)), (expected,) * 3)


@pytest.mark.parametrize("gamma", [0, 1, 2**32 - 1])
def test_senseless_gamma_does_no_harm(gamma):
    upload = insert_after_png_header(encode(make_image()), png_chunk(b"gAMA", struct.pack(">I", gamma)))

    assert len(process_event_image(upload)) == 2
