"""Where others ask: one room a surface, each whole with its addresses, bodies, errors and paging.

A resource checks, does, keeps, shows, in that order. The one commit of a request is written here.
No surface imports another.
"""

from flask import Flask
from flask_smorest import Api

from joindin.resources.converters import Positive, Rest, RowId
from joindin.resources.surfaces import DOCS, EPHIOS, GANCIO, MEDIA, OAUTH2, V2_1, WEB


def mount(app: Flask, api: Api) -> None:
    """Give the application its surfaces."""
    from joindin.resources import (
        csrf,
        docs,
        ephios,
        errors,
        forms,
        gancio,
        headers,
        media,
        oauth2,
        pages,
        scopes,
        sessions,
        through,
        v2_1,
        web,
    )

    app.url_map.converters |= {"positive": Positive, "rest": Rest, "row_id": RowId}
    api.init_app(app)
    through.mount(app)
    # What follows a request is worked off from the last to the first: headers come when cookies are known.
    headers.mount(app)
    sessions.mount(app)
    csrf.mount(app)
    forms.mount(app)
    pages.mount(app)
    v2_1.mount(app, api)
    media.mount(app)
    web.mount(app)
    oauth2.mount(app)
    gancio.mount(app)
    ephios.mount(app)
    docs.mount(app, api)
    scopes.mount(app)
    errors.mount(
        app,
        {
            **dict.fromkeys((WEB, DOCS, MEDIA), pages),
            V2_1: v2_1.errors,
            OAUTH2: oauth2.errors,
            GANCIO: gancio.errors,
            EPHIOS: ephios.errors,
        },
    )
