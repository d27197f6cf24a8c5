"""QR codes of addresses as inline SVG, black on white in both colour schemes."""

from markupsafe import Markup

from joindin.http.pages.languages import gettext
from joindin.utils.qr_codes import MARGIN, make_qr_code


def qr_code_svg(address: str) -> Markup:
    """Return an SVG element that is named after the address. Pages show the address below it as text."""
    title = gettext("QR code for %(address)s", address=address)
    svg = make_qr_code(address).svg_inline(scale=4, border=MARGIN, omitsize=True, title=title, light="#fff")
    return Markup(svg.replace("<svg ", '<svg role="img" ', 1))  # noqa: S704
