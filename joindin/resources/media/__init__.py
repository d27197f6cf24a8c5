"""The files that responses point to, on the paths of the original web site."""

from joindin.resources.media.views import init_app

__all__ = ["init_app"]
