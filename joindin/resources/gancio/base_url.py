"""Address of this server as other servers know it."""

from urllib.parse import urlsplit

from flask import current_app


def base_url() -> str:
    return current_app.config["PUBLIC_URL"]


def host() -> str:
    """Return the host with its port, if it is not the usual one."""
    return urlsplit(base_url()).netloc
