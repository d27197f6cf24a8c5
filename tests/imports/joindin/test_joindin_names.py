"""Names and addresses of imported rows: one line, nothing invisible, and addresses that mail can be sent to."""

from sqlalchemy import select

from joindin.models import Event, EventComment, Tag, Talk, TalkSpeaker, Track, User
from tests.imports.joindin.legacy_data import event, event_comment, legacy_tables, row, run_import, speaker, talk, user


def test_imported_names_hold_one_visible_line_and_are_reported(session):
    report = run_import(
        session,
        legacy_tables(
            user=[user(1, full_name="Ann\u202e Ash\n")],
            events=[event(1, "Conf\u200b\n2027", event_loc="Main\r\nHall", event_contact_name="Ann\u2028Ash")],
            talks=[talk(1, 1, talk_title="On\ttests\u00ad")],
            talk_speaker=[speaker(1, 1, "Ann\ufeff Ash")],
            event_comments=[event_comment(1, 1, cname="A\nvisitor")],
            tags=[row(ID=1, tag_value="web\u200b\n"), row(ID=2, tag_value="..")],
        ),
    )

    assert session.scalars(select(User.full_name)).all() == ["Ann Ash"]
    assert tuple(session.execute(select(Event.name, Event.location, Event.contact_name)).one()) == (
        "Conf 2027", "Main Hall", "Ann Ash"
    )  # fmt: skip
    assert session.scalars(select(Talk.title)).all() == ["On tests"]
    assert session.scalars(select(TalkSpeaker.name)).all() == ["Ann Ash"]
    assert session.scalars(select(EventComment.author_name)).all() == ["A visitor"]
    assert session.scalars(select(Tag.name)).all() == ["web"]
    assert session.scalars(select(Track.name)).all() == []
    reported = "has line breaks or invisible characters: they are removed"
    assert [issue for issue in report.issues if reported in issue] == [
        f"user 1: full_name {reported}",
        f"events 1: event_name {reported}",
        f"events 1: event_loc {reported}",
        f"events 1: event_contact_name {reported}",
        f"tags 1: tag_value {reported}",
        f"event_comments 1: cname {reported}",
        f"talks 1: talk_title {reported}",
        f"talk_speaker 1: speaker_name {reported}",
    ]


def test_imported_usernames_that_cannot_be_used_are_replaced(session):
    run_import(
        session,
        legacy_tables(
            user=[user(1, "an\u200bn", email=None), user(2, "..", email=None), user(3, "\u0301", email=None)]
        ),
    )

    assert session.scalars(select(User.username).order_by(User.id)).all() == ["ann", "user-2", "user-3"]


def test_imported_usernames_that_look_alike_are_kept_and_protect_the_first(session):
    run_import(session, legacy_tables(user=[user(1, "сосо", email=None), user(2, "coco", email=None), user(3, "ann")]))

    rows = session.execute(select(User.username, User.lookalike_key).order_by(User.id))
    assert [tuple(each) for each in rows] == [("сосо", "coco"), ("coco", None), ("ann", "ann")]


def test_addresses_that_mail_cannot_be_sent_to_are_left_out_and_reported(session):
    emails = ["a..b@example.org", "jörg@example.org", "x@straße.de", "a@xn--e1afmkfd.xn--p1ai", "A@пример.рф", " "]

    report = run_import(session, legacy_tables(user=[user(id_, email=email) for id_, email in enumerate(emails, 1)]))

    rows = session.execute(select(User.email, User.email_key).order_by(User.id))
    assert [tuple(each) for each in rows] == [
        (None, None),
        (None, None),
        ("x@straße.de", "x@xn--strae-oqa.de"),
        ("a@xn--e1afmkfd.xn--p1ai", "a@xn--e1afmkfd.xn--p1ai"),
        (None, None),
        (None, None),
    ]
    assert report.issues == [
        "user 1: mail cannot be sent to the address 'a..b@example.org': it is left out",
        "user 2: mail cannot be sent to the address 'jörg@example.org': it is left out",
        "user 5: the address A@пример.рф is that of user 4",
    ]
