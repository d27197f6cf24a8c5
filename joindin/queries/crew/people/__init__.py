"""Reads about people: profiles and rights over them, qualifications as granted, working hours, guests who have an account.

The lists of users of the API are in ``queries/crew/users.py``.
"""
