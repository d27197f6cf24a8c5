"""Pages of the federation between instances, part of the crew's pages: staff, events of hosts, sign-in and sign-up of users of guests.

They are views of the crew's blueprint (spec 13).
"""

from joindin.resources.web.federation import external_events, settings, shared_events, sign_in

__all__ = ["external_events", "settings", "shared_events", "sign_in"]
