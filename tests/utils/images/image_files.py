"""Image files that the tests upload."""

import io
import struct
import zlib

from PIL import Image


def make_image(mode="RGB", size=(200, 200), colour=(200, 100, 50)):
    return Image.new(mode, size, colour)


def encode(image, image_format="PNG", **options):
    buffer = io.BytesIO()
    image.save(buffer, image_format, **options)
    return buffer.getvalue()


def decode(processed):
    """Open a processed image."""
    return Image.open(io.BytesIO(processed.content))


def png_chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def insert_after_png_header(png, *chunks):
    """Insert chunks after IHDR."""
    return png[:33] + b"".join(chunks) + png[33:]


def jpeg_segment(marker, data):
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(data) + 2) + data
