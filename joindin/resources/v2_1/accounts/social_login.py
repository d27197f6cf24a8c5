"""Sign-in with Twitter and Facebook (spec 13).

The original's web site does not use it any more, and this server does not implement it. Clients that try it get 501.
"""

from flask.views import MethodView
from flask_smorest import Blueprint

from joindin.errors import NotConfigured
from joindin.resources.v2_1.openapi import add_undocumented_route
from joindin.resources.v2_1.trusted_client import require_trusted_client

blp = Blueprint("social login", __name__, url_prefix="/v2.1")


class TwitterLogin(MethodView):
    @require_trusted_client
    def post(self):
        raise NotConfigured("Cannot login via Twitter")


class FacebookLogin(MethodView):
    def post(self):
        # The original does not check the client here.
        raise NotConfigured("Cannot login via Facebook")


add_undocumented_route(blp, "/twitter/request_token", TwitterLogin, endpoint="TwitterRequestToken")
add_undocumented_route(blp, "/twitter/token", TwitterLogin)
add_undocumented_route(blp, "/facebook/token", FacebookLogin)
