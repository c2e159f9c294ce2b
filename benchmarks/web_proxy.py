"""A proxy as they stand before servers: it keeps its connections to the server, and uses the one that it used last.

A process of its own. Reads as JSON from standard input where the server is, writes the port it listens at as one line,
and ends with its standard input. A connection that turns out to be closed is answered with 502, as a proxy answers what
it may not send twice; whoever sent it has a key and sends it again.
"""

from __future__ import annotations

import asyncio
import json
import sys

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]

_GONE = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n"


class Proxy:
    """Forwards to one server at host and port over as many connections as there are requests at a time."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._idle: list[Streams] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One visitor's connection, until they leave."""
        try:
            while True:
                asked = await _message(reader)
                try:
                    answered = await self._forward(asked)
                except (OSError, EOFError):
                    answered = _GONE
                writer.write(answered)
                await writer.drain()
        except (OSError, EOFError):
            writer.close()

    async def _forward(self, asked: bytes) -> bytes:
        streams = self._idle.pop() if self._idle else await asyncio.open_connection(self._host, self._port)
        reader, writer = streams
        try:
            writer.write(asked)
            answered = await _message(reader)
        except BaseException:
            writer.close()
            raise
        if b"\r\nconnection: close\r\n" in answered.partition(b"\r\n\r\n")[0].lower() + b"\r\n":
            writer.close()
            return answered.replace(b"connection: close\r\n", b"", 1).replace(
                b"Connection: close\r\n", b"", 1
            )
        self._idle.append(streams)
        return answered


async def _message(reader: asyncio.StreamReader) -> bytes:
    """A request or an answer with a length, whole. Raises: EOFError at its end."""
    head = await reader.readuntil(b"\r\n\r\n")
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    return head + await reader.readexactly(int(lengths[0].partition(b":")[2]) if lengths else 0)


async def _run(host: str, port: int) -> None:
    server = await asyncio.start_server(Proxy(host, port).serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)


def main() -> int:
    asked = json.loads(sys.stdin.readline())
    asyncio.run(_run(asked["host"], asked["port"]))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
