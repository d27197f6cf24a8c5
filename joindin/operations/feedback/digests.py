"""Digests of feedback for speakers: at most one mail a day, about the days since the last one.

A digest of a day covers whole days (UTC) before it. The outbox knows the last one, because it keeps mails for longer than a digest
looks back.
"""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Sequence

from sqlalchemy import select

from joindin.db.locking import begin_write
from joindin.models import TOPICS, User
from joindin.operations.outbox import enqueue_notification
from joindin.queries.feedback.digests import (
    NewFeedback,
    list_speakers_with_feedback,
    load_last_mails,
    load_new_feedback,
)
from joindin.utils.datetimes import midnight
from joindin.utils.translations import load_translations

DIGEST, TOPIC = "feedback_digest", "digest"
LOOK_BACK = dt.timedelta(days=7)
MAX_TALKS, MAX_NAMED_EVENTS = 50, 3
ENGLISH = "en"


def list_digest_receivers(session, *, now: dt.datetime) -> list[int]:
    """Return the ids of users who may be due a digest."""
    until = midnight(now)
    return list_speakers_with_feedback(session, TOPIC, until - LOOK_BACK, until)


def send_digests(session, user_ids: Collection[int], *, now: dt.datetime) -> int:
    """Enqueue the digests of those of the users who are due one; return their number.

    Several workers may do this at the same time: the locked rows of the users let one of them send.
    """
    begin_write(session)
    locked = select(User).where(User.id.in_(user_ids)).order_by(User.id).with_for_update(key_share=True)
    users = {user.id: user for user in session.scalars(locked)}
    until = midnight(now)
    # Read after the lock: another worker may have sent some meanwhile.
    covered = {user_id: midnight(at) for user_id, at in load_last_mails(session, DIGEST, users).items()}
    news = {}
    for row in load_new_feedback(session, users, until - LOOK_BACK, until):
        if row.shown_at >= covered.get(row.user_id, row.shown_at):
            news.setdefault(row.user_id, []).append(row)
    for user_id, rows in sorted(news.items()):
        enqueue_notification(session, DIGEST, [users[user_id]], **_describe(rows))
    return len(news)


def _describe(rows: Sequence[NewFeedback]):
    language = rows[0].language or ENGLISH
    translations = load_translations(language)
    gettext, ngettext = translations.gettext, translations.ngettext
    events = list(dict.fromkeys(row.event for row in rows))
    named = ", ".join(events[:MAX_NAMED_EVENTS]) + (", …" if len(events) > MAX_NAMED_EVENTS else "")
    numbers = Counter((row.talk_id, row.is_text) for row in rows)
    lines = []
    for talk_id, row in {row.talk_id: row for row in rows}.items():
        parts = []
        if number := numbers[talk_id, False]:
            parts.append(ngettext("%(num)d new rating", "%(num)d new ratings", number) % {"num": number})
        if number := numbers[talk_id, True]:
            parts.append(ngettext("%(num)d new text", "%(num)d new texts", number) % {"num": number})
        lines.append(f"{row.title} ({row.event}): {', '.join(parts)}")
    return {
        "language": language,
        "event": named,
        "subject": gettext("New feedback on your talks"),
        "introduction": gettext("There is new feedback on your talks:"),
        "lines": lines[:MAX_TALKS],
        "link_label": gettext("Your talks and their results"),
        "about": gettext(TOPICS[TOPIC].about),
    }
