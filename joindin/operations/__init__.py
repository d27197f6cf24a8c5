"""What can happen: plain functions, session first, then the subject, then keywords.

They know no request, no JSON and no status code. They flush if an id is needed and never commit:
whoever calls them decides when it is done. What others hear of is a row in the outbox, written in
the same transaction (``mail.py``).

What many do at once is a short write instead (``marks.py``, comments): prepared statements over the
connection of :class:`joindin.performance.sql.writer.TransactionRunner`, which commits them.
"""
