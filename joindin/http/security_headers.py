"""Security headers: no guessed content types on any surface; on HTML pages also no resources of other hosts, no scripts but
the named files, no frames and private caching.
"""

import base64
from hashlib import sha256

from flask import Flask, g, request, url_for
from markupsafe import Markup

from joindin.http.pages.csrf import CSRF_FIELD
from joindin.http.pages.static_files import read_basic_rules, static_url
from joindin.http.surface_routing import DOCS, WEB, current_surface

PAGE_HEADERS = {
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
HSTS_MAX_AGE_S = 63_072_000


def init_app(app: Flask) -> None:
    app.jinja_env.globals["script_url"] = script_url
    app.jinja_env.globals["basic_style"] = basic_style
    app.after_request(_add_headers)


def script_url(filename: str) -> str:
    """Return the address of a script of this page, and allow it. Pages that do not call this allow no script.

    The policy names the file. A nonce would be repeated by the pages that the response cache keeps.
    """
    g.setdefault("script_files", []).append(url_for("static", filename=filename, _external=True))
    return static_url(filename)


def basic_style() -> Markup:
    """Return the basic rules of the style sheet for a ``style`` element of this page, and allow it."""
    rules = read_basic_rules()
    allow_style(rules)
    return Markup(rules)  # noqa: S704 (a file of ours)


def allow_form_action(origin: str) -> None:
    """Allow a form of this page to redirect to ``origin`` (``https://host`` or ``scheme:``)."""
    g.setdefault("form_targets", []).append(origin)


def allow_style(text: str) -> None:
    """Allow the ``style`` element of this page with exactly this text."""
    digest = base64.b64encode(sha256(text.encode()).digest()).decode()
    g.setdefault("style_hashes", []).append(f"'sha256-{digest}'")


def allow_frames() -> None:
    """Allow other sites to show this page in a frame. It must have nothing that a click could change."""
    g.allows_frames = True


def allow_other_sites() -> None:
    """Allow pages of other sites to show this response, which is an image."""
    g.allows_other_sites = True


def vary_by_encoding_only() -> None:
    """Let shared caches send this response, which is the same for all, to clients with any cookies."""
    g.varies_by_encoding_only = True


def _add_headers(response):
    response.headers["X-Content-Type-Options"] = "nosniff"
    if current_surface() not in (WEB, DOCS) and not (response.content_type or "").startswith("text/html"):
        return response
    response.headers["Content-Security-Policy"] = _policy()
    response.headers |= PAGE_HEADERS
    if "allows_frames" in g:
        del response.headers["X-Frame-Options"]
    if "allows_frames" in g or "allows_other_sites" in g:
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = f"max-age={HSTS_MAX_AGE_S}"
    _set_private_caching(response)
    return response


def _policy():
    form_targets = " ".join(["'self'", *g.get("form_targets", [])])
    frame_ancestors = "*" if "allows_frames" in g else "'none'"
    directives = [
        "default-src 'none'",
        " ".join(["style-src 'self'", *g.get("style_hashes", [])]),
        "img-src 'self'",
        "base-uri 'none'",
        f"form-action {form_targets}",
        f"frame-ancestors {frame_ancestors}",
    ]
    if "script_files" in g:
        directives += [
            " ".join(["script-src", *g.script_files]),
            "connect-src 'self'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        ]
    return "; ".join(directives)


def _set_private_caching(response):
    """Forbid shared caches to store pages of signed-in users and pages with a form."""
    if "varies_by_encoding_only" in g:
        response.vary.add("Accept-Encoding")
    elif current_surface() != DOCS:
        response.vary.add("Cookie")
    if g.get("browser_session") is None and CSRF_FIELD not in g:
        return
    if response.cache_control.no_cache:
        response.cache_control.private = True
    else:
        response.cache_control.no_store = True
