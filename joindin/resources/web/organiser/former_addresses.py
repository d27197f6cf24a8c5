"""Redirects from the addresses of the organiser's pages in mails and in the former web site."""

from urllib.parse import quote

from flask import Response, request

from joindin.resources.web.organiser.common import blp
from joindin.resources.web.public.pages import on_canonical_host

# The part below ``manage/`` by the last part of the former address.
FORMER_PARTS = {
    "edit": "details/",
    "edit-tracks": "tracks/",
    "add-talk": "talks/new/",
    "claims": "claims/",
    "reported-comments": "comments/",
}


@blp.get("/event/<slug>/add-talk")
@blp.get("/event/<slug>/claims")
@blp.get("/event/<slug>/edit")
@blp.get("/event/<slug>/edit-tracks")
@blp.get("/event/<slug>/reported-comments")
@on_canonical_host
def redirect_former_address(slug):
    part = FORMER_PARTS[request.path.rpartition("/")[2]]
    # Without a body, which would name the event.
    return Response(status=302, headers={"Location": f"/event/{quote(slug)}/manage/{part}"})
