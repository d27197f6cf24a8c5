"""Metrics, readiness and installation checks for operators.

Numbers of requests are collected in process memory, written to a private folder once a second, and added up over all processes when
``/metrics`` is read. Health checks belong here too. The addresses themselves are in ``http/monitoring_endpoints.py``. Modules that
the request path imports load neither the application nor ``prometheus_client``.
"""
