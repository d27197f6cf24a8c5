"""Tables of the community agenda: places, series, flyers, collections, moderation, and the settings and texts of the site.

An entry of the agenda is an :class:`~joindin.models.events.Event`. These tables hold what only agendas have.
"""
