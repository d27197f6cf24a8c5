"""Languages and talk types."""

from sqlalchemy import select

from joindin.errors import NotFound
from joindin.models import Language, TalkType
from joindin.queries.paging import Page, Paging, paginate


def find_language(session, language_id: int) -> Language:
    language = session.get(Language, language_id)
    if language is None:
        raise NotFound("Language not found")
    return language


def get_language_by_name(session, name: str) -> Language | None:
    return session.scalar(select(Language).where(Language.name == name))


def get_talk_type_by_title(session, title: str) -> TalkType | None:
    return session.scalar(select(TalkType).where(TalkType.title == title))


def list_languages(session, paging: Paging) -> Page:
    """List all languages by name."""
    return paginate(session, select(Language).order_by(Language.name, Language.id), paging)


def find_talk_type(session, type_id: int) -> TalkType:
    talk_type = session.get(TalkType, type_id)
    if talk_type is None:
        raise NotFound("Talk type not found")
    return talk_type


def list_talk_types(session, paging: Paging) -> Page:
    return paginate(session, select(TalkType).order_by(TalkType.id), paging)
