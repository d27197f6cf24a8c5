"""Baseline: a Flask application whose routes return constant bytes, which are read at the start.

The suffix of a file, if it has one, is the content encoding of its bytes.
"""

import os
import sys
from pathlib import Path

from flask import Flask, Response

from joindin.cli.serve_workers import REQUEST_SLOTS, run_server
from joindin.server.listeners import open_listeners
from joindin.server.worker import WorkerLimits

MAX_BODY_BYTES = 1024 * 1024

JSON_TYPE = "application/json; charset=utf8"


def create_app() -> Flask:
    app = Flask(__name__)
    bodies = {path.stem: _read(path) for path in Path(os.environ["BENCH_BODIES"]).iterdir()}

    @app.route("/<name>", methods=["GET", "POST"])
    def constant(name):
        body, headers = bodies[name]
        return Response(body, headers=headers, content_type=JSON_TYPE)

    return app


def _read(path):
    return path.read_bytes(), {"Content-Encoding": path.suffix[1:]} if path.suffix else {}


if __name__ == "__main__":
    workers, port = map(int, sys.argv[1:])
    limits = WorkerLimits(REQUEST_SLOTS["sqlite"], MAX_BODY_BYTES)
    run_server(open_listeners("127.0.0.1", port, workers), create_app(), limits)
