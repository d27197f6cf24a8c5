"""Blueprints of the Gancio API."""

from flask import Blueprint


class StrictBlueprint(Blueprint):
    """A blueprint whose addresses are not answered with a slash at their end: those belong to ephios."""

    def add_url_rule(self, *args, **options):
        super().add_url_rule(*args, **{"strict_slashes": True} | options)
