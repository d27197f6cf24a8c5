"""QR codes: black on white in every colour scheme, with a margin of four modules."""

from io import BytesIO

import segno

MARGIN = 4


def make_qr_code(address: str) -> segno.QRCode:
    """Return a code of error correction level M."""
    return segno.make(address, error="m", micro=False)


def qr_code_file(code: segno.QRCode, kind: str, *, scale: int = 10) -> bytes:
    """Return a file of the code; ``kind`` is ``svg`` or ``png``, and ``scale`` the width of a module."""
    out = BytesIO()
    code.save(out, kind=kind, border=MARGIN, scale=scale, dark="#000", light="#fff")
    return out.getvalue()
