"""Endpoints, one package per surface (API or site): routes, body parsing, errors, paging and scopes.

A view function authorises, validates, calls an operation, commits, and represents the result. The only commit of a request is
here. A surface does not import another one; code that surfaces share is in ``joindin.http``.
"""

from flask import Flask
from flask_smorest import Api

from joindin.http.surface_routing import DOCS, EPHIOS, GANCIO, MEDIA, OAUTH2, V2_1, WEB
from joindin.http.url_converters import PathRemainder, PositiveInt, RowIdConverter


def init_app(app: Flask, api: Api) -> None:
    """Register the surfaces with the application."""
    from joindin.http import (
        audit_context,
        constant_content,
        error_dispatch,
        guest_devices,
        known_devices,
        openapi,
        request_checks,
        request_limits,
        request_log,
        security_headers,
        sessions,
        token_scopes,
    )
    from joindin.http.pages import csrf, error_pages, forms, html_pages, languages, page_addresses, static_files
    from joindin.resources import docs, ephios, gancio, media, oauth2, v2_1, web

    app.url_map.converters |= {"positive": PositiveInt, "rest": PathRemainder, "row_id": RowIdConverter}
    request_log.init_app(app)
    request_checks.init_app(app)
    api.init_app(app)
    openapi.init_app(api)
    audit_context.init_app(app)
    # Flask calls after_request functions in reverse order: the security headers depend on the cookies.
    security_headers.init_app(app)
    sessions.init_app(app)
    known_devices.init_app(app)
    csrf.init_app(app)
    page_addresses.init_app(app)
    guest_devices.init_app(app)
    forms.init_app(app)
    html_pages.init_app(app)
    languages.init_app(app)
    static_files.init_app(app)
    constant_content.init_app(app)
    v2_1.init_app(app, api)
    media.init_app(app)
    web.init_app(app)
    oauth2.init_app(app)
    gancio.init_app(app)
    ephios.init_app(app)
    docs.init_app(app, api)
    request_limits.init_app(app)
    token_scopes.init_app(app, (v2_1.scopes.ROUTES, gancio.scopes.ROUTES, ephios.scopes.ROUTES))
    error_dispatch.init_app(
        app,
        {
            **dict.fromkeys((WEB, DOCS, MEDIA), error_pages),
            V2_1: v2_1.errors,
            OAUTH2: oauth2.errors,
            GANCIO: gancio.errors,
            EPHIOS: ephios.errors,
        },
    )
