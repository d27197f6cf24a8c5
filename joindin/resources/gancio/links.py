"""Addresses in responses of the Gancio API."""

from flask import current_app, request

from joindin.representations.links import Links


def links() -> Links:
    return Links(f"{request.scheme}://{request.host}", current_app.config["WEBSITE_URL"])
