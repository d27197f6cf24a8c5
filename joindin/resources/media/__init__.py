"""Files: images that responses point to, on the paths of the original web site, and those that every site has."""

from flask import Flask

from joindin.resources.media import flyers, site_files, site_pictures, views

__all__ = ["init_app"]


def init_app(app: Flask) -> None:
    for module in (views, flyers, site_files, site_pictures):
        app.register_blueprint(module.blp)
