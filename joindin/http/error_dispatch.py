"""Refusals of the whole application, each in the dialect of the surface that was asked.

A surface's ``errors.py`` has ``show_refusal``, ``show_http_error`` and ``show_failure``. Unknown
addresses and methods never reach a blueprint, so the dialect goes by the path.
"""

from collections.abc import Mapping
from types import ModuleType

from flask import Flask, request
from werkzeug.exceptions import HTTPException

from joindin.errors import DomainError
from joindin.http.surface_routing import surface_for_path


def init_app(app: Flask, dialects: Mapping[str, ModuleType]) -> None:
    def speak(name):
        return lambda error: getattr(dialects[surface_for_path(request.path)], name)(error)

    app.register_error_handler(DomainError, speak("handle_domain_error"))
    app.register_error_handler(HTTPException, speak("handle_http_error"))
    app.register_error_handler(Exception, speak("handle_unexpected_error"))
