"""What every installation starts with."""

from sqlalchemy import select

from joindin.db.locking import begin_write
from joindin.db.upserts import insert_or_ignore
from joindin.models import Language, TalkType
from joindin.utils.text import fold_case_accents

# The codes are the original's; the apps choose icons by the exact titles of types (spec 14).
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
    """Add the languages and talk types that are missing, whatever their case; the rest stays as it is."""
    begin_write(session)
    known = {fold_case_accents(name) for name in session.scalars(select(Language.name))}
    for name, code in LANGUAGES.items():
        if fold_case_accents(name) not in known:
            insert_or_ignore(session, Language, name=name, code=code)
    known = {fold_case_accents(title) for title in session.scalars(select(TalkType.title))}
    for title in TALK_TYPES:
        if fold_case_accents(title) not in known:
            insert_or_ignore(session, TalkType, title=title, description=title)
