"""Ways to get about on a page: with a mouse, with a finger, with the keyboard alone. Each step is counted."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page

#: More stops than any way to a link or switch may have.
_MOST_STOPS = 80


class Mouse:
    """`steps` are the links followed and the buttons pressed."""

    def __init__(self, page: Page) -> None:
        self.page, self.steps = page, 0

    def follow(self, name: str, within: str = "main", exact: bool = False) -> None:
        """Follow the link that begins with `name`, or is `exact` that, and be where it leads."""
        pattern = re.compile(f"^{re.escape(name)}{'$' if exact else ''}")
        self.press(self.page.locator(within).get_by_role("link", name=pattern).first)

    def press(self, what: Locator) -> None:
        """Press what leads to another page."""
        self.steps += 1
        with self.page.expect_navigation():
            self._press(what)

    def write(self, what: Locator, text: str) -> None:
        what.fill(text)

    def _press(self, what: Locator) -> None:
        what.click()


class Finger(Mouse):
    """Taps, and what is tapped can be hit."""

    def _press(self, what: Locator) -> None:
        what.tap()


class Keyboard(Mouse):
    """Tab until it is reached, then Enter or Space. At every stop it can be seen where one is."""

    def write(self, what: Locator, text: str) -> None:
        self._reach(what)
        self.page.keyboard.type(text)

    def _press(self, what: Locator) -> None:
        self._reach(what)
        self.page.keyboard.press("Enter" if what.evaluate("e => e.tagName") == "A" else "Space")

    def _reach(self, what: Locator) -> None:
        for _ in range(_MOST_STOPS):
            if what.evaluate("e => e === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
            told = self.page.evaluate(_WHERE)
            assert told["ring"], f"nothing shows that one is at {told['what']} on {self.page.url}"
        raise AssertionError(f"{what} is not reached by keyboard on {self.page.url}")


_WHERE = """() => {
  const at = document.activeElement, style = getComputedStyle(at), box = at.getBoundingClientRect();
  const seen = box.width > 0 && box.right > 0 && box.bottom > 0 && box.left < innerWidth && box.top < innerHeight;
  const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  return {what: at.outerHTML.slice(0, 120), ring: at === document.body || (seen && ring)};
}"""
