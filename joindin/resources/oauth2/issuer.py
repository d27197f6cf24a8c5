"""What this server is called, by those who come to it."""

from flask import request


def issuer() -> str:
    return f"{request.scheme}://{request.host}"
