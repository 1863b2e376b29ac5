"""Debian's Chromium, driven by Playwright."""

from contextlib import contextmanager

from tests.support.processes.tools import find_tool


@contextmanager
def open_browser():
    """Start a headless Chromium; yields Playwright's browser."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_tool("chromium"))
        yield browser
        browser.close()


class PageSession:
    """A page of the service in a window of its own, and what it requested and reported.

    Attributes:
        page: Playwright's page.
        requests: URLs that were requested.
        errors: errors of the console, refusals of the content security policy included, and of scripts.
    """

    def __init__(self, browser, base_url, **context):
        self.context = browser.new_context(**context)
        self.page = self.context.new_page()
        self.page.set_default_timeout(15_000)
        self.base_url = base_url
        self.requests, self.errors = [], []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", self._report)

    def _report(self, message):
        if message.type == "error":
            self.errors.append(message.text)

    def open(self, view):
        """Load the page anew with a view such as `#/openings/140`."""
        self.page.goto("about:blank")
        self.page.goto(f"{self.base_url}/{view}")
        self.wait()

    def wait(self):
        """Wait until no view is being loaded and no edit is being compared."""
        self.page.locator("main h1").wait_for()
        self.page.locator("[aria-busy]").wait_for(state="detached")

    def wait_for_heading(self, text):
        """Wait until the view has a first heading."""
        self.page.locator("h1", has_text=text).wait_for()
        self.wait()

    def find_violations(self, *rules):
        """Return what axe finds, a line for each element; of some rules, or of all."""
        from axe_playwright_python.sync_playwright import Axe

        options = {"runOnly": {"type": "rule", "values": list(rules)}} if rules else None
        violations = Axe().run(self.page, options=options).response["violations"]
        return [f"{found['id']}: {node['html']}" for found in violations for node in found["nodes"]]
