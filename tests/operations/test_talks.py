import pytest
from sqlalchemy import select

from joindin.errors import Conflict, NotFound
from joindin.models import Talk, TalkSpeaker
from joindin.operations import talks
from joindin.operations.talks import TalkDetails, add_talk, delete_talk, edit_talk
from joindin.operations.tracks import delete_track, edit_track
from tests.factories import NOW, make_event, make_language, make_talk, make_talk_type


@pytest.fixture
def details(session):
    return TalkDetails(
        title="On Python",
        description="Snakes",
        type_id=make_talk_type(session).id,
        language_id=make_language(session).id,
        starts_at=make_event(session).starts_at,
        duration=60,
        speakers=["Bob", "Ann", "Bob"],
    )


def set_random_stubs(monkeypatch, *stubs):
    """Make the random stubs these; the last one is repeated."""
    remaining = list(stubs)
    monkeypatch.setattr(
        talks, "token_hex", lambda _bytes: f"{remaining.pop(0) if len(remaining) > 1 else remaining[0]}f"
    )


def test_another_stub_is_tried_if_one_is_taken(session, details, monkeypatch):
    make_talk(session, make_event(session), stub="aaaaa")
    set_random_stubs(monkeypatch, "aaaaa", "aaaaa", "bbbbb")

    talk = add_talk(session, make_event(session).id, details, actor=None)

    assert (talk.stub, talk.slug) == ("bbbbb", "on-python")
    assert session.scalars(select(TalkSpeaker.name).order_by(TalkSpeaker.id)).all() == ["Bob", "Ann", "Bob"]


def test_a_talk_without_a_free_stub_is_refused(session, details, monkeypatch):
    make_talk(session, make_event(session), stub="aaaaa")
    set_random_stubs(monkeypatch, "aaaaa")

    with pytest.raises(Conflict, match="There are too many talks"):
        add_talk(session, make_event(session).id, details, actor=None)

    assert len(session.scalars(select(Talk)).all()) == 1


def test_deleted_talks_and_tracks_are_not_edited(session, details):
    for write in (
        lambda: edit_talk(session, 12345, details, actor=None, now=NOW),
        lambda: edit_track(session, 12345, name="x", description=None),
        lambda: delete_track(session, 12345),
    ):
        with pytest.raises(NotFound):
            write()


def test_deleting_a_talk_twice_changes_the_counters_once(session, details):
    event = make_event(session)
    talk = add_talk(session, event.id, details, actor=None)

    for _ in range(2):
        delete_talk(session, talk.id, actor=None)

    session.expire_all()
    assert session.scalars(select(Talk)).all() == []
    assert event.talk_count == 0
