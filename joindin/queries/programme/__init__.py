"""Reads of an event's programme as a whole."""
