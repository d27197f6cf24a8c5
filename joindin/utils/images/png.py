"""Structure of PNG files (RFC 2083, and the third edition of the W3C for eXIf and animations)."""

import struct
import zlib

from joindin.utils.images.exif import parse_orientation
from joindin.utils.images.image_file import MAX_PARTS, MAX_PROFILE_BYTES, ImageFile, damaged_image, too_many

SIGNATURE = b"\x89PNG\r\n\x1a\n"
PIXEL_CHUNKS = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")


def parse_png(upload: bytes) -> ImageFile:
    """Keep the chunks of the still image. An animation becomes its default image.

    :raises InvalidInput: if the file is damaged or has too many chunks.
    """
    chunks = list(_read_chunks(upload))
    names = [name for name, _ in chunks]
    if (
        not chunks
        or names[0] != b"IHDR"
        or names.count(b"IHDR") != 1
        or names[-1] != b"IEND"
        or len(chunks[0][1]) != 13
    ):
        raise damaged_image("PNG")
    width, height = struct.unpack_from(">II", chunks[0][1])
    content = SIGNATURE + b"".join(_build_chunk(*chunk) for chunk in chunks if chunk[0] in PIXEL_CHUNKS)
    first = dict(reversed(chunks))
    return ImageFile(
        "PNG",
        width,
        height,
        content,
        icc_profile=_read_profile(first.get(b"iCCP", b"")),
        orientation=parse_orientation(first.get(b"eXIf", b"")),
        gamma=None if b"sRGB" in first else _read_gamma(first.get(b"gAMA", b"")),
    )


def _read_chunks(upload):
    position = len(SIGNATURE)
    for _ in range(MAX_PARTS):
        if position + 12 > len(upload):
            raise damaged_image("PNG")
        length, name = struct.unpack_from(">I4s", upload, position)
        data = upload[position + 8 : position + 8 + length]
        position += 12 + length
        if position > len(upload):
            raise damaged_image("PNG")
        if (
            name in PIXEL_CHUNKS
            and zlib.crc32(data, zlib.crc32(name)) != struct.unpack_from(">I", upload, position - 4)[0]
        ):
            raise damaged_image("PNG")
        yield name, data
        if name == b"IEND":
            return
    raise too_many("PNG", "chunks", MAX_PARTS)


def _build_chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(data, zlib.crc32(name)))


def _read_profile(data):
    """Return the profile of an iCCP chunk, or None if it is missing, damaged or too large."""
    _name, _, compressed = data.partition(b"\0")
    unpacking = zlib.decompressobj()
    try:
        profile = unpacking.decompress(compressed[1:], MAX_PROFILE_BYTES)
    except zlib.error:
        return None
    return profile if unpacking.eof else None


def _read_gamma(data):
    value = int.from_bytes(data, "big") if len(data) == 4 else 0
    return value / 100_000 or None
