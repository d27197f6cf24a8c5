"""Languages and talk types (spec 14)."""

from joindin.models import Language, TalkType
from joindin.representations.links import Links
from joindin.representations.schema_fields import ObjectSchema, api_url, string
from joindin.representations.v2_1.collections import collection_schema


class LanguageSchema(ObjectSchema):
    name = string("English - UK", "The value of `language` in talks.")
    code = string("uk", "Not a standard code.")
    uri = api_url("/v2.1/languages/2")
    verbose_uri = api_url("/v2.1/languages/2?verbose=yes")


LanguagePageSchema = collection_schema("languages", LanguageSchema)


def represent_language(language: Language, links: Links) -> dict:
    url = links.language(language.id)
    return {"name": language.name, "code": language.code, "uri": url, "verbose_uri": f"{url}?verbose=yes"}


class TalkTypeSchema(ObjectSchema):
    title = string("Talk", "The value of `type` in talks.")
    description = string("A talk, with questions afterwards.", nullable=True)
    uri = api_url("/v2.1/talk_types/1")
    verbose_uri = api_url("/v2.1/talk_types/1?verbose=yes")


TalkTypePageSchema = collection_schema("talk_types", TalkTypeSchema)


def represent_talk_type(talk_type: TalkType, links: Links) -> dict:
    url = links.talk_type(talk_type.id)
    return {
        "title": talk_type.title,
        "description": talk_type.description,
        "uri": url,
        "verbose_uri": f"{url}?verbose=yes",
    }
