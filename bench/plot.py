"""What a list costs, drawn against the number of events."""

from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")
mpl.rcParams["svg.hashsalt"] = "joindin"

from matplotlib import pyplot as plt  # noqa: E402 - only now that there need be no screen

from bench.measurements import Measurements  # noqa: E402
from bench.report import NAMES  # noqa: E402


def draw(found: dict[str, Measurements], place: Path) -> None:
    """``place`` with .png and .svg."""
    figure, panels = plt.subplots(1, len(found), figsize=(6.5 * len(found), 5.5), sharey=True, squeeze=False)
    for panel, (kind, figures) in zip(panels[0], found.items()):
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
    panels[0][0].set(ylabel="milliseconds a request, answer cache off", ylim=(0, None))
    panels[0][-1].legend(fontsize="small", loc="upper left", bbox_to_anchor=(1.01, 1))
    figure.savefig(place.with_suffix(".png"), dpi=110, bbox_inches="tight", metadata={"Software": None})
    figure.savefig(place.with_suffix(".svg"), bbox_inches="tight", metadata={"Date": None})
    plt.close(figure)
