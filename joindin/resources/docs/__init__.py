"""The API described: an OpenAPI document for programs and a page for people, both made of the decorators in the
other surfaces and kept once they are made. Nothing in here comes from another host or needs JavaScript.
"""

from flask import Flask
from flask_smorest import Api

from joindin.resources.docs.documentation import Documentation
from joindin.resources.docs.views import blp


def init_app(app: Flask, api: Api) -> None:
    """To be called last: it describes what is there by then."""
    app.extensions["documentation"] = Documentation(api.spec)
    app.register_blueprint(blp)
