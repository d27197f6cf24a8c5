"""Where clients begin (spec 2.1)."""

from flask.views import MethodView
from flask_smorest import Blueprint

from joindin.representations.schema_fields import ObjectSchema, api_url, object_of, string
from joindin.representations.v2_1.collections import CallerMetaSchema
from joindin.resources.v2_1.authentication import links
from joindin.resources.v2_1.openapi import add_undocumented_route, returns
from joindin.resources.v2_1.responses import object_response

blp = Blueprint("landing", __name__, description="Where clients begin")


LandingSchema = ObjectSchema.from_dict(
    {
        "events": api_url("/v2.1/events"),
        "hot-events": api_url("/v2.1/events?filter=hot"),
        "upcoming-events": api_url("/v2.1/events?filter=upcoming"),
        "past-events": api_url("/v2.1/events?filter=past"),
        "open-cfps": api_url("/v2.1/events?filter=cfp"),
        "docs": string("http://joindin.github.io/joindin-api/", format="uri"),
        "meta": object_of(CallerMetaSchema, when="if somebody is signed in"),
    },
    name="LandingSchema",
)


@blp.route("/v2.1")
@blp.route("/")
class Landing(MethodView):
    @returns(LandingSchema)
    def get(self):
        """Show where everything is."""
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


class AnyLanding(MethodView):
    """The original's landing page answers whatever it is asked with."""

    post = put = delete = patch = Landing.get


# Past the documentation: nobody is meant to call these.
add_undocumented_route(blp, "/", AnyLanding)
add_undocumented_route(blp, "/v2.1", AnyLanding, endpoint="AnyVersionLanding")
