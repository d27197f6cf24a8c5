"""Where others ask: one room a surface, each whole with its addresses, bodies, errors and paging.

A resource checks, does, keeps, shows, in that order. The one commit of a request is written here.
No surface imports another.
"""

from flask import Flask
from flask_smorest import Api

from joindin.http.surface_routing import DOCS, EPHIOS, GANCIO, MEDIA, OAUTH2, V2_1, WEB
from joindin.http.url_converters import Positive, Rest, RowId


def mount(app: Flask, api: Api) -> None:
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

    app.url_map.converters |= {"positive": Positive, "rest": Rest, "row_id": RowId}
    api.init_app(app)
    audit_context.mount(app)
    # What follows a request is worked off from the last to the first: headers come when cookies are known.
    security_headers.mount(app)
    sessions.mount(app)
    csrf.mount(app)
    forms.mount(app)
    html_pages.mount(app)
    v2_1.mount(app, api)
    media.mount(app)
    web.mount(app)
    oauth2.mount(app)
    gancio.mount(app)
    ephios.mount(app)
    docs.mount(app, api)
    token_scopes.mount(app)
    error_dispatch.mount(
        app,
        {
            **dict.fromkeys((WEB, DOCS, MEDIA), html_pages),
            V2_1: v2_1.errors,
            OAUTH2: oauth2.errors,
            GANCIO: gancio.errors,
            EPHIOS: ephios.errors,
        },
    )
