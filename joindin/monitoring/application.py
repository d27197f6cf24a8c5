"""Monitoring of one application: its metrics and its readiness."""

from pathlib import Path

from flask import Flask

from joindin.extensions import db
from joindin.monitoring import exposition
from joindin.monitoring.process_report import ProcessReport
from joindin.monitoring.readiness import Readiness, readiness_checks
from joindin.monitoring.requests import request_metrics
from joindin.monitoring.shared_samples import SharedSamples
from joindin.monitoring.sources import CacheSource, PoolSource, ProcessSource
from joindin.utils.datetimes import utc_now

# Keys of ``app.extensions`` by the name of the cache in metrics.
CACHES = {"response": "response_cache", "fragment": "fragment_cache", "query": "query_cache"}


class Monitoring:
    """``report`` has the samples of this process; see :mod:`joindin.monitoring.process_report`."""

    def __init__(self, app: Flask, migrations: Path, version: str):
        folders = {"instance": Path(app.config["INSTANCE"]), "media": Path(app.config["MEDIA_DIR"])}
        with app.app_context():
            engine = db.engine
        _, fast_pool = app.extensions["read_connections"]
        caches = {name: app.extensions[key] for name, key in CACHES.items() if key in app.extensions}
        self.report = ProcessReport(
            [
                lambda _process: request_metrics.samples(),
                CacheSource(caches, counted="fragment"),
                PoolSource(engine, fast_pool),
                ProcessSource(),
            ]
        )
        self.readiness = Readiness(
            readiness_checks(engine, migrations, app.config["QUEUE_URL"], list(folders.values()), utc_now)
        )
        self._shared = SharedSamples(
            engine, app.extensions.get("replicas"), app.config["QUEUE_URL"], folders, version, utc_now
        )

    def render_metrics(self) -> tuple[str, bytes]:
        """Return the content type and the text of the metrics of all processes."""
        return exposition.render(self.report.collect() | self._shared.read())
