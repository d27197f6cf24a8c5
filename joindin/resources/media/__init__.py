"""Files: images that responses point to, on the paths of the original web site, and those that every site has."""

from flask import Flask

from joindin.resources.media import site_files, views

__all__ = ["init_app"]


def init_app(app: Flask) -> None:
    app.register_blueprint(views.blp)
    app.register_blueprint(site_files.blp)
