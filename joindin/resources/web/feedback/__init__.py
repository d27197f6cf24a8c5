"""Pages of feedback on talks and events: ratings, texts, comments, and what speakers do with them.

Ratings of people without an account are below ``/guest/``, where the cookie of their device is sent; those of users are
below ``/me/``. All other pages of visitors hold no token, no name and no clock, so the response cache keeps them.
"""
