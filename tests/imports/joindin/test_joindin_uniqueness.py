"""Names that may be there once only, under our folding, and names that the original lacks."""

import re

from sqlalchemy import delete, select

from joindin.imports.joindin.sources import InMemorySource
from joindin.models import Event, Talk, User
from tests.imports.joindin.legacy_data import ImportRun, event, legacy_tables, row, run_import, seconds, talk, user


def names_of(session, *columns):
    return [tuple(row) for row in session.execute(select(*columns).order_by(columns[0]))]


def test_users_whose_names_differ_in_case_or_accents_only_are_all_imported(session):
    moved = run_import(
        session,
        legacy_tables(
            user=[
                user(1, "jose"),
                user(2, "José", email="jose2@example.org"),
                user(3, "JOSE", email="JOSE@example.org"),
                user(4, "straße"),
                user(5, "STRASSE", email=None),
            ],
            events=[event(1)],
            user_attend=[row(ID=id_, uid=id_, eid=1) for id_ in range(1, 6)],
        ),
    )

    assert names_of(session, User.id, User.username, User.email) == [
        (1, "jose", "jose@example.org"),
        (2, "José-2", "jose2@example.org"),
        (3, "JOSE-3", None),
        (4, "straße", None),
        (5, "STRASSE-5", None),
    ]
    assert moved.issues == [
        "user 4: mail cannot be sent to the address 'straße@example.org': it is left out",
        "user 2: the username 'José' cannot be used: it is 'José-2' now",
        "user 3: the address JOSE@example.org is that of user 1",
        "user 3: the username 'JOSE' cannot be used: it is 'JOSE-3' now",
        "user 5: the username 'STRASSE' cannot be used: it is 'STRASSE-5' now",
    ]
    assert moved.of("user") == {"added": 5, "repaired": 4}
    assert session.get(Event, 1).attendee_count == 5


def test_a_name_that_becomes_free_while_its_row_waits_is_not_lost(session):
    class Busy(InMemorySource):
        """A source whose first user has disappeared when the users are read again."""

        readings = 0

        def rows(self, table, after_id=0):
            if table == "user":
                self.readings += 1
                if self.readings == 2:
                    session.execute(delete(User).where(User.id == 1))
            return super().rows(table, after_id)

    moved = ImportRun(session, Busy(legacy_tables(user=[user(1, "ann"), user(2, "ANN", email=None), user(3, "bea")])))

    assert names_of(session, User.id, User.username) == [(2, "ANN"), (3, "bea")]
    assert (moved.of("user"), moved.issues) == ({"added": 3}, [])
    assert run_import(session, legacy_tables(user=[user(2, "ANN", email=None), user(3, "bea")])).of("user") == {
        "unchanged": 2
    }


def test_a_generated_name_does_not_take_another_users_name(session):
    run_import(
        session,
        legacy_tables(
            user=[user(1, "ann"), user(2, "ANN", email=None), user(3, "ann-2"), user(4, ""), user(5, "user-4")]
        ),
    )

    names = dict(names_of(session, User.id, User.username))
    assert re.fullmatch("ANN-2-[0-9a-f]{8}", names.pop(2))
    assert re.fullmatch("user-4-[0-9a-f]{8}", names.pop(4))
    assert names == {1: "ann", 3: "ann-2", 5: "user-4"}


def test_a_taken_address_is_dropped_and_the_name_is_kept(session):
    moved = run_import(
        session, legacy_tables(user=[user(1, "ann"), user(2, "bea", email="Ann@Example.org"), user(3, "cy", email="")])
    )

    assert names_of(session, User.id, User.username, User.email) == [
        (1, "ann", "ann@example.org"),
        (2, "bea", None),
        (3, "cy", None),
    ]
    assert moved.issues == ["user 2: the address Ann@Example.org is that of user 1"]


def test_missing_slugs_follow_the_recipe_and_take_none_that_an_event_brings(session):
    run_import(
        session,
        legacy_tables(
            events=[
                event(1, "Web Conf", url_friendly_name=None, event_start=seconds("2012-01-01 00:30:00")),
                event(2, "Web Conf", url_friendly_name="", event_start=seconds("2013-05-05 12:00:00")),
                event(3, "Web Conf", url_friendly_name=None, event_start=seconds("2013-06-05 12:00:00")),
                event(4, "Web Conf", url_friendly_name=None, event_start=seconds("2013-06-05 22:30:00")),
                event(5, "Something else", url_friendly_name="web-conf"),
                event(6, "Even more", url_friendly_name="web-conf-2013-06"),
                event(7, "Füü  Bar!", url_friendly_name=None),
                event(8, "!?", url_friendly_name=None),
            ]
        ),
    )

    assert dict(names_of(session, Event.id, Event.slug)) == {
        # On the clocks of Amsterdam.
        1: "web-conf-2012",
        2: "web-conf-2013",
        3: "web-conf-2013-06-05",
        4: "web-conf-2013-06-06",
        5: "web-conf",
        6: "web-conf-2013-06",
        7: "fuu--bar",
        8: "event",
    }


