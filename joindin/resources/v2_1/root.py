"""Where clients begin (spec 2.1)."""

from flask.views import MethodView
from flask_smorest import Blueprint

from joindin.representations.schema_fields import Shape, address, one, text
from joindin.representations.v2_1.collections import CallerSchema
from joindin.resources.v2_1.authentication import links
from joindin.resources.v2_1.openapi import add_unlisted, shows
from joindin.resources.v2_1.responses import thing

blp = Blueprint("landing", __name__, description="Where clients begin")


LandingSchema = Shape.from_dict(
    {
        "events": address("/v2.1/events"),
        "hot-events": address("/v2.1/events?filter=hot"),
        "upcoming-events": address("/v2.1/events?filter=upcoming"),
        "past-events": address("/v2.1/events?filter=past"),
        "open-cfps": address("/v2.1/events?filter=cfp"),
        "docs": text("http://joindin.github.io/joindin-api/", format="uri"),
        "meta": one(CallerSchema, when="if somebody is signed in"),
    },
    name="LandingSchema",
)


@blp.route("/v2.1")
@blp.route("/")
class Landing(MethodView):
    @shows(LandingSchema)
    def get(self):
        """Show where everything is."""
        events = links().events
        return thing(
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
add_unlisted(blp, "/", AnyLanding)
add_unlisted(blp, "/v2.1", AnyLanding, endpoint="AnyVersionLanding")
