"""Speakers of a talk."""

from sqlalchemy import select

from joindin.models import TalkSpeaker
from joindin.operations.speakers import add_speakers, set_speakers, unlink_speaker
from tests.factories import make_talk, make_user


def speakers_of(session, talk):
    speakers = select(TalkSpeaker).where(TalkSpeaker.talk_id == talk.id).order_by(TalkSpeaker.id)
    return [(speaker.name, speaker.user_id) for speaker in session.scalars(speakers)]


def test_a_speaker_is_unlinked_from_one_talk_only(session, event):
    ann = make_user(session, full_name="Ann")
    talk, other_talk = make_talk(session, event, speakers=[ann]), make_talk(session, event, speakers=[ann])

    unlink_speaker(session, talk, ann.id)

    session.expire_all()
    assert speakers_of(session, talk) == [("Ann", None)]
    assert speakers_of(session, other_talk) == [("Ann", ann.id)]


def test_unlinking_a_speaker_leaves_the_other_speakers_of_the_talk(session, event):
    ann, bob = make_user(session, full_name="Ann"), make_user(session, full_name="Bob")
    talk = make_talk(session, event, speakers=[ann, bob])

    unlink_speaker(session, talk, ann.id)

    session.expire_all()
    assert speakers_of(session, talk) == [("Ann", None), ("Bob", bob.id)]


def test_a_repeated_name_is_kept_when_added_and_ignored_when_replaced(session, talk):
    add_speakers(session, talk.id, ["Ann", "Ann"])
    assert speakers_of(session, talk) == [("Ann", None), ("Ann", None)]

    set_speakers(session, talk, ["Bob", "Cid", "Bob"])

    assert speakers_of(session, talk) == [("Bob", None), ("Cid", None)]


def test_speakers_who_stay_keep_their_user(session, event):
    ann = make_user(session, full_name="Ann")
    talk = make_talk(session, event, speakers=[ann, "Bob"])

    set_speakers(session, talk, ["Ann", "Cid"])

    assert speakers_of(session, talk) == [("Ann", ann.id), ("Cid", None)]
