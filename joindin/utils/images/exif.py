"""The orientation in EXIF data. Other entries are not read: their values could add up to gigabytes."""

import struct

ORIENTATION_TAG, SHORT = 0x0112, 3
UPRIGHT = 1
MAX_ENTRIES = 1_000


def parse_orientation(exif: bytes) -> int:
    """Return the orientation of TIFF data (1 to 8), or 1 if there is none."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(exif[:4])
    if order is None:
        return UPRIGHT
    try:
        start = struct.unpack_from(f"{order}I", exif, 4)[0]
        count = struct.unpack_from(f"{order}H", exif, start)[0]
        for number in range(min(count, MAX_ENTRIES)):
            tag, kind, _, value = struct.unpack_from(f"{order}HHIH", exif, start + 2 + 12 * number)
            if (tag, kind) == (ORIENTATION_TAG, SHORT):
                return value if 1 <= value <= 8 else UPRIGHT
    except struct.error:
        pass
    return UPRIGHT
