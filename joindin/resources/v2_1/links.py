"""Links of the current request."""

from flask import current_app, g, request

from joindin.representations.links import Links


def base_url() -> str:
    """Return scheme and host of the request."""
    return links().base


def links() -> Links:
    context = g._get_current_object()
    if "links" not in context:
        context.links = Links(f"{request.scheme}://{request.host}", current_app.config["WEBSITE_URL"])
    return context.links
