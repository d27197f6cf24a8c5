"""Talks: search, reading, editing, deletion and stars (spec 7)."""

from flask import request
from flask.views import MethodView
from flask_smorest import Blueprint

from joindin.errors import InvalidInput, MethodNotAllowed, NotFound
from joindin.extensions import db, reader, writer
from joindin.http.request_identity import get_caller
from joindin.operations.stars import star_talk, unstar_talk
from joindin.operations.talks import delete_talk, edit_talk
from joindin.permissions import can_edit_talk, can_manage_talk
from joindin.queries.paging import single_page
from joindin.queries.talks import (
    find_talk,
    find_talk_key,
    find_talk_unloaded,
    has_starred,
    list_user_talks,
    search_talks,
)
from joindin.queries.viewer_relations import load_viewer_for_talk_editing
from joindin.representations.v2_1.talks import StarredSchema, TalkPageSchema, VerboseTalkPageSchema
from joindin.resources.v2_1.authentication import require_user
from joindin.resources.v2_1.authorization import check_permission_and_audit, with_talk
from joindin.resources.v2_1.links import base_url
from joindin.resources.v2_1.openapi import (
    accepts_body,
    accepts_query,
    add_undocumented_route,
    fails_with,
    returns,
    returns_empty,
    returns_page,
)
from joindin.resources.v2_1.paging import read_paging
from joindin.resources.v2_1.rendering import render_talks
from joindin.resources.v2_1.request_params import get_params, get_query_params
from joindin.resources.v2_1.responses import empty_response, object_response
from joindin.resources.v2_1.talks.talk_parsing import INVALID_TALK_MESSAGES, TalkBodySchema, parse_talk
from joindin.utils.datetimes import utc_now

blp = Blueprint("talks", __name__, url_prefix="/v2.1", description="Talks of events")

MSG_LOGIN_TO_CREATE = "You must be logged in to create data"
MSG_LOGIN_TO_UPDATE = "You must be logged in to update data"
MSG_LOGIN_TO_REMOVE = "You must be logged in to remove data"

MSG_FORBIDDEN_UPDATE = "You do not have permission to update this talk"
MSG_FORBIDDEN_DELETE = "You do not have permission to do that"


@blp.route("/talks")
class Talks(MethodView):
    @returns_page(TalkPageSchema, VerboseTalkPageSchema)
    @accepts_query("talk_title")
    @fails_with({405: "Generic talks listing not supported"})
    def get(self):
        """Search talks by ``title``, newest first. An empty title is part of every title."""
        params = get_query_params()
        if "title" not in params:
            raise MethodNotAllowed("Generic talks listing not supported")
        return render_talks(search_talks(reader(), params.text("title"), read_paging()))


@blp.route("/talks/<positive:talk_id>")
class TalkDetail(MethodView):
    @returns(TalkPageSchema, VerboseTalkPageSchema)
    @fails_with({404: "Talk not found"})
    def get(self, talk_id):
        """Show a talk."""
        return render_talks(single_page(find_talk_key(reader(), talk_id)))

    @with_talk(can_edit_talk, login_message=MSG_LOGIN_TO_UPDATE, refusal=MSG_FORBIDDEN_UPDATE)
    @accepts_body(TalkBodySchema)
    @returns_empty(204, location="/v2.1/talks/42")
    @fails_with({400: INVALID_TALK_MESSAGES})
    def put(self, talk, viewer):
        """Edit a talk, as one of its hosts or claimed speakers.

        Absent optional fields are set to their defaults. Absent speakers and all links stay unchanged. A talk may keep
        a time outside the dates of an event that was moved.
        """
        edit_talk(db.session, talk.id, parse_talk(get_params(), talk.event, talk), actor=viewer.user, now=utc_now())
        db.session.commit()
        return empty_response(204, base_url() + request.path)

    @returns_empty(204)
    @fails_with({401: MSG_LOGIN_TO_REMOVE, 400: MSG_FORBIDDEN_DELETE, 404: "Talk not found"})
    def delete(self, talk_id):
        """Delete a talk and its comments. Succeeds too if there is no such talk."""
        user = require_user(MSG_LOGIN_TO_REMOVE)
        try:
            talk = find_talk_unloaded(db.session, talk_id)
        except NotFound:
            return empty_response(204)
        if not check_permission_and_audit(
            can_manage_talk, load_viewer_for_talk_editing(db.session, user, [talk]), talk
        ):
            raise InvalidInput(MSG_FORBIDDEN_DELETE)
        delete_talk(db.session, talk.id, actor=user)
        db.session.commit()
        return empty_response(204)


@blp.route("/talks/<positive:talk_id>/starred")
class TalkStarred(MethodView):
    @returns(StarredSchema)
    @fails_with({404: "Talk not found"})
    def get(self, talk_id):
        """Show whether the caller starred a talk."""
        user = get_caller().user
        return object_response({"has_starred": user is not None and has_starred(db.session, talk_id, user.id)})

    @returns_empty(201, location="/v2.1/talks/42/starred")
    @fails_with({401: MSG_LOGIN_TO_CREATE, 404: "Talk not found"})
    def post(self, talk_id):
        """Star a talk."""
        if not star_talk(writer(), talk_id, require_user(MSG_LOGIN_TO_CREATE).id):
            raise NotFound("Talk not found")
        return empty_response(201, base_url() + request.path)

    @returns_empty(200, location="/v2.1/talks/42/starred")
    @fails_with({401: MSG_LOGIN_TO_REMOVE, 404: "Talk not found"})
    def delete(self, talk_id):
        """Remove the star of a talk."""
        unstar_talk(writer(), talk_id, require_user(MSG_LOGIN_TO_REMOVE).id)
        # 200, as the web site and the Android app expect; the newest original has 205 (spec 18, #1).
        return empty_response(200, base_url() + request.path)


@blp.route("/users/<positive:user_id>/talks")
class UserTalks(MethodView):
    @returns_page(TalkPageSchema, VerboseTalkPageSchema)
    def get(self, user_id):
        """List the talks that a user is a claimed speaker of, newest first."""
        return render_talks(list_user_talks(reader(), user_id, read_paging()), count_all_comments=True)


class TalkFallback(MethodView):
    """POST to a talk, and unknown paths below it, answered like the original answers them (spec 3)."""

    def get(self, talk_id, below):
        raise MethodNotAllowed("Method not supported")

    put = delete = get

    def post(self, talk_id, below=""):
        require_user(MSG_LOGIN_TO_CREATE)
        find_talk(db.session, talk_id)
        if not below:
            raise InvalidInput("method not supported - sorry")
        raise NotFound("Operation not supported, sorry")


class MissingTalk(MethodView):
    """URLs without the id of a talk or with an invalid one (spec 2.17)."""

    def get(self, rest):
        raise NotFound("Talk not found")

    def post(self, rest=""):
        require_user(MSG_LOGIN_TO_CREATE)
        raise NotFound("Talk not found")

    def put(self, rest):
        require_user(MSG_LOGIN_TO_UPDATE)
        raise NotFound("Talk not found")

    def delete(self, rest):
        require_user(MSG_LOGIN_TO_REMOVE)
        raise NotFound("Talk not found")


add_undocumented_route(blp, "/talks/<positive:talk_id>/<path:below>", TalkFallback)
add_undocumented_route(blp, "/talks/<positive:talk_id>", TalkFallback, endpoint="PostToTalk", methods=["POST"])
add_undocumented_route(blp, "/talks/<path:rest>", MissingTalk)
add_undocumented_route(blp, "/talks", MissingTalk, endpoint="PostToTalks", methods=["POST"])
