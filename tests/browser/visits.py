"""Windows of a browser, each with cookies of its own, watched while somebody looks around in them."""

from __future__ import annotations

from collections.abc import Mapping

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

from browser.serving import Site

#: A small phone of today.
PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 900}


class Visits:
    """Whatever a page logs as an error, throws, or asks of anywhere else is remembered, and `close` fails on it."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._contexts: list[BrowserContext] = []
        self.wrong: list[str] = []

    def open(
        self,
        site: Site,
        subject: str | None = None,
        start: str = "/settings",
        *,
        javascript: bool = True,
        phone: bool = False,
        dark: bool = False,
        headers: Mapping[str, str] | None = None,
    ) -> Page:
        """A new visitor's window; where a subject is given, they are signed in and at `start`."""
        context = self._browser.new_context(
            base_url=site.address,
            viewport=PHONE if phone else DESKTOP,  # type: ignore[arg-type]
            is_mobile=phone,
            has_touch=phone,
            java_script_enabled=javascript,
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            locale="en-GB",
            extra_http_headers=headers or {},
        )
        context.set_default_timeout(20_000)
        self._contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: self._heard(message, page))
        page.on("pageerror", lambda error: self.wrong.append(f"{page.url}: {error}"))
        page.on("request", lambda request: self._asked(request, site))
        if subject is not None:
            sign_in(page, subject, start)
        return page

    def close(self) -> None:
        for context in self._contexts:
            context.close()
        assert not self.wrong, self.wrong

    def _heard(self, message: ConsoleMessage, page: Page) -> None:
        # That a page itself was answered with an error is what the test asked for, or the test will say.
        of_the_page = message.location.get("url") == page.url and "Failed to load resource" in message.text
        if message.type in ("error", "warning") and not of_the_page:
            self.wrong.append(f"{page.url}: {message.text}")

    def _asked(self, request: Request, site: Site) -> None:
        if not request.url.startswith((f"{site.address}/", "data:")):
            self.wrong.append(f"asked of elsewhere: {request.url}")


def sign_in(page: Page, subject: str, start: str) -> None:
    """Through the form, as anybody else."""
    page.goto(f"/sign-in?next={start}")
    page.get_by_label("Or another member, by id").fill(subject)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(f"**{start}")
