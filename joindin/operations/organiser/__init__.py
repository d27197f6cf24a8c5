"""Writes of the organiser's pages that no API offers: events with place and image in one form, rooms, hidden talks."""
