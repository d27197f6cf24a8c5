"""Reads as browsers send them: the bare route returns the same compressed bytes, and the report has columns for them."""

from pathlib import Path

from bench import baseline_app
from bench.http_load import Rate, Read
from bench.measurements import BenchmarkPlan, Comparison
from bench.surface import SurfaceBenchmark


def test_the_bare_route_declares_the_encoding_of_its_bytes(tmp_path, monkeypatch):
    (tmp_path / "0").write_bytes(b"plain")
    (tmp_path / "1.br").write_bytes(b"compressed")
    monkeypatch.setenv("BENCH_BODIES", str(tmp_path))
    client = baseline_app.create_app().test_client()
    plain, compressed = client.get("/0"), client.get("/1")

    assert (plain.data, plain.headers.get("Content-Encoding")) == (b"plain", None)
    assert (compressed.data, compressed.headers["Content-Encoding"]) == (b"compressed", "br")


def test_the_report_shows_repeated_reads_with_and_without_compression(tmp_path):
    def compare(per_second):
        return {"home": Comparison([Rate(per_second, 1, 1, 0)], [Rate(100, 1, 1, 0)])}

    benchmark = SurfaceBenchmark(
        command="bench-site", title="Pages", subject="pages", sizes=(10,), first_path="/",
        reads=lambda dataset, plan: {"home": Read("/")}, goals=(), report=tmp_path / "report.md",
    )  # fmt: skip
    plan = BenchmarkPlan((10,), 1, 1, False, Path(), tmp_path)
    works = {"cached": compare(150), "compressed": compare(300), "uncached": compare(20)}

    report = benchmark._render({"sqlite": {10: works}}, plan)

    assert "| SQLite, 10 | home | 1.50 | 150 | 3.00 | 300 | 0.20 | 20 |" in report.splitlines()
