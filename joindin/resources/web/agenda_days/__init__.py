"""The agenda: events of all kinds by day and by month, and links to weeks and days (site 2.3, 7).

Lists of events with a tag or at a place are in ``public``.
"""

from joindin.resources.web.agenda_days import pages

__all__ = ["pages"]
