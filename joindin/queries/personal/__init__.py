"""Reads of what one person or device has for itself: secret addresses of the own schedule, and the contents of its calendars."""
