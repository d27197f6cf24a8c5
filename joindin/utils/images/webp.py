"""Structure of WebP files (RFC 9649)."""

import struct

from joindin.utils.images.exif import parse_orientation
from joindin.utils.images.image_file import MAX_PARTS, MAX_PROFILE_BYTES, ImageFile, damaged_image, too_many

PIXEL_CHUNKS = (b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF")
# Bits of the extended header that concern pixels: transparency and animation.
PIXEL_FLAGS = 0x12


def is_webp(upload: bytes) -> bool:
    return upload[:4] == b"RIFF" and upload[8:12] == b"WEBP"


def parse_webp(upload: bytes) -> ImageFile:
    """Keep the chunks of the still image. An animation becomes its first frame.

    :raises InvalidInput: if the file is damaged or has too many chunks.
    """
    first, kept = {}, []
    for name, data in _read_chunks(upload):
        if name in PIXEL_CHUNKS and name not in first:
            kept.append((name, bytes([data[0] & PIXEL_FLAGS]) + data[1:] if name == b"VP8X" and data else data))
        first.setdefault(name, data)
    width, height = _read_size(first)
    chunks = b"".join(name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2) for name, data in kept)
    profile = first.get(b"ICCP", b"")
    return ImageFile(
        "WEBP",
        width,
        height,
        b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WEBP" + chunks,
        icc_profile=profile if 0 < len(profile) <= MAX_PROFILE_BYTES else None,
        orientation=parse_orientation(first.get(b"EXIF", b"").removeprefix(b"Exif\0\0")),
        is_lossless=_is_lossless(first),
    )


def _read_chunks(upload):
    end = 8 + struct.unpack_from("<I", upload, 4)[0]
    if end > len(upload) + 1:
        raise damaged_image("WebP")
    position = 12
    for _ in range(MAX_PARTS):
        if position + 8 > end:
            return
        name, length = struct.unpack_from("<4sI", upload, position)
        data = upload[position + 8 : position + 8 + length]
        if len(data) != length:
            raise damaged_image("WebP")
        yield name, data
        position += 8 + length + length % 2
    raise too_many("WebP", "chunks", MAX_PARTS)


def _is_lossless(chunks):
    """Return whether the image, or the first frame of an animation, is compressed without losses."""
    return b"VP8L" in chunks or chunks.get(b"ANMF", b"")[16:20] == b"VP8L"


def _read_size(chunks):
    """Return width and height of the canvas, or of the image in a simple file."""
    extended, lossy, lossless = (chunks.get(name, b"") for name in (b"VP8X", b"VP8 ", b"VP8L"))
    if len(extended) >= 10:
        return 1 + int.from_bytes(extended[4:7], "little"), 1 + int.from_bytes(extended[7:10], "little")
    if len(lossy) >= 10:
        width, height = struct.unpack_from("<HH", lossy, 6)
        return width & 0x3FFF, height & 0x3FFF
    if len(lossless) >= 5:
        bits = int.from_bytes(lossless[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    raise damaged_image("WebP")
