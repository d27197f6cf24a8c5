"""Talks: find, read, star (spec 7)."""

from flask import request
from flask.views import MethodView
from flask_smorest import Blueprint

from joindin.errors import Invalid, MethodNotSupported, NotFound
from joindin.extensions import db, reader, writer
from joindin.operations.stars import star_talk, unstar_talk
from joindin.operations.talks import delete_talk, edit_talk
from joindin.permissions import can_edit_talk, can_manage_talk
from joindin.queries.paging import single
from joindin.queries.talks import (
    find_talk,
    find_talk_alone,
    find_talk_key,
    has_starred,
    list_titled_talks,
    list_user_talks,
)
from joindin.queries.viewer_relations import view_talks_to_edit
from joindin.representations.v2_1.talks import StarredSchema, TalkPageSchema, VerboseTalkPageSchema
from joindin.resources.v2_1.authentication import api_base, caller, signed_in
from joindin.resources.v2_1.authorization import allows, for_talk
from joindin.resources.v2_1.openapi import add_unlisted, asks, does, lists, refuses, shows, takes
from joindin.resources.v2_1.paging import read_paging
from joindin.resources.v2_1.request_params import params, query
from joindin.resources.v2_1.responses import empty, thing
from joindin.resources.v2_1.talk_rendering import show_talks
from joindin.resources.v2_1.talks.talk_parsing import BAD_TALK, TalkBodySchema, read_talk

blp = Blueprint("talks", __name__, url_prefix="/v2.1", description="What is given at events")

TO_CREATE = "You must be logged in to create data"
TO_UPDATE = "You must be logged in to update data"
TO_REMOVE = "You must be logged in to remove data"

NOT_TO_UPDATE = "You do not have permission to update this talk"
NOT_TO_DELETE = "You do not have permission to do that"


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
        return show_talks(list_titled_talks(reader(), title, read_paging()))


@blp.route("/talks/<positive:talk_id>")
class OneTalk(MethodView):
    @shows(TalkPageSchema, VerboseTalkPageSchema)
    @refuses({404: "Talk not found"})
    def get(self, talk_id):
        """Show a talk."""
        return show_talks(single(find_talk_key(reader(), talk_id)))

    @for_talk(can_edit_talk, sign_in=TO_UPDATE, refusal=NOT_TO_UPDATE)
    @takes(TalkBodySchema)
    @does(204, location="/v2.1/talks/42")
    @refuses({400: BAD_TALK})
    def put(self, talk, viewer):
        """Edit a talk, as one of its hosts or claimed speakers.

        Absent optional fields get their defaults, but for the speakers, who stay. Links stay as well.
        """
        edit_talk(db.session, talk.id, read_talk(params(), talk.event))
        db.session.commit()
        return empty(204, api_base() + request.path)

    @does(204)
    @refuses({401: TO_REMOVE, 400: NOT_TO_DELETE})
    def delete(self, talk_id):
        """Delete a talk and what was said about it. One that is not there is deleted already."""
        user = signed_in(TO_REMOVE)
        try:
            talk = find_talk_alone(db.session, talk_id)
        except NotFound:
            return empty(204)
        if not allows(can_manage_talk, view_talks_to_edit(db.session, user, [talk]), talk):
            raise Invalid(NOT_TO_DELETE)
        delete_talk(db.session, talk.id)
        db.session.commit()
        return empty(204)


@blp.route("/talks/<positive:talk_id>/starred")
class TalkStarred(MethodView):
    @shows(StarredSchema)
    def get(self, talk_id):
        """Tell whether the caller starred a talk."""
        user = caller().user
        return thing({"has_starred": user is not None and has_starred(db.session, talk_id, user.id)})

    @does(201, location="/v2.1/talks/42/starred")
    @refuses({401: TO_CREATE, 404: "Talk not found"})
    def post(self, talk_id):
        """Star a talk."""
        if not star_talk(writer(), talk_id, signed_in(TO_CREATE).id):
            raise NotFound("Talk not found")
        return empty(201, api_base() + request.path)

    @does(200, location="/v2.1/talks/42/starred")
    @refuses({401: TO_REMOVE})
    def delete(self, talk_id):
        """Star a talk no longer."""
        unstar_talk(writer(), talk_id, signed_in(TO_REMOVE).id)
        # 200, as the web site and the app for Android expect; the newest original says 205 (spec 18, #1).
        return empty(200, api_base() + request.path)


@blp.route("/users/<positive:user_id>/talks")
class UserTalks(MethodView):
    @lists(TalkPageSchema, VerboseTalkPageSchema)
    def get(self, user_id):
        """List the talks that somebody is a claimed speaker of, newest first."""
        return show_talks(list_user_talks(reader(), user_id, read_paging()), all_comments=True)


class BelowTalk(MethodView):
    """What the original makes of posts to a talk, and of addresses below it that it does not know (spec 3)."""

    def get(self, talk_id, below):
        raise MethodNotSupported("Method not supported")

    put = delete = get

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

    def put(self, rest):
        signed_in(TO_UPDATE)
        raise NotFound("Talk not found")

    def delete(self, rest):
        signed_in(TO_REMOVE)
        raise NotFound("Talk not found")


# Past the documentation: nobody is meant to call these.
add_unlisted(blp, "/talks/<positive:talk_id>/<path:below>", BelowTalk)
add_unlisted(blp, "/talks/<positive:talk_id>", BelowTalk, endpoint="PostToTalk", methods=["POST"])
add_unlisted(blp, "/talks/<path:rest>", NoTalk)
add_unlisted(blp, "/talks", NoTalk, endpoint="PostToTalks", methods=["POST"])
