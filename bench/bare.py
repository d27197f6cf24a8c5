"""The yardstick: a Flask application whose routes return constant bytes, read at the start."""

import os
from pathlib import Path

from flask import Flask, Response

app = Flask(__name__)
JSON_TYPE = "application/json; charset=utf8"
BODIES = {path.name: path.read_bytes() for path in Path(os.environ["BENCH_BODIES"]).iterdir()}


@app.route("/<name>", methods=["GET", "POST"])
def constant(name):
    return Response(BODIES[name], content_type=JSON_TYPE)
