"""Where others ask: one room a surface, each whole with its addresses, bodies, errors and paging.

A resource checks, does, keeps, shows, in that order. The one commit of a request is written here.
No surface imports another.
"""

from flask import Flask
from flask_smorest import Api

from joindin.http.surface_routing import DOCS, EPHIOS, GANCIO, MEDIA, OAUTH2, V2_1, WEB
from joindin.http.url_converters import PathRemainder, PositiveInt, RowIdConverter


def init_app(app: Flask, api: Api) -> None:
    """Give the application its surfaces."""
    from joindin.http import (
        audit_context,
        csrf,
        error_dispatch,
        forms,
        html_pages,
        security_headers,
        sessions,
        token_scopes,
    )
    from joindin.resources import docs, ephios, gancio, media, oauth2, v2_1, web

    app.url_map.converters |= {"positive": PositiveInt, "rest": PathRemainder, "row_id": RowIdConverter}
    api.init_app(app)
    audit_context.init_app(app)
    # What follows a request is worked off from the last to the first: headers come when cookies are known.
    security_headers.init_app(app)
    sessions.init_app(app)
    csrf.init_app(app)
    forms.init_app(app)
    html_pages.init_app(app)
    v2_1.init_app(app, api)
    media.init_app(app)
    web.init_app(app)
    oauth2.init_app(app)
    gancio.init_app(app)
    ephios.init_app(app)
    docs.init_app(app, api)
    token_scopes.init_app(app)
    error_dispatch.init_app(
        app,
        {
            **dict.fromkeys((WEB, DOCS, MEDIA), html_pages),
            V2_1: v2_1.errors,
            OAUTH2: oauth2.errors,
            GANCIO: gancio.errors,
            EPHIOS: ephios.errors,
        },
    )
