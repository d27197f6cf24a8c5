"""Feedback on talks: ratings by tap, texts of people without an account, changes of comments, and when feedback is open.

New comments and reports about them are beside this package, because v2.1 uses them too. Counters are in ``talk_counters.py``.
"""
