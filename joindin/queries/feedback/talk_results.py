"""Feedback on one talk for its speakers and hosts: how the ratings are distributed, and the texts."""

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import false, select
from sqlalchemy.orm import joinedload

from joindin.models import TalkComment, TalkRating, TalkSpeaker

MAX_TEXTS = 2000


@dataclass(frozen=True)
class Distribution:
    """Numbers of ratings by rating: of users, of people without an account, and of both on site."""

    users: Counter
    guests: Counter
    on_site: int

    @property
    def total(self) -> int:
        return self.users.total() + self.guests.total()

    @property
    def mean(self) -> float | None:
        """The mean of all ratings, or None below three, which would name single answers."""
        both = self.users + self.guests
        return sum(rating * number for rating, number in both.items()) / self.total if self.total >= 3 else None

    def number(self, rating: int) -> int:
        return self.users[rating] + self.guests[rating]


def load_distribution(session, talk_id: int) -> Distribution:
    """Return the ratings that count, as ``talk_counters`` defines them: three statements."""
    speakers = set(
        session.scalars(
            select(TalkSpeaker.user_id).where(TalkSpeaker.talk_id == talk_id, TalkSpeaker.is_pending == false())
        )
    )
    comments = session.execute(
        select(TalkComment.user_id, TalkComment.rating).where(
            TalkComment.talk_id == talk_id,
            TalkComment.rating > 0,
            TalkComment.is_private == false(),
            TalkComment.is_hidden == false(),
            TalkComment.user_id.is_not(None),
        )
    ).all()
    taps = session.execute(
        select(TalkRating.user_id, TalkRating.rating, TalkRating.is_on_site).where(
            TalkRating.talk_id == talk_id, TalkRating.is_left_out == false()
        )
    ).all()
    by_comment = {row.user_id for row in comments}
    users = Counter(row.rating for row in comments if row.user_id not in speakers)
    counted = [row for row in taps if row.user_id is None or row.user_id not in by_comment | speakers]
    users.update(row.rating for row in counted if row.user_id is not None)
    guests = Counter(row.rating for row in counted if row.user_id is None)
    return Distribution(users, guests, sum(row.is_on_site for row in counted))


def list_texts(session, talk_id: int) -> list[TalkComment]:
    """Return the texts that speakers and hosts may read, newest first, also private ones. Reported and waiting ones are left out."""
    texts = (
        select(TalkComment)
        .where(TalkComment.talk_id == talk_id, TalkComment.is_hidden == false())
        .order_by(TalkComment.created_at.desc(), TalkComment.id.desc())
        .limit(MAX_TEXTS)
        .options(joinedload(TalkComment.user))
    )
    return session.scalars(texts).all()
