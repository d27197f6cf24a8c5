"""Endpoints of v2.1 for administration and moderation. All are extensions of the original."""
