"""Migration of names, addresses and tags to their new keys."""

from flask_migrate import upgrade
from sqlalchemy import select, text

from joindin.extensions import db
from joindin.models import Event, EventContact, Tag, User
from tests.factories import make_event, make_user


def test_addresses_and_names_get_their_new_keys_and_no_account_is_lost(session, at_revision):
    first, second, third = make_user(session, "cоcо"), make_user(session, "other"), make_user(session, "paypal")
    event = make_event(session, "パパ", host=third, tags=["パパ"], contact_name=third.full_name)
    ids, event_id = (first.id, second.id, third.id), event.id

    at_revision("0022")
    old_rows = [
        ("joe@exämple.net", "joe@example.net", "cоcо", "cоcо"),
        ("joe@xn--exmple-cua.net", "joe@xn--exmple-cua.net", "coco", "coco"),
        ("ada@démo.example", "ada@demo.example", "ハパ", "ハハ"),
    ]
    with db.engine.begin() as connection:
        for user_id, values in zip(ids, old_rows):
            connection.execute(
                text("UPDATE users SET email = :a, email_key = :b, username = :c, username_key = :d WHERE id = :id"),
                dict(zip("abcd", values), id=user_id),
            )
        connection.execute(text("UPDATE events SET name_key = 'ハハ'"))
        connection.execute(text("UPDATE tags SET name_key = 'ハハ'"))
    upgrade()

    columns = User.email, User.email_key, User.username, User.username_key, User.lookalike_key
    assert [tuple(row) for row in session.execute(select(*columns).order_by(User.id))] == [
        ("joe@exämple.net", "joe@xn--exmple-cua.net", "cоcо", "cоcо", "coco"),
        ("joe@xn--exmple-cua.net", None, "coco", "coco", None),
        ("ada@démo.example", "ada@xn--dmo-bma.example", "ハパ", "ハパ", "ハパ"),
    ]
    assert session.scalars(select(Event.name_key)).all() == ["パパ"]
    assert session.execute(select(Tag.name, Tag.spelling_key, Tag.name_key)).all() == [("パパ", "パパ", "パパ")]
    assert session.execute(select(EventContact.event_id, EventContact.user_id)).all() == [(event_id, ids[2])]


def test_tags_of_several_spellings_are_merged_on_the_way_down(session, at_revision):
    make_event(session, "One", tags=["año", "ano", "web"])
    make_event(session, "Two", tags=["ano"])

    at_revision("0022")
    with db.engine.connect() as connection:
        tagged = connection.execute(
            text("SELECT events.name, tags.name FROM event_tags JOIN tags ON tags.id = tag_id"
                 " JOIN events ON events.id = event_id ORDER BY event_tags.id")
        ).all()  # fmt: skip

    assert [tuple(row) for row in tagged] == [("One", "año"), ("One", "web"), ("Two", "año")]
