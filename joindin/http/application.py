"""The Flask subclass of this application."""

from flask import Flask


class Application(Flask):
    def ensure_sync(self, func):
        """Return ``func`` unchanged. No view is a coroutine, and Flask would check each function in each request."""
        return func
