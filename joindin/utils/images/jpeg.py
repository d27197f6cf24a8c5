"""Structure of JPEG files (ITU-T T.81). The previews that many cameras append are dropped."""

import re
import struct

from joindin.utils.images.exif import parse_orientation
from joindin.utils.images.image_file import MAX_PARTS, MAX_PROFILE_BYTES, ImageFile, damaged_image, too_many

SIGNATURE = b"\xff\xd8\xff"
# Encoders write about ten scans. A decoder reads the whole image once for each of them.
MAX_SCANS = 100

START, END, SCAN = 0xD8, 0xD9, 0xDA
JFIF, EXIF, PROFILE, ADOBE, COMMENT = 0xE0, 0xE1, 0xE2, 0xEE, 0xFE
FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
STANDALONE = {0x01, *range(0xD0, 0xD9)}
METADATA = {*range(0xE0, 0xF0), COMMENT}
# The next marker in compressed data: FF 00 is a data byte, and restart markers belong to the data.
NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")


def parse_jpeg(upload: bytes) -> ImageFile:
    """Keep the segments of the image.

    :raises InvalidInput: if the file is damaged or has too many scans or segments.
    """
    kept, profile, sizes, exif, scans = [b"\xff\xd8"], {}, [], b"", 0
    for marker, data, compressed in _read_segments(upload):
        if marker in FRAMES:
            if len(data) < 6:
                raise damaged_image("JPEG")
            sizes.append(struct.unpack_from(">HH", data, 1))
        elif marker == SCAN:
            scans += 1
        elif marker == EXIF and data.startswith(b"Exif\0\0"):
            exif = exif or data[6:]
        elif marker == PROFILE and data.startswith(b"ICC_PROFILE\0"):
            profile.setdefault(data[12:13], data[14:])
        if scans > MAX_SCANS:
            raise too_many("JPEG", "progressive scans", MAX_SCANS)
        if marker == END:
            kept.append(b"\xff\xd9")
        elif marker not in METADATA or (marker, data[:5]) in ((JFIF, b"JFIF\0"), (ADOBE, b"Adobe")):
            kept += (b"\xff", bytes([marker]), struct.pack(">H", len(data) + 2), data, compressed)
    if len(sizes) != 1 or not scans:
        raise damaged_image("JPEG")
    joined = b"".join(profile[number] for number in sorted(profile))
    return ImageFile(
        "JPEG",
        sizes[0][1],
        sizes[0][0],
        b"".join(kept),
        icc_profile=joined if 0 < len(joined) <= MAX_PROFILE_BYTES else None,
        orientation=parse_orientation(exif),
    )


def _read_segments(upload):
    """Yield marker, data and, for a scan, the compressed data that follows. End at the end marker or the end of the file."""
    position = 2
    for _ in range(MAX_PARTS):
        found = NEXT_MARKER.search(upload, position)
        if found is None:
            return
        marker, position = upload[found.end() - 1], found.end()
        if marker == END:
            yield marker, b"", b""
            return
        if marker in STANDALONE:
            continue
        length = int.from_bytes(upload[position : position + 2], "big")
        data = upload[position + 2 : position + length]
        if len(data) != length - 2:
            raise damaged_image("JPEG")
        position += length
        compressed = b""
        if marker == SCAN:
            found = NEXT_MARKER.search(upload, position)
            end = len(upload) if found is None else found.start()
            compressed, position = upload[position:end], end
        yield marker, data, compressed
    raise too_many("JPEG", "segments", MAX_PARTS)
