"""``python -m bench.page_loads``: how fast pages appear in Chromium on a slow telephone, as a table.

The profile is that of Lighthouse for telephones: a processor four times slower, a round trip of 150 ms and 1.6 Mbit/s. Each page
is opened with an empty cache; the figures are medians. The server runs on the same machine.
"""

import shutil
import statistics
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import sync_playwright

from bench.datasets import DatasetStore
from bench.servers import joindin_server
from bench.site import list_reads
from bench.site_data import generate_site

EVENTS, ROUNDS = 1_000, 5
VIEWPORT = {"width": 390, "height": 844}
SLOWER_PROCESSOR = 4
NETWORK = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 0.75e6 / 8}
# Milliseconds until the largest element was painted, the sum of layout shifts, and the longest task in milliseconds.
OBSERVE = """
window.loadFigures = {lcp: 0, cls: 0, task: 0};
const observe = (type, add) => new PerformanceObserver(list => list.getEntries().forEach(add)).observe({type, buffered: true});
observe("largest-contentful-paint", entry => { loadFigures.lcp = entry.startTime; });
observe("layout-shift", entry => { loadFigures.cls += entry.value; });
observe("longtask", entry => { loadFigures.task = Math.max(loadFigures.task, entry.duration); });
"""


def main() -> None:
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        dataset = DatasetStore(Path(folder), None, generate_site, "page_loads").get_or_create("sqlite", EVENTS)
        settings = {"JOINDIN_DATABASE_URL": dataset.url, "JOINDIN_INSTANCE": folder}
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        print("| page | largest paint, ms | layout shifts | longest task, ms |", "|---|---|---|---|", sep="\n")
        with joindin_server("/event", **settings) as server:
            server.wait()
            for name, read in list_reads(None, None).items():
                loads = [_load(browser, server.base + read.path) for _ in range(ROUNDS)]
                lcp, cls, task = (statistics.median(load[key] for load in loads) for key in ("lcp", "cls", "task"))
                print(f"| {name} | {lcp:.0f} | {cls:.3f} | {task:.0f} |", flush=True)


def _load(browser, address):
    """Return the figures of ``OBSERVE`` for one load of a page."""
    page = browser.new_page(viewport=VIEWPORT)
    try:
        page.add_init_script(OBSERVE)
        protocol = page.context.new_cdp_session(page)
        protocol.send("Network.enable")
        protocol.send("Network.emulateNetworkConditions", NETWORK)
        protocol.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER_PROCESSOR})
        page.goto(address, wait_until="networkidle")
        # The policy of the pages forbids a function that waits in the page.
        while not page.evaluate("loadFigures.lcp"):
            page.wait_for_timeout(50)
        return page.evaluate("loadFigures")
    finally:
        page.context.close()


if __name__ == "__main__":
    main()
