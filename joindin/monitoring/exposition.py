"""Samples as text in the exposition format of Prometheus."""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

from joindin.monitoring.families import COUNTER, FAMILIES, HISTOGRAM, Family, SampleKey


def render(samples: Mapping[SampleKey, float]) -> tuple[str, bytes]:
    """Return the content type and the text of all families that have samples."""
    # Imported here, on the first reading of the metrics: the library takes 1 MB and 60 ms.
    from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

    return CONTENT_TYPE_LATEST, generate_latest(_Collector(lambda: _metrics(samples)))


class _Collector:
    """The method of a registry that ``generate_latest`` calls."""

    def __init__(self, collect: Callable[[], Iterable]):
        self.collect = collect


def _metrics(samples):
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

    by_name = defaultdict(list)
    for (name, labels), value in sorted(samples.items()):
        by_name[name].append((labels, value))
    for family in FAMILIES:
        if family.type == HISTOGRAM:
            yield _histogram(family, by_name)
            continue
        class_ = CounterMetricFamily if family.type == COUNTER else GaugeMetricFamily
        metric = class_(family.name, family.help, labels=family.labels)
        for labels, value in by_name[family.name]:
            metric.add_metric(labels, value)
        if metric.samples:
            yield metric


def _histogram(family: Family, by_name):
    """Return the histogram with cumulative buckets. The bound of a bucket follows the labels of the family."""
    from prometheus_client.core import HistogramMetricFamily

    metric = HistogramMetricFamily(family.name, family.help, labels=family.labels)
    counts = defaultdict(dict)
    for (*labels, bound), count in by_name[f"{family.name}_bucket"]:
        counts[tuple(labels)][float(bound)] = count
    sums = dict(by_name[f"{family.name}_sum"])
    for labels, by_bound in counts.items():
        total, buckets = 0, []
        for bound in sorted(by_bound):
            total += by_bound[bound]
            buckets.append(("+Inf" if bound == math.inf else str(bound), total))
        metric.add_metric(labels, buckets, sums[labels])
    return metric
