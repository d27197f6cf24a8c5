"""Where clients begin (spec 2.1)."""

from flask.views import MethodView
from flask_smorest import Blueprint

from joindin.resources.v2_1.answers import thing
from joindin.resources.v2_1.callers import links

blp = Blueprint("landing", __name__, description="Where clients begin")


@blp.route("/")
@blp.route("/v2.1")
class Landing(MethodView):
    methods = ["GET", "POST", "PUT", "DELETE", "PATCH"]

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

    # The original's landing page answers whatever it is asked with.
    post = put = delete = patch = get
