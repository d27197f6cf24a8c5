"""Signing in with an account elsewhere (spec 13).

The original's web site no longer does, and nothing here sets it up. Clients that still ask are
told so, past the documentation.
"""

from flask.views import MethodView
from flask_smorest import Blueprint

from joindin.errors import NotConfigured
from joindin.resources.v2_1.openapi import add_undocumented_route
from joindin.resources.v2_1.trusted_client import require_trusted_client

blp = Blueprint("elsewhere", __name__, url_prefix="/v2.1")


class Twitter(MethodView):
    @require_trusted_client
    def post(self):
        raise NotConfigured("Cannot login via Twitter")


class Facebook(MethodView):
    def post(self):
        # Before the client is looked at, as in the original.
        raise NotConfigured("Cannot login via Facebook")


add_undocumented_route(blp, "/twitter/request_token", Twitter, endpoint="TwitterRequestTokens")
add_undocumented_route(blp, "/twitter/token", Twitter)
add_undocumented_route(blp, "/facebook/token", Facebook)
