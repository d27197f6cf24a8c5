"""The documentation of the API: an OpenAPI document for programs and an HTML page for people.

Both are generated from the decorators of the endpoints. They load nothing from other hosts and need no JavaScript.
"""

from flask import Flask
from flask_smorest import Api

from joindin.resources.docs.documentation import Documentation
from joindin.resources.docs.views import blp


def init_app(app: Flask, api: Api) -> None:
    """To be called after the documented surfaces are registered."""
    app.extensions["documentation"] = Documentation(api.spec)
    app.register_blueprint(blp)
