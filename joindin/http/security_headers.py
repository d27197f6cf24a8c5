"""Security headers: no guessed content types on any surface; on HTML pages also no resources of other hosts, no scripts without
nonce, no frames and private caching.
"""

import secrets

from flask import Flask, g, request

from joindin.http.csrf import CSRF_FIELD
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
    app.jinja_env.globals["script_nonce"] = script_nonce
    app.after_request(_add_headers)


def script_nonce() -> str:
    """Return the nonce for a script of this page. Pages that do not call this allow no script."""
    if "script_nonce" not in g:
        g.script_nonce = secrets.token_urlsafe(16)
    return g.script_nonce


def allow_form_action(origin: str) -> None:
    """Allow a form of this page to redirect to ``origin`` (``https://host`` or ``scheme:``)."""
    g.setdefault("form_targets", []).append(origin)


def _add_headers(response):
    response.headers["X-Content-Type-Options"] = "nosniff"
    if current_surface() not in (WEB, DOCS) and not (response.content_type or "").startswith("text/html"):
        return response
    response.headers["Content-Security-Policy"] = _policy()
    response.headers |= PAGE_HEADERS
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = f"max-age={HSTS_MAX_AGE_S}"
    _set_private_caching(response)
    return response


def _policy():
    form_targets = " ".join(["'self'", *g.get("form_targets", [])])
    directives = [
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self'",
        "base-uri 'none'",
        f"form-action {form_targets}",
        "frame-ancestors 'none'",
    ]
    if "script_nonce" in g:
        directives += [f"script-src 'nonce-{g.script_nonce}'", "connect-src 'self'"]
    return "; ".join(directives)


def _set_private_caching(response):
    """Forbid shared caches to store pages of signed-in users and pages with a form."""
    if current_surface() != DOCS:
        response.vary.add("Cookie")
    if g.get("browser_session") is None and CSRF_FIELD not in g:
        return
    if response.cache_control.no_cache:
        response.cache_control.private = True
    else:
        response.cache_control.no_store = True
