"""Participations: of everyone, with personal data, own ones, and those of one user (spec 9)."""

from flask import Blueprint, abort, current_app

from joindin.errors import NotFound
from joindin.extensions import reader
from joindin.http.pages.languages import response_language
from joindin.performance.caching.fragment_cache import render_cached
from joindin.queries.crew.events import find_visible_event_ids
from joindin.queries.crew.filters import find_existing_ids
from joindin.queries.crew.own_participations import list_own_keys, load_own_participations
from joindin.queries.crew.participations import (
    OF_USER,
    PUBLIC,
    WITH_USERINFO,
)
from joindin.queries.crew.participations import list_participations as list_visible_participations
from joindin.queries.crew.qualifications import earliest, load_qualification_state
from joindin.representations.ephios.participations import (
    represent_participation,
    represent_participation_with_userinfo,
)
from joindin.representations.ephios.users import represent_qualifications
from joindin.resources.ephios.authentication import crew_reader, crew_viewer, offer_to_token, require_profile_rights
from joindin.resources.ephios.context import crew_links, local_midnight_after, local_today, parse_row_id, require_row_id
from joindin.resources.ephios.filters import OLD_ENDS, OLD_STARTS, FilterSet
from joindin.resources.ephios.paging import page_response, rendered_page_response
from joindin.resources.ephios.responses import json_response, rendered_response
from joindin.resources.ephios.routes import add_route
from joindin.utils.datetimes import utc_now

FILTERS = FilterSet(
    old_times=OLD_STARTS | OLD_ENDS,
    has_states=True,
    choices=(("event_type", "type_ids"), ("event", "event_ids"), ("shift", "shift_ids")),
)
MSG_NO_PARTICIPATION = "No AbstractParticipation matches the given query."

blp = Blueprint("ephios_participations", __name__, url_prefix="/api")


def list_participations():
    return _list_response(crew_reader(), PUBLIC)


def get_participation(pk):
    return _detail_response(crew_reader(), PUBLIC, pk)


def list_participations_userinfo():
    return _list_response(require_profile_rights(), WITH_USERINFO)


def get_participation_userinfo(pk):
    return _detail_response(require_profile_rights(), WITH_USERINFO, pk)


def list_own_participations():
    page = _list_own_keys(None)
    return rendered_page_response(_render_own(page.items), page.total)


def get_own_participation(pk):
    fragments = _render_own(_list_own_keys(require_row_id(pk)).items)
    if not fragments:
        raise NotFound(MSG_NO_PARTICIPATION)
    return rendered_response(fragments[0])


def _list_own_keys(row_id):
    viewer = crew_viewer()
    return list_own_keys(reader(), viewer, _read_filters(viewer, row_id))


def _render_own(keys):
    viewer, now = crew_viewer(), utc_now()
    options = {"timezone": crew_links().timezone, "language": response_language(), "today": local_today()}
    state = load_qualification_state(reader(), viewer.user_id, now)
    context = ("own participation", viewer.user_id, *options.values(), state.catalogue_changes)
    own, qualification_ids = None, state.ids
    # The age of a person changes at midnight.
    offer_to_token(earliest(local_midnight_after(options["today"]), state.expires_at))

    def cache_key(key):
        versions = key.version, key.event_version, key.user_version
        return key.id, versions, key.type_title, key.date_of_birth, key.is_responsible, qualification_ids, context

    def load(ids):
        nonlocal own, qualification_ids
        own = load_own_participations(reader(), viewer, ids, now)
        # They may have changed since the state was read. The fragments are stored under those that they show.
        qualification_ids = tuple(own.qualification_ids)
        return own.rows

    def represent(row):
        qualifications = represent_qualifications(own.catalogue, own.qualification_ids)
        return represent_participation_with_userinfo(row, qualifications, own.comments.get(row.id, ()), **options)

    return render_cached(current_app.extensions["fragment_cache"], keys, cache_key, load, represent)


def list_user_participations(user_id):
    return _list_response(require_profile_rights(), OF_USER, owner_id=_parse_owner_id(user_id))


def get_user_participation(user_id, pk):
    return _detail_response(require_profile_rights(), OF_USER, pk, owner_id=_parse_owner_id(user_id))


def _parse_owner_id(text):
    if not (text.isascii() and text.isdecimal()):
        abort(404)
    return parse_row_id(text)


def _list_response(viewer, kind, **params):
    return page_response(*_represent(viewer, kind, None, params))


def _detail_response(viewer, kind, pk, **params):
    row_id = require_row_id(pk)
    results, _total = _represent(viewer, kind, row_id, params)
    if not results:
        raise NotFound(MSG_NO_PARTICIPATION)
    return json_response(results[0])


def _read_filters(viewer, row_id):
    def available(name, ids):
        if name == "event":
            return find_visible_event_ids(reader(), viewer, [id_ for id_ in ids if 0 < id_ < 2**31])
        return find_existing_ids(reader(), name, ids)

    return FILTERS.read(available, row_id)


def _represent(viewer, kind, row_id, params):
    filters = _read_filters(viewer, row_id)
    filters.params.update(params)
    page = list_visible_participations(reader(), viewer, kind, filters, utc_now())
    options = {"timezone": crew_links().timezone, "language": response_language(), "today": local_today()}
    offer_to_token(earliest(local_midnight_after(options["today"]), page.qualification_ids.expires_at))
    results = []
    for row in page.items:
        person_id = row.user_id or row.guest_id or row.federated_user_id
        qualifications = represent_qualifications(page.catalogue, page.qualification_ids.get((row.kind, person_id), ()))
        if kind == WITH_USERINFO:
            comments = page.comments.get(row.id, ())
            results.append(represent_participation_with_userinfo(row, qualifications, comments, **options))
        else:
            results.append(represent_participation(row, qualifications, **options))
    return results, page.total


add_route(blp, "/participations/", list_participations, "Participation List")
add_route(blp, "/participations/<pk>/", get_participation, "Participation Instance")
add_route(
    blp,
    "/participations-userinfo/",
    list_participations_userinfo,
    "Userinfo Participation List",
    model="abstractparticipation",
)
add_route(
    blp,
    "/participations-userinfo/<pk>/",
    get_participation_userinfo,
    "Userinfo Participation Instance",
    model="abstractparticipation",
)
add_route(blp, "/users/me/participations/", list_own_participations, "Own Participations List")
add_route(blp, "/users/me/participations/<pk>/", get_own_participation, "Own Participations Instance")
add_route(
    blp,
    "/users/<user_id>/participations/",
    list_user_participations,
    "User Participations List",
    model="localparticipation",
)
add_route(
    blp,
    "/users/<user_id>/participations/<pk>/",
    get_user_participation,
    "User Participations Instance",
    model="localparticipation",
)
