"""Plot of the time of a list request against the number of events."""

from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")
mpl.rcParams["svg.hashsalt"] = "joindin"

from matplotlib import pyplot as plt  # noqa: E402 - after the backend is chosen

from bench.measurements import Measurements  # noqa: E402
from bench.report import NAMES  # noqa: E402


def draw(measurements: dict[str, Measurements], path: Path) -> None:
    """Write ``path`` with the suffixes .png and .svg."""
    figure, panels = plt.subplots(
        1, len(measurements), figsize=(6.5 * len(measurements), 5.5), sharey=True, squeeze=False
    )
    for panel, (kind, figures) in zip(panels[0], measurements.items()):
        sizes = list(figures.sizes)
        for number, name in enumerate(figures.sizes[sizes[0]]):
            costs = [1000 / figures.sizes[size][name].per_second for size in sizes]
            panel.plot(
                sizes,
                costs,
                marker="o",
                markersize=4,
                linewidth=1.5,
                label=name,
                color=f"C{number % 10}",
                linestyle="-" if number < 10 else "--",
            )
        panel.set(xscale="log", title=NAMES[kind], xlabel="events in the table", xticks=sizes)
        panel.set_xticklabels([f"{size:,}" for size in sizes])
        panel.minorticks_off()
        panel.grid(alpha=0.3)
    panels[0][0].set(ylabel="milliseconds per request, response cache off", ylim=(0, None))
    panels[0][-1].legend(fontsize="small", loc="upper left", bbox_to_anchor=(1.01, 1))
    figure.savefig(path.with_suffix(".png"), dpi=110, bbox_inches="tight", metadata={"Software": None})
    figure.savefig(path.with_suffix(".svg"), bbox_inches="tight", metadata={"Date": None})
    plt.close(figure)
