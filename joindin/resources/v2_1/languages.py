"""Languages and talk types (spec 14)."""

from flask.views import MethodView
from flask_smorest import Blueprint

from joindin.extensions import db
from joindin.queries.languages import find_language, find_talk_type, list_languages, list_talk_types
from joindin.queries.paging import single_page
from joindin.representations.v2_1.languages import (
    LanguagePageSchema,
    TalkTypePageSchema,
    represent_language,
    represent_talk_type,
)
from joindin.resources.v2_1.links import links
from joindin.resources.v2_1.openapi import fails_with, returns, returns_page
from joindin.resources.v2_1.paging import read_paging
from joindin.resources.v2_1.responses import collection_response

blp = Blueprint("languages", __name__, url_prefix="/v2.1", description="Languages and types of talks")


@blp.route("/languages")
class Languages(MethodView):
    @returns_page(LanguagePageSchema)
    def get(self):
        """List the languages of talks, by name."""
        return _languages_response(list_languages(db.session, read_paging()))


@blp.route("/languages/<row_id:language_id>")
class LanguageDetail(MethodView):
    @returns(LanguagePageSchema)
    @fails_with({404: "Language not found"})
    def get(self, language_id):
        """Show a language."""
        return _languages_response(single_page(find_language(db.session, language_id)))


@blp.route("/talk_types")
class TalkTypes(MethodView):
    @returns_page(TalkTypePageSchema)
    def get(self):
        """List the types of talks."""
        return _talk_types_response(list_talk_types(db.session, read_paging()))


@blp.route("/talk_types/<row_id:type_id>")
class TalkTypeDetail(MethodView):
    @returns(TalkTypePageSchema)
    @fails_with({404: "Talk type not found"})
    def get(self, type_id):
        """Show a type of talks."""
        return _talk_types_response(single_page(find_talk_type(db.session, type_id)))


def _languages_response(page):
    return collection_response("languages", [represent_language(language, links()) for language in page.items], page)


def _talk_types_response(page):
    return collection_response(
        "talk_types", [represent_talk_type(talk_type, links()) for talk_type in page.items], page
    )
