"""Animated images: GIFs stay as they are, PNG and WebP files become stills."""

import io
import struct

import pytest
from PIL import Image, ImageDraw

from joindin.errors import InvalidInput
from joindin.utils.images import gif
from joindin.utils.images.processing import process_event_image
from tests.utils.images.image_files import decode, encode


def make_frame(step):
    frame = Image.new("RGBA", (150, 150), (0, 0, 0, 0))
    ImageDraw.Draw(frame).rectangle((step * 50, 0, step * 50 + 40, 150), fill=(255, 0, 0, 255))
    return frame


def encode_animation(kind="GIF", steps=(0, 1, 2), **options):
    frames = [make_frame(step) for step in steps]
    return encode(frames[0], kind, save_all=True, append_images=frames[1:], **{"duration": 50, "disposal": 2} | options)


def describe_frames(animation):
    """Return which thirds of each frame are painted, and its duration."""
    described = []
    for step in range(animation.n_frames):
        animation.seek(step)
        frame = animation.convert("RGBA")
        painted = [third for third in range(3) if frame.getpixel((third * 50 + 20, 70))[3] > 128]
        described.append((*painted, animation.info["duration"]))
    return described


@pytest.mark.parametrize("disposal", [0, 1, 2, 3])
def test_gif_keeps_frames_and_durations_and_its_small_version_is_the_first_frame(disposal):
    upload = encode_animation(duration=[50, 60, 70], disposal=disposal)

    orig, small = (decode(each) for each in process_event_image(upload))

    assert describe_frames(orig) == describe_frames(Image.open(io.BytesIO(upload)))
    assert (orig.n_frames, small.n_frames) == (3, 1)


@pytest.mark.parametrize("options", [{}, {"loop": 0}, {"loop": 1}, {"loop": 65535}])
def test_gif_keeps_its_number_of_repetitions(options):
    orig, _small = process_event_image(encode_animation(**options))

    assert decode(orig).info.get("loop") == options.get("loop")


def test_comments_and_unknown_extensions_of_a_gif_are_dropped():
    upload = encode_animation(comment=b"A COMMENT")
    start = upload.index(b"\x21")
    upload = upload[:start] + b"\x21\xff\x0bXMP DataXMP\x06SECRET\x00" + upload[start:] + b"<script>"

    orig, _small = process_event_image(upload)

    assert [word for word in (b"COMMENT", b"XMP", b"SECRET", b"script") if word in orig.content] == []
    assert decode(orig).n_frames == 3


@pytest.mark.parametrize(("kind", "options"), [("PNG", {}), ("WEBP", {"lossless": True})])
def test_animated_png_and_webp_become_stills(kind, options):
    upload = encode_animation(kind, disposal=0, **options)

    orig, small = (decode(each) for each in process_event_image(upload))

    assert Image.open(io.BytesIO(upload)).n_frames == 3
    assert [getattr(each, "n_frames", 1) for each in (orig, small)] == [1, 1]
    assert [third for third in range(3) if orig.convert("RGBA").getpixel((third * 50 + 20, 70))[0] > 128] == [0]


def test_frame_larger_than_the_image_is_refused():
    first, second = (encode(Image.new("P", (150, 150), colour), "GIF") for colour in (0, 1))
    frame = bytearray(second[second.index(b"\x2c") : -1])
    frame[5:9] = struct.pack("<HH", 60_000, 60_000)

    with pytest.raises(InvalidInput, match=r"^Image could not be created: the GIF file is damaged or incomplete$"):
        process_event_image(first[:-1] + bytes(frame) + b"\x3b")


@pytest.mark.parametrize("data", [b"\x04\xff\xff\xff\xff", b"\x01\x04", b""], ids=["unknown code", "too short", "none"])
def test_frame_with_damaged_data_is_refused(data):
    upload = encode_animation()
    frame = b"\x2c" + struct.pack("<HHHHB", 0, 0, 150, 150, 0) + b"\x02" + data + b"\0"

    with pytest.raises(InvalidInput, match=r"^Image could not be created: the GIF file is damaged or incomplete$"):
        process_event_image(upload[:-1] + frame + b"\x3b")


def many_frames(count, size=(1, 1)):
    """Return a GIF with many frames of one colour. Their data end early, which only decoding would find."""
    descriptor = b"\x2c" + struct.pack("<HHHHB", 0, 0, *size, 0) + b"\x02\x02\x4c\x01\x00"
    header = b"GIF89a" + struct.pack("<HHBBB", 1440, 1440, 0x80, 0, 0) + bytes(6)
    return header + descriptor * count + b"\x3b"


def test_frames_and_pixels_are_limited_before_decoding():
    assert (gif.MAX_FRAMES, gif.MAX_PIXELS) == (1_000, 200_000_000)
    with pytest.raises(InvalidInput, match=r"^Image could not be created: a GIF file may have at most 1,000 frames$"):
        process_event_image(many_frames(100_000))
    with pytest.raises(InvalidInput, match=r"a GIF file may have at most 200,000,000 pixels in all frames$"):
        process_event_image(many_frames(200, size=(1440, 1440)))


def test_blocks_that_end_twice_are_accepted():
    upload = encode_animation()

    orig, _small = process_event_image(upload[:-1] + b"\0\0\x3b")

    assert orig.content == upload
