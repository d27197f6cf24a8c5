"""The root of the API, with links to the lists of events (spec 2.1)."""

from flask.views import MethodView
from flask_smorest import Blueprint

from joindin.representations.schema_fields import ObjectSchema, api_url, object_of, string
from joindin.representations.v2_1.collections import CallerMetaSchema
from joindin.resources.v2_1.links import links
from joindin.resources.v2_1.openapi import add_undocumented_route, returns
from joindin.resources.v2_1.responses import object_response

blp = Blueprint("root", __name__, description="Links to the lists of events")


RootSchema = ObjectSchema.from_dict(
    {
        "events": api_url("/v2.1/events"),
        "hot-events": api_url("/v2.1/events?filter=hot"),
        "upcoming-events": api_url("/v2.1/events?filter=upcoming"),
        "past-events": api_url("/v2.1/events?filter=past"),
        "open-cfps": api_url("/v2.1/events?filter=cfp"),
        "docs": string("http://joindin.github.io/joindin-api/", format="uri"),
        "meta": object_of(CallerMetaSchema, when="if the caller is signed in"),
    },
    name="RootSchema",
)


@blp.route("/v2.1")
@blp.route("/")
class Root(MethodView):
    @returns(RootSchema)
    def get(self):
        """List the links to start from."""
        events = links().events
        return object_response(
            {
                "events": events(),
                "hot-events": events("?filter=hot"),
                "upcoming-events": events("?filter=upcoming"),
                "past-events": events("?filter=past"),
                "open-cfps": events("?filter=cfp"),
                "docs": "http://joindin.github.io/joindin-api/",
            }
        )


class RootFallback(MethodView):
    """Other methods than GET. The original answers them like GET."""

    post = put = delete = patch = Root.get


add_undocumented_route(blp, "/", RootFallback)
add_undocumented_route(blp, "/v2.1", RootFallback, endpoint="VersionRootFallback")
