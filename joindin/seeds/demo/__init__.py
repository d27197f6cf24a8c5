"""Demo data: a small invented community with the same users, events and talks each time, dated around today.

Tables of people, events, talks and comments, and the code that creates them by the operations that users trigger. Examples may rely
on the names and, in an empty database, on the ids, which follow the order of the tables. The texts must be true of the data:
``tests/seeds/test_demo.py`` compares them.
"""

from joindin.seeds.demo.loading import is_demo_loaded, load_demo
from joindin.seeds.demo.people import CLIENT_KEY, CLIENT_SECRET, PASSWORD, USERS, describe_demo_accounts

__all__ = [
    "CLIENT_KEY",
    "CLIENT_SECRET",
    "PASSWORD",
    "USERS",
    "describe_demo_accounts",
    "is_demo_loaded",
    "load_demo",
]
