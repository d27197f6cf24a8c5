"""Driver for a browser window that checks every page it shows."""

import re
from contextlib import contextmanager
from pathlib import Path

from tests.browser.validators import axe_violations

NARROW = {"width": 320, "height": 640}
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 900}

# Each width and each scheme once; the style sheets have no rule for one width and one scheme.
LOOKS = (("phone", PHONE, "light"), ("desktop", DESKTOP, "dark"))

TALLEST_PICTURE = 10_000  # pixels

# Headers of a response that do not fit its decoded body.
BODY_HEADERS = ("content-encoding", "content-length", "transfer-encoding")

# The name of what has the focus, whether it has an outline, and how many had it before.
FOCUSED = """() => {
  const it = document.activeElement;
  window.stops = window.stops || [];
  if (!window.stops.includes(it)) window.stops.push(it);
  const name = it === document.body ? "" : (it.labels?.[0] || it).textContent.trim();
  return [name, getComputedStyle(it).outlineStyle !== "none", window.stops.indexOf(it)];
}"""


class PageDriver:
    """A browser window of its own cookies, on the site at ``base``; ``page`` is Playwright's.

    Requests to other hosts, messages on the console (among them violations of the page's policy)
    and failures of scripts are kept in ``complaints``, with what ``judge`` finds. The pages that were judged go into
    ``sources`` by name, and screenshots of them into the folder ``pictures``, if there is one.
    """

    def __init__(
        self, browser, base: str, *, sources: dict, pictures: Path | None = None, javascript=True, locale="en-GB"
    ):
        self._has_scripts = javascript
        self._options = {"base_url": base, "viewport": DESKTOP, "reduced_motion": "reduce", "locale": locale}
        self.context = browser.new_context(**self._options, java_script_enabled=javascript)
        self.context.set_default_timeout(60_000)
        self.page = self.context.new_page()
        self.complaints = []
        self._base = base
        self._sources = sources
        self._pictures = pictures
        self._shown = None
        self._elsewhere = None
        self._has_network = True
        self.page.on("request", self._note_request)
        self.page.on("response", self._note_response)
        self.page.on("console", self._note_message)
        self.page.on("pageerror", lambda failure: self.complaints.append(f"script failed: {failure}"))

    def visit(self, path: str):
        """Go there; the response."""
        return self.page.goto(path)

    def press(self, name: str, role: str = "button"):
        """Press the one button (or link) of that name, of the header only if the page has none, and wait for what comes."""
        own = self.page.locator("main").get_by_role(role, name=name, exact=True)
        (own if own.count() else self.page.get_by_role(role, name=name, exact=True)).click()
        self.page.wait_for_load_state()

    @contextmanager
    def offline(self):
        """Cut the network. Failed requests are no complaints."""
        self._has_network = False
        self.context.set_offline(True)
        yield
        self.context.set_offline(False)

    def fill(self, **fields: str):
        """Write into fields by their name in the form."""
        for name, value in fields.items():
            self.page.locator(f"[name='{name}']").fill(value)

    def sign_in(self, name: str, password: str):
        self.visit("/accounts/login/?next=/accounts/")
        self.fill(username=name, password=password)
        # In any language.
        self.page.locator("form:has([name='username']) button").click()
        self.page.wait_for_load_state()
        assert self.path == "/accounts/", self.text

    def allow_host(self, address: str):
        """Allow redirects to this host."""
        self._elsewhere = address

    def add_virtual_authenticator(self):
        """Add an authenticator for passkeys that confirms every request."""
        chromium = self.context.new_cdp_session(self.page)
        chromium.send("WebAuthn.enable")
        chromium.send(
            "WebAuthn.addVirtualAuthenticator",
            {
                "options": {
                    "protocol": "ctap2",
                    "transport": "usb",
                    "hasUserVerification": True,
                    "isUserVerified": True,
                    "automaticPresenceSimulation": True,
                }
            },
        )

    def tab_to(self, name: str):
        """Press the tab key until the thing of that name has the focus."""
        for _ in range(50):
            self.page.keyboard.press("Tab")
            if self._focused()[0] == name:
                return
        raise AssertionError(f"the tab key does not get to {name!r}")

    def tab_through(self) -> list[tuple[str, bool]]:
        """Every stop of the tab key by name, and whether it shows that it has the focus."""
        stops = []
        while len(stops) < 200:
            self.page.keyboard.press("Tab")
            name, outline, number = self._focused()
            if number < len(stops) or not name:
                return stops
            stops.append((name, outline))
        return stops

    def _focused(self):
        return self.page.evaluate(FOCUSED)

    @property
    def path(self) -> str:
        return self.page.url.removeprefix(self._base)

    @property
    def text(self) -> str:
        return " ".join(self.page.locator("main").inner_text().split())

    def check_page(self, name: str, looks=LOOKS):
        """Check this page in each of the looks (name of a size, size, colour scheme), and that it fits on 320 pixels (WCAG 1.4.10).

        axe-core is a script: what a window without scripts shows is checked in a window with scripts.
        """
        with self._checked_page() as page:
            for size, screen, scheme in looks:
                page.set_viewport_size(screen)
                page.emulate_media(color_scheme=scheme)
                here = f"{name} ({size}, {scheme})"
                self.complaints += [f"{here}: axe: {violation}" for violation in axe_violations(page)]
                self._check_width(page, here)
                self.take_screenshot(f"{name}-{size}-{scheme}", page)
            page.emulate_media(color_scheme="light")
            size = page.viewport_size
            page.set_viewport_size(NARROW)
            self._check_width(page, f"{name} (320 pixels)")
            page.set_viewport_size(size)
        self._sources[name] = self._shown.text()

    @contextmanager
    def _checked_page(self):
        if self._has_scripts:
            yield self.page
            return
        shown, address = self._shown, self.page.url.partition("#")[0]
        headers = {name: value for name, value in shown.headers.items() if name not in BODY_HEADERS}
        options = {**self._options, "java_script_enabled": True, "storage_state": self.context.storage_state()}
        with self.context.browser.new_context(**options) as context:
            page = context.new_page()
            # The same response, also where it answered a form.
            page.route(address, lambda route: route.fulfill(status=shown.status, headers=headers, body=shown.body()))
            page.goto(address)
            yield page

    def _check_width(self, page, here):
        wide = page.evaluate("() => document.documentElement.scrollWidth - innerWidth")
        if wide > 0:
            self.complaints.append(f"{here}: {wide} pixels wider than the screen")

    def take_screenshot(self, name: str, page=None):
        """Store a picture of the page, if there is a folder for pictures."""
        if not self._pictures:
            return
        page = page or self.page
        path = self._pictures / f"{re.sub(r'[^a-z0-9]+', '-', name.lower()).strip('-')}.png"
        height = page.evaluate("() => document.documentElement.scrollHeight")
        page.screenshot(path=path, full_page=height < TALLEST_PICTURE)

    def _note_request(self, request):
        expected = (f"{self._base}/", "data:", "blob:", *([self._elsewhere] if self._elsewhere else []))
        if not request.url.startswith(expected):
            self.complaints.append(f"asked another host: {request.url}")

    def _note_response(self, response):
        if response.request.is_navigation_request() and response.frame == self.page.main_frame:
            self._shown = response

    def _note_message(self, message):
        # A page that is a refusal is told on the console as well.
        expected = r"Failed to load resource: the server responded with a status of 4\d\d"
        if not self._has_network:
            expected += r"|net::ERR_(INTERNET_DISCONNECTED|FAILED)"
        if message.type in ("error", "warning") and not re.search(expected, message.text):
            self.complaints.append(f"console on {self.page.url}: {message.text}")
