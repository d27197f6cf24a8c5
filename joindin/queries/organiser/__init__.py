"""Reads of the organiser's pages: the checklist of an event, and lists of its parts in any state."""
