"""The Joind.in API, version 2.1: the contract that its web site, apps and scripts were written against."""

from flask import Flask
from flask_smorest import Api

from joindin.resources.v2_1 import (
    callers,
    emails,
    errors,
    event_comments,
    event_hosts,
    event_images,
    events,
    landing,
    tokens,
    users,
)


def mount(app: Flask, api: Api) -> None:
    callers.mount(app)
    errors.mount(app)
    for room in (landing, events, event_hosts, event_images, event_comments, users, tokens, emails):
        api.register_blueprint(room.blp)
