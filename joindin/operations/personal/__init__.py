"""Writes of what one person or device has for itself: secret addresses of the own schedule."""
