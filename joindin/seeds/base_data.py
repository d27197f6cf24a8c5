"""Reference data of every installation: languages and talk types."""

from sqlalchemy import select

from joindin.db.locking import begin_write
from joindin.db.upserts import insert_or_ignore
from joindin.models import Language, TalkType
from joindin.utils.text import fold_case_accents

# Codes of Joind.in. The apps choose icons by the exact titles of talk types (spec 14).
LANGUAGES = {
    "English - US": "us",
    "English - UK": "uk",
    "Deutsch": "de",
    "Nederlands": "ne",
    "Francais": "fr",
    "Espanol": "es",
    "Polish": "pl",
    "Finnish": "fi",
    "Brazilian Portuguese": "pobr",
}
TALK_TYPES = ("Talk", "Social Event", "Keynote", "Workshop", "Event Related")


def seed_reference_data(session) -> None:
    """Add missing languages and talk types. Names are compared without case; existing rows are not changed."""
    begin_write(session)
    existing = {fold_case_accents(name) for name in session.scalars(select(Language.name))}
    for name, code in LANGUAGES.items():
        if fold_case_accents(name) not in existing:
            insert_or_ignore(session, Language, name=name, code=code)
    existing = {fold_case_accents(title) for title in session.scalars(select(TalkType.title))}
    for title in TALK_TYPES:
        if fold_case_accents(title) not in existing:
            insert_or_ignore(session, TalkType, title=title, description=title)
