from sqlalchemy import func, select

from joindin.models import Language, TalkType
from joindin.seeds.base_data import seed_reference_data
from tests.factories import make_language, make_talk_type


def test_an_empty_database_gets_the_languages_and_types_of_the_original(session):
    seed_reference_data(session)

    assert session.execute(select(Language.name, Language.code).order_by(Language.id)).all() == [
        ("English - US", "us"),
        ("English - UK", "uk"),
        ("Deutsch", "de"),
        ("Nederlands", "ne"),
        ("Francais", "fr"),
        ("Espanol", "es"),
        ("Polish", "pl"),
        ("Finnish", "fi"),
        ("Brazilian Portuguese", "pobr"),
    ]
    assert session.execute(select(TalkType.title, TalkType.description).order_by(TalkType.id)).all() == [
        ("Talk", "Talk"),
        ("Social Event", "Social Event"),
        ("Keynote", "Keynote"),
        ("Workshop", "Workshop"),
        ("Event Related", "Event Related"),
    ]


def test_seeding_again_changes_nothing(session):
    seed_reference_data(session)
    seed_reference_data(session)

    assert session.scalar(select(func.count()).select_from(Language)) == 9
    assert session.scalar(select(func.count()).select_from(TalkType)) == 5


def test_what_is_there_stays_as_it_is(session):
    make_language(session, "Polish", "polski")
    make_talk_type(session, "Social event")

    seed_reference_data(session)

    assert session.scalars(select(Language.code).where(Language.name == "Polish")).all() == ["polski"]
    assert session.scalars(select(TalkType.title).where(TalkType.title.icontains("social"))).all() == ["Social event"]
