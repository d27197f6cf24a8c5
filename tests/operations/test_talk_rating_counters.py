from joindin.models import Talk
from joindin.operations.talk_rating_counters import recompute_talk_ratings
from tests.factories import make_event, make_talk, make_talk_comment, make_user


def ratings(session, talk):
    session.expire_all()
    talk = session.get(Talk, talk.id)
    return talk.rating_sum, talk.rating_count


def test_ratings_are_those_of_visible_comments_by_users_who_are_not_speakers(session):
    speaker = make_user(session)
    talk = make_talk(session, make_event(session), speakers=["Ann", speaker])
    for rating in (5, 4, 0):
        make_talk_comment(session, talk, make_user(session), rating=rating)
    make_talk_comment(session, talk, make_user(session), rating=1, is_private=True)
    make_talk_comment(session, talk, make_user(session), rating=1, is_hidden=True)
    make_talk_comment(session, talk, speaker, rating=1)
    make_talk_comment(session, talk, None, rating=1)
    talk.rating_sum, talk.rating_count = 99, 99
    session.flush()

    recompute_talk_ratings(session, talk.id)

    assert ratings(session, talk) == (9, 2)


def test_only_the_ratings_of_the_given_talks_are_recomputed(session):
    event, speaker = make_event(session), make_user(session)
    # A speaker of one talk may rate another.
    talks = [make_talk(session, event, speakers=[speaker]), make_talk(session, event), make_talk(session, event)]
    for talk, rating in zip(talks, (5, 3, 1)):
        make_talk_comment(session, talk, speaker, rating=rating)
        talk.rating_sum, talk.rating_count = 99, 99
    session.commit()
    versions = [talk.version for talk in talks]

    recompute_talk_ratings(session, talks[0].id, talks[1].id)

    assert [ratings(session, talk) for talk in talks] == [(0, 0), (3, 1), (99, 99)]
    assert [session.get(Talk, talk.id).version - was for talk, was in zip(talks, versions)] == [1, 1, 0]
