"""Feedback on one talk for its speakers and hosts: how the ratings are distributed, when they came, and the texts."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass

from sqlalchemy import false, select
from sqlalchemy.orm import joinedload

from joindin.models import TalkComment, TalkRating, TalkSpeaker

MAX_TEXTS = 2000
# Fewer ratings would name single answers.
MIN_RATINGS = 3


@dataclass(frozen=True)
class Distribution:
    """Numbers of ratings by rating: of users, of people without an account, of both on site, and of the second question.

    ``times`` are those of all ratings of the first question.
    """

    users: Counter
    guests: Counter
    on_site: Counter
    second: Counter
    times: list[dt.datetime]

    @property
    def total(self) -> int:
        return self.users.total() + self.guests.total()

    @property
    def mean(self) -> float | None:
        """The mean of all ratings, or None if they are too few."""
        return _mean(self.users + self.guests)

    @property
    def second_mean(self) -> float | None:
        return _mean(self.second)

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
        select(TalkComment.user_id, TalkComment.rating, TalkComment.created_at).where(
            TalkComment.talk_id == talk_id,
            TalkComment.rating > 0,
            TalkComment.is_private == false(),
            TalkComment.is_hidden == false(),
            TalkComment.user_id.is_not(None),
        )
    ).all()
    taps = session.execute(
        select(
            TalkRating.user_id, TalkRating.rating, TalkRating.rating_2, TalkRating.is_on_site, TalkRating.created_at
        ).where(TalkRating.talk_id == talk_id, TalkRating.is_left_out == false())
    ).all()
    by_comment = {row.user_id for row in comments}
    commented = [row for row in comments if row.user_id not in speakers]
    counted = [row for row in taps if row.user_id is None or row.user_id not in by_comment | speakers]
    return Distribution(
        users=Counter(row.rating for row in [*commented, *counted] if row.user_id is not None),
        guests=Counter(row.rating for row in counted if row.user_id is None),
        on_site=Counter(row.rating for row in counted if row.is_on_site),
        # A comment has no answer to the second question, so it replaces none.
        second=Counter(row.rating_2 for row in taps if row.rating_2 and row.user_id not in speakers),
        times=[row.created_at for row in [*commented, *counted]],
    )


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


def _mean(numbers):
    total = numbers.total()
    return sum(rating * number for rating, number in numbers.items()) / total if total >= MIN_RATINGS else None
