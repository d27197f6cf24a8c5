"""Refusals of the whole application, each in the dialect of the surface that was asked.

A surface's ``errors.py`` has ``show_refusal``, ``show_http_error`` and ``show_failure``. Unknown
addresses and methods never reach a blueprint, so the dialect goes by the path.
"""

from collections.abc import Mapping
from types import ModuleType

from flask import Flask, request
from werkzeug.exceptions import HTTPException

from joindin.errors import Refused
from joindin.http.surface_routing import surface_of


def mount(app: Flask, dialects: Mapping[str, ModuleType]) -> None:
    def speak(name):
        return lambda error: getattr(dialects[surface_of(request.path)], name)(error)

    app.register_error_handler(Refused, speak("show_refusal"))
    app.register_error_handler(HTTPException, speak("show_http_error"))
    app.register_error_handler(Exception, speak("show_failure"))
