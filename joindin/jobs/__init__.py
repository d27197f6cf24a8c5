"""Work after the answer: rows of the outbox, carried out once their transaction is committed."""

from flask import Flask


def init_app(app: Flask) -> None:
    pass
