"""A visitor's own download, read for them: for anybody, one at a time, and nothing of it is kept.

The file lies in no folder: it is held by this process without a name, so it is gone when it is closed, however the
request ends. It is here whole before it takes one of the few turns of reading, so that whoever sends slowly keeps
nobody waiting. What is shown of it is a page that may run nothing, whatever stands in the file.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
import tempfile
from collections.abc import AsyncIterator
from typing import IO, Any

from fastapi import APIRouter, Request
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import ClientDisconnect
from starlette.responses import HTMLResponse, Response
from starlette.types import Message

from licet.audit.audit_page import policy_of_the_page
from licet.terms.canonical import JsonObject
from licet.web.authentication import from_our_page, visitor
from licet.web.pages.platform_pages import offered_regions
from licet.web.templates_environment import page

router = APIRouter()

#: Seconds a file may take, once it has a turn, and that it may wait for one.
MOST_SECONDS = 60.0
TURN_SECONDS = 30.0
#: Seconds of a processor for reading it.
MOST_CPU_SECONDS = 10
#: Files read at once by one process of the server, and bytes of files on their way or waiting.
MOST_AT_ONCE = 2
MOST_HELD_BYTES = 1024**3
#: What the reading process is told of this one's surroundings; no secret is among it.
_PASSED_ON = ("PATH", "PYTHONPATH", "VIRTUAL_ENV", "LANG", "TZ", "LICET_TEXTS")


class Uploads:
    """The files that one process of the server has, on their way, waiting for their turn, or being read."""

    def __init__(self) -> None:
        self.senders: set[str] = set()
        self.turns = asyncio.Semaphore(MOST_AT_ONCE)
        self.held_bytes = 0

    @contextlib.asynccontextmanager
    async def sent_by(self, request: Request) -> AsyncIterator[Request]:
        """The request, to read the file from: one file of a sender, and so many bytes of all together.

        Raises: HTTPException 429 while they have another, and from reading it 503 while others hold all there is.
        """
        sender = str(request.session.get("subject") or (request.client.host if request.client else ""))
        if sender in self.senders:
            raise HTTPException(429, "Another file of yours is being read. Please wait until it is done.")
        held = 0

        async def receive() -> Message:
            nonlocal held
            message = await request.receive()
            size = len(message.get("body", b""))
            if self.held_bytes + size > MOST_HELD_BYTES:
                raise _others()
            held += size
            self.held_bytes += size
            return message

        self.senders.add(sender)
        try:
            yield Request(request.scope, receive)
        finally:
            self.senders.discard(sender)
            self.held_bytes -= held

    @contextlib.asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """One of the few turns of reading. Raises: HTTPException 503 when none is free in time."""
        try:
            async with asyncio.timeout(TURN_SECONDS):
                await self.turns.acquire()
        except TimeoutError:
            raise _others() from None
        try:
            yield
        finally:
            self.turns.release()


def _others() -> HTTPException:
    return HTTPException(503, "Other files are being read. Please try again in a minute.")


@router.get("/audit")
def ask(request: Request) -> Response:
    return _form(request)


@router.post("/audit")
async def read(request: Request) -> Response:
    """Read the uploaded file and show what was found, or the form again with what is wrong."""
    if not request.app.state.config.upload_bytes:
        raise HTTPException(404)
    uploads: Uploads = request.app.state.uploads
    async with uploads.sent_by(request) as arriving:
        try:
            async with arriving.form(max_files=1, max_fields=4, max_part_size=4096) as form:
                from_our_page(request, visitor(request), _text(form.get("token")))
                upload = form.get("file")
                if not isinstance(upload, UploadFile) or not upload.size:
                    return _form(
                        request, "Choose the file that you downloaded from the platform.", status=422
                    )
                region, age = _text(form.get("region")) or None, _age(_text(form.get("age")))
                async with uploads.turn():
                    found = await _read(
                        request,
                        upload.file,
                        {
                            "region": region,
                            "age": age,
                            "name": upload.filename,
                            "cpu_seconds": MOST_CPU_SECONDS,
                        },
                    )
        except MultiPartException:
            raise HTTPException(400, "The request could not be read.") from None
        except ClientDisconnect:
            return Response(status_code=499)  # nobody is there to see it
    if "page" in found:
        return HTMLResponse(found["page"], headers={"Content-Security-Policy": _sandbox()})
    told = f"{found['what'][:1].upper()}{found['what'][1:]}. {found['fix'][:1].upper()}{found['fix'][1:]}".strip()
    return _form(request, told if told.endswith(".") else f"{told}.", status=422)


def _sandbox() -> str:
    """What the report may do in a browser: show its text in its own style, at an origin that is nobody's."""
    return f"sandbox; {policy_of_the_page()}; frame-ancestors 'none'"


def _form(request: Request, wrong: str | None = None, *, status: int = 200) -> Response:
    most = request.app.state.config.upload_bytes
    if not most:
        raise HTTPException(404)
    return page(
        request, "audit.html", status=status, wrong=wrong, most=most // 1024**2,
        offered=offered_regions(""),
    )  # fmt: skip


async def _read(request: Request, uploaded: Any, asked: JsonObject) -> JsonObject:
    """Have a process of its own read the file; it ends with the visitor, and after `MOST_SECONDS`."""
    with _held(uploaded) as file:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "licet.web.upload_reader", json.dumps(asked),
            stdin=file, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
            env={name: os.environ[name] for name in _PASSED_ON if name in os.environ},
        )  # fmt: skip
        answer = asyncio.create_task(process.communicate())
        gone = asyncio.ensure_future(request.receive())  # the body is whole: what comes next is their leaving
        try:
            done, _ = await asyncio.wait(
                {answer, gone}, timeout=MOST_SECONDS, return_when=asyncio.FIRST_COMPLETED
            )
            if not done:
                return {
                    "what": "the file took too long to read",
                    "fix": "ask the platform for less of it at once",
                }
            if answer not in done:
                raise ClientDisconnect
            out, _ = answer.result()
        finally:
            gone.cancel()
            if process.returncode is None:
                process.kill()
            await asyncio.gather(answer, gone, return_exceptions=True)
    try:
        found: JsonObject = json.loads(out)
    except ValueError:  # the system ended it
        return {
            "what": "the file costs more to read than there is for one",
            "fix": "read it at home: licet audit",
        }
    return found


@contextlib.contextmanager
def _held(uploaded: Any) -> Any:
    """The upload as a file of the system's, from its start, without a name in any folder."""
    with contextlib.ExitStack() as stack:
        file: IO[bytes] = uploaded
        if isinstance(uploaded, tempfile.SpooledTemporaryFile):
            uploaded.rollover()
        else:
            file = stack.enter_context(tempfile.TemporaryFile())
            uploaded.seek(0)
            while data := uploaded.read(1024 * 1024):
                file.write(data)
        file.flush()
        file.seek(0)
        yield file


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _age(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 3 and int(text) <= 150 else None
