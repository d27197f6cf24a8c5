"""Endpoints of v2.1 below /events, and comments on events."""
