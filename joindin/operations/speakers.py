"""Speakers of a talk: names, some of which are claimed by users."""

from collections.abc import Sequence

from sqlalchemy import delete, false, insert, update

from joindin.models import OPEN_CLAIM, Talk, TalkClaim, TalkSpeaker, User
from joindin.models.talks import speaker_name
from joindin.operations.attendance import attend
from joindin.operations.talk_rating_counters import recompute_talk_ratings
from joindin.queries.talks import list_speakers
from joindin.utils.text import fold_case, to_plain_text


def add_speakers(session, talk_id: int, names: Sequence[str]) -> None:
    """Add names to a talk in their order; a name may occur several times."""
    if names:
        session.execute(insert(TalkSpeaker), [{"talk_id": talk_id, "name": name} for name in names])


def set_speakers(session, talk: Talk, names: Sequence[str]) -> None:
    """Replace the speakers of a locked talk by ``names``. Speakers who stay keep their claims.

    A claimed speaker is identified by the user's current full name. Names are compared without regard to case, white
    space and the form of letters. Removing a speaker deletes its claims.
    """
    attached = list_speakers(session, talk.id)
    names_by_key = {}
    for name in names:
        names_by_key.setdefault(fold_case(name), name)
    new_names = dict(names_by_key)
    removed = []
    for speaker in attached:
        key = fold_case(display_name(speaker))
        new_names.pop(key, None)
        if key not in names_by_key:
            removed.append(speaker)
        elif speaker.user_id is None and speaker.name not in names:
            speaker.name = names_by_key[key]
    session.flush()
    session.execute(
        delete(TalkSpeaker)
        .where(TalkSpeaker.id.in_([speaker.id for speaker in removed]))
        .execution_options(synchronize_session=False)
    )
    add_speakers(session, talk.id, list(new_names.values()))
    # Ratings by speakers do not count.
    recompute_talk_ratings(session, talk.id)


def link_speaker(session, talk: Talk, speaker: TalkSpeaker, user: User) -> None:
    """Connect a speaker of a locked talk with ``user`` and delete the other open claims on the name.

    The user now attends the event, and their rating of the talk no longer counts.
    """
    speaker.user_id, speaker.listed_name, speaker.is_pending = user.id, speaker.name, False
    speaker.name = user.full_name or speaker.name
    session.flush()
    session.execute(
        delete(TalkClaim)
        .where(TalkClaim.speaker_id == speaker.id, OPEN_CLAIM)
        .execution_options(synchronize_session=False)
    )
    recompute_talk_ratings(session, talk.id)
    attend(session, talk.event_id, user.id)


def unlink_speaker(session, talk: Talk, user_id: int) -> None:
    """Remove the user from all names of a locked talk; the names stay."""
    session.execute(
        update(TalkSpeaker)
        .where(TalkSpeaker.talk_id == talk.id, TalkSpeaker.user_id == user_id, TalkSpeaker.is_pending == false())
        .values(user_id=None, listed_name=None)
        .execution_options(synchronize_session=False)
    )
    recompute_talk_ratings(session, talk.id)


def display_name(speaker: TalkSpeaker) -> str:
    """Return the name of a speaker as clients see it. The user has to be loaded."""
    return to_plain_text(speaker_name(speaker))
