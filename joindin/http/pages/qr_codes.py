"""QR codes of addresses as inline SVG, black on white in both colour schemes."""

from functools import lru_cache

from markupsafe import Markup

from joindin.http.pages.languages import gettext
from joindin.utils.qr_codes import MARGIN, make_qr_code


def qr_code_svg(address: str, *, is_secret: bool = False) -> Markup:
    """Return an SVG element that is named after the address. Pages show the address below it as text.

    It is kept in memory unless the address is a secret.
    """
    make = _svg.__wrapped__ if is_secret else _svg
    return make(address, gettext("QR code for %(address)s", address=address))


# The masks of a code are compared at each making, which takes half of the time of a talk's page.
@lru_cache(maxsize=1024)
def _svg(address, title):
    svg = make_qr_code(address).svg_inline(scale=4, border=MARGIN, omitsize=True, title=title, light="#fff")
    return Markup(svg.replace("<svg ", '<svg role="img" ', 1))  # noqa: S704
