"""Talks: find, read, star (spec 7)."""

from flask.views import MethodView
from flask_smorest import Blueprint

from joindin.errors import Invalid, MethodNotSupported, NotFound
from joindin.extensions import db
from joindin.queries.paging import single
from joindin.queries.talks import find_talk, has_starred, list_titled_talks, list_user_talks
from joindin.representations.v2_1.talks import StarredSchema, TalkPageSchema, VerboseTalkPageSchema
from joindin.resources.v2_1.answers import thing
from joindin.resources.v2_1.callers import caller, signed_in
from joindin.resources.v2_1.documented import add_unlisted, asks, lists, refuses, shows
from joindin.resources.v2_1.paging import read_paging
from joindin.resources.v2_1.parameters import query
from joindin.resources.v2_1.talk_pieces import show_talks

blp = Blueprint("talks", __name__, url_prefix="/v2.1", description="What is given at events")

TO_CREATE = "You must be logged in to create data"


@blp.route("/talks")
class Talks(MethodView):
    @lists(TalkPageSchema, VerboseTalkPageSchema)
    @asks("title")
    @refuses({405: "Generic talks listing not supported"})
    def get(self):
        """Search talks by ``title``, newest first."""
        title = query().text("title")
        if not title:
            raise MethodNotSupported("Generic talks listing not supported")
        return show_talks(list_titled_talks(db.session, title, read_paging()))


@blp.route("/talks/<positive:talk_id>")
class OneTalk(MethodView):
    @shows(TalkPageSchema, VerboseTalkPageSchema)
    @refuses({404: "Talk not found"})
    def get(self, talk_id):
        """Show a talk."""
        return show_talks(single(find_talk(db.session, talk_id)))


@blp.route("/talks/<positive:talk_id>/starred")
class TalkStarred(MethodView):
    @shows(StarredSchema)
    def get(self, talk_id):
        """Tell whether the caller starred a talk."""
        user = caller().user
        return thing({"has_starred": user is not None and has_starred(db.session, talk_id, user.id)})


@blp.route("/users/<positive:user_id>/talks")
class UserTalks(MethodView):
    @lists(TalkPageSchema, VerboseTalkPageSchema)
    def get(self, user_id):
        """List the talks that somebody is a claimed speaker of, newest first."""
        return show_talks(list_user_talks(db.session, user_id, read_paging()), all_comments=True)


class BelowTalk(MethodView):
    """What the original makes of posts to a talk, and of addresses below it that it does not know (spec 3)."""

    def get(self, talk_id, below):
        raise MethodNotSupported("Method not supported")

    def post(self, talk_id, below=""):
        signed_in(TO_CREATE)
        find_talk(db.session, talk_id)
        if not below:
            raise Invalid("method not supported - sorry")
        raise NotFound("Operation not supported, sorry")


class NoTalk(MethodView):
    """Addresses in which the id of a talk is missing, or is no number (spec 2.17)."""

    def get(self, rest):
        raise NotFound("Talk not found")

    def post(self, rest=""):
        signed_in(TO_CREATE)
        raise NotFound("Talk not found")


# Past the documentation: nobody is meant to call these.
add_unlisted(blp, "/talks/<positive:talk_id>/<path:below>", BelowTalk)
add_unlisted(blp, "/talks/<positive:talk_id>", BelowTalk, endpoint="PostToTalk", methods=["POST"])
add_unlisted(blp, "/talks/<path:rest>", NoTalk)
add_unlisted(blp, "/talks", NoTalk, endpoint="PostToTalks", methods=["POST"])
