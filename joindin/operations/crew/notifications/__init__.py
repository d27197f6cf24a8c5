"""Notifications of the crew: rows of the users' lists, and mails in the outbox (spec 17).

Operations call them, so that a notification is stored in the transaction of its cause. Each gets the facts of that time. No one is
notified of an action of their own. Texts are in ``representations/crew_notifications.py``.
"""