def test_events_that_share_all_of_a_slug_get_a_number(session):
    same = {"name": "Meetup", "url_friendly_name": None}

    run_import(session, legacy_tables(events=[event(id_, **same) for id_ in range(1, 8)]))

    slugs = session.scalars(select(Event.slug).order_by(Event.id)).all()
    assert slugs[:4] == ["meetup", "meetup-2012", "meetup-2012-05", "meetup-2012-05-04"]
    assert [each for each in slugs[4:] if not re.fullmatch(r"meetup-2012-05-04-[0-9]{1,2}(-\w+)?", each)] == []
    assert len(set(slugs)) == 7


def test_slugs_and_stubs_that_are_taken_go_to_who_comes_first(session):
    moved = run_import(
        session,
        legacy_tables(
            events=[
                event(1, "One", url_friendly_name="same", event_stub="stub"),
                event(2, "Two", url_friendly_name="same", event_stub="STUB"),
                event(3, "Three", url_friendly_name="two"),
            ]
        ),
    )

    assert names_of(session, Event.id, Event.slug, Event.stub) == [
        (1, "same", "stub"),
        (2, "two-2012", None),
        (3, "two", None),
    ]
    assert moved.issues == [
        "events 2: the slug 'same' is taken: it is 'two-2012' now",
        "events 2: the stub 'STUB' is that of event 1",
    ]
    assert moved.of("events") == {"added": 3, "repaired": 1}


def test_talks_get_slugs_within_their_event_and_stubs_of_their_own(session):
    category = [row(ID=id_, talk_id=id_, cat_id=1) for id_ in range(1, 9)]
    moved = run_import(
        session,
        legacy_tables(
            events=[event(1), event(2)],
            talks=[
                talk(1, 1, talk_title="Intro", url_friendly_talk_title=None, stub=None),
                talk(2, 1, talk_title="Intro", url_friendly_talk_title=None, stub=""),
                talk(3, 1, talk_title="Other", url_friendly_talk_title="intro", stub="abcde"),
                talk(4, 2, talk_title="Intro", url_friendly_talk_title=None, stub="abcde"),
                talk(5, 2, talk_title="?", url_friendly_talk_title=None, stub="00001"),
                talk(6, 2, talk_title="Hallo", url_friendly_talk_title="intro-4", stub="00002"),
                talk(7, 2, talk_title="Hallo", url_friendly_talk_title="intro-4", stub="00003"),
                talk(8, 1, talk_title="Intro", url_friendly_talk_title="intro-2", stub="00004"),
            ],
            talk_cat=category,
        ),
    )

    slugs = dict(names_of(session, Talk.id, Talk.slug))
    assert re.fullmatch("intro-2-[0-9a-f]{8}", slugs.pop(2))
    assert slugs == {1: "intro-1", 3: "intro", 4: "intro", 5: "talk", 6: "intro-4", 7: "hallo", 8: "intro-2"}
    stubs = dict(names_of(session, Talk.id, Talk.stub))
    assert [stub for stub in stubs.values() if not re.fullmatch("[0-9a-f]{5}", stub)] == []
    assert {id_: stubs[id_] for id_ in (3, 5, 6, 7)} == {3: "abcde", 5: "00001", 6: "00002", 7: "00003"}
    assert len(set(stubs.values())) == 8
    assert moved.issues == [
        f"talks 4: the stub 'abcde' is taken: it is '{stubs[4]}' now",
        "talks 7: the slug 'intro-4' is taken: it is 'hallo' now",
    ]


def test_names_are_kept_apart_also_across_batches(session, monkeypatch):
    monkeypatch.setattr("joindin.imports.joindin.batches.BATCH_SIZE", 2)
    people = [user(id_, "ann" if id_ % 2 else "bea", email=None) for id_ in range(1, 10)]
    meetings = [event(id_, "Meetup", url_friendly_name=None if id_ < 6 else f"meetup-{id_}") for id_ in range(1, 10)]

    moved = run_import(session, legacy_tables(user=people, events=meetings))

    assert dict(names_of(session, User.id, User.username)) == {1: "ann", 2: "bea"} | {
        id_: f"{'ann' if id_ % 2 else 'bea'}-{id_}" for id_ in range(3, 10)
    }
    assert len(set(session.scalars(select(Event.slug)))) == 9
    assert (moved.of("user"), moved.of("events")) == ({"added": 9, "repaired": 7}, {"added": 9})
