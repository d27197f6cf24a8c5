"""Business rules and writes.

An operation takes the session first, then the subject, then keywords; the actor and the current time are
arguments. It raises a domain error (``errors.py``) when a rule forbids the change. It flushes where it needs an
id and never commits: the caller commits, once. It knows no request, no JSON and no status code.

Mails are rows in the outbox (``outbox.py``), written in the same transaction and sent after the commit.

Two kinds of writes happen many times at once: toggles (attendance, stars) and new comments. They run as one
short transaction of compiled statements on a :class:`joindin.performance.sql.writer.TransactionRunner`, which
commits it.

Rows are locked in one order: user, talk, comment, track, event. Operations that cannot keep that order run in
:func:`joindin.db.locking.retry_on_lock_timeout`.
"""
