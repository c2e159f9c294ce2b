"""What a policy would change on the platform's own data, for the operator alone: counted here, and nobody is named.

Counting reads whole tables. It runs in a thread of its own kind, on one core, one at a time in this process: whoever
asks meanwhile is told to come back, and every other page answers as it did.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from licet.app import impact
from licet.terms.moments import parse_moment
from licet.web.authentication import Operator
from licet.web.templates_environment import page, workspace_of

router = APIRouter()

#: Seconds after which to come back while another count runs.
_COME_BACK_SECONDS = 30


class OneAtATime:
    """A turn that one holder has; the others are sent away at once, so that none of them waits in a thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Raises: HTTPException 503 while somebody else has it."""
        if not self._lock.acquire(blocking=False):
            raise HTTPException(
                503, "Something else is being counted. Please come back in half a minute.",
                {"Retry-After": str(_COME_BACK_SECONDS)},
            )  # fmt: skip
        try:
            yield
        finally:
            self._lock.release()


class Asked:
    """What an address asks to compare. Only policies that the ledger names or that are shipped can be named."""

    def __init__(
        self, request: Request, allowed: Operator, before: str = "", after: str = "", from_date: str = "",
        to_date: str = "",
    ) -> None:  # fmt: skip
        self._workspace = workspace_of(request)
        self._counting: OneAtATime = request.app.state.counting
        self.offered = impact.offered(self._workspace)
        self.before, self.after, self.from_date, self.to_date = before, after, from_date, to_date
        if not {before, after} - {""} <= set(self.offered):
            raise HTTPException(404, "There is no such policy here.")
        self.is_complete = bool(before and after)

    def count(self) -> impact.PolicyImpact:
        """Count it. Raises: HTTPException 404 where it is not complete, 503 while another is counted."""
        if not self.is_complete:
            raise HTTPException(404, "Say which two policies to compare.")
        now = self._workspace.now()
        from_at = parse_moment(self.from_date) if self.from_date else now
        to_at = parse_moment(self.to_date) if self.to_date else from_at
        before, after = self.offered[self.before].place, self.offered[self.after].place
        with self._counting.turn():
            return impact.impact_of(self._workspace, before, after, from_at, to_at, threads=1)


Question = Annotated[Asked, Depends()]


@router.get("/impact")
def impact_page(request: Request, asked: Question) -> Response:
    """The form, and below it what came of it."""
    content = impact.content(asked.count()) if asked.is_complete else None
    return page(request, "impact.html", asked=asked, content=content)


@router.get("/impact/file")
def impact_file(asked: Question) -> Response:
    """The same as one file that needs no other."""
    return Response(
        impact.page(asked.count()), media_type="text/html",
        headers={"Content-Disposition": 'attachment; filename="impact.html"'},
    )  # fmt: skip
