"""Structure of GIF files (GIF89a).

Animations are copied frame by frame, not encoded again: frames, durations, palettes and the number of repetitions stay exact. Each frame
is decoded once, so that no damaged frame is stored. Comments, texts and other extensions are dropped.
"""

import io
import struct
from typing import NamedTuple

from PIL import Image

from joindin.errors import InvalidInput
from joindin.utils.images.image_file import MAX_PARTS, ImageFile, damaged_image, too_many

SIGNATURES = (b"GIF87a", b"GIF89a")
MAX_FRAMES = 1_000
# The sum over all frames. Decoding them takes about half a second.
MAX_PIXELS = 200_000_000

EXTENSION, FRAME, END = 0x21, 0x2C, 0x3B
TIMING, APPLICATION = 0xF9, 0xFF
REPETITION = (b"\x0bNETSCAPE2.0\x03\x01", b"\x0bANIMEXTS1.0\x03\x01")


class _Frame(NamedTuple):
    """The size of a frame, and its block: descriptor, palette and compressed pixels."""

    width: int
    height: int
    block: bytes


def parse_gif(upload: bytes) -> ImageFile:
    """Keep the frames, their timing, and the number of repetitions.

    :raises InvalidInput: if the file is damaged, or has too many frames or pixels.
    """
    try:
        width, height, flags = struct.unpack_from("<HHB", upload, 6)
        start = 13 + _palette_bytes(flags)
        frames, kept = _read_blocks(upload, start, width, height)
    except (IndexError, struct.error) as error:
        raise damaged_image("GIF") from error
    if not frames:
        raise damaged_image("GIF")
    return ImageFile("GIF", width, height, b"GIF89a" + upload[6:start] + b"".join(kept) + bytes([END]))


def check_frames(content: bytes) -> None:
    """Decode each frame of a parsed file alone, in time proportional to its pixels.

    :raises InvalidInput: if a frame is damaged.
    """
    width, height, flags = struct.unpack_from("<HHB", content, 6)
    frames, _ = _read_blocks(content, 13 + _palette_bytes(flags), width, height)
    for frame in frames:
        # A frame alone, at the origin of a canvas of its size. Its colours do not matter.
        header = b"GIF89a" + struct.pack("<HHBBB", frame.width, frame.height, 0xF7, 0, 0) + bytes(768)
        descriptor = struct.pack("<BHHHH", FRAME, 0, 0, frame.width, frame.height)
        alone = header + descriptor + frame.block[9:] + bytes([END])
        try:
            Image.open(io.BytesIO(alone), formats=["GIF"]).load()
        except Exception as error:  # Pillow's parsers raise exceptions of many types.
            raise damaged_image("GIF") from error


def _read_blocks(upload, position, width, height):
    """Return the frames and the blocks to keep."""
    frames, kept, pixels, others = [], [], 0, 0
    while position < len(upload) and upload[position] != END:
        if upload[position] == FRAME:
            frame, position = _read_frame(upload, position, width, height)
            pixels += frame.width * frame.height
            frames.append(frame)
            kept.append(frame.block)
            if len(frames) > MAX_FRAMES:
                raise too_many("GIF", "frames", MAX_FRAMES)
            if pixels > MAX_PIXELS:
                raise InvalidInput(
                    f"Image could not be created: a GIF file may have at most {MAX_PIXELS:,} pixels in all frames"
                )
        elif upload[position] == EXTENSION:
            end = _skip_sub_blocks(upload, position + 2)
            block = upload[position:end]
            if block[1] == TIMING and len(block) == 8:
                kept.append(block)
            elif block[1] == APPLICATION and block[2:16] in REPETITION:
                kept.append(block[:18] + b"\0")
            position, others = end, others + 1
        elif upload[position] == 0:
            # Some encoders end a block twice.
            position, others = position + 1, others + 1
        else:
            raise damaged_image("GIF")
        if others > MAX_PARTS:
            raise too_many("GIF", "extensions", MAX_PARTS)
    return frames, kept


def _read_frame(upload, position, width, height):
    left, top, frame_width, frame_height, flags = struct.unpack_from("<HHHHB", upload, position + 1)
    if not frame_width or not frame_height or left + frame_width > width or top + frame_height > height:
        raise damaged_image("GIF")
    # The byte after the palette is the code size of the compression.
    end = _skip_sub_blocks(upload, position + 10 + _palette_bytes(flags) + 1)
    return _Frame(frame_width, frame_height, upload[position:end]), end


def _skip_sub_blocks(upload, position):
    """Return the position after a sequence of sub-blocks; :raises IndexError: if it has no end."""
    while length := upload[position]:
        position += 1 + length
    return position + 1


def _palette_bytes(flags):
    return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0
