"""An OpenID Connect provider for tests: the authorization code flow with PKCE over loopback, RS256, JWKS. One client.

It signs in whoever the test says is sitting at it. What it gets wrong on purpose is told by `lie`.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT, SECRET = "licet", "the client's own secret"


class Provider:
    """claims: of whoever sits at it now. lie: ``nonce``, ``issuer``, ``audience`` or ``key``, else the truth."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self.claims: dict[str, Any] = {}
        self.lie: str | None = None
        self._key = RSAKey.generate_key(2048, {"kid": "1", "use": "sig", "alg": "RS256"})
        self._other = RSAKey.generate_key(2048, {"kid": "1", "use": "sig", "alg": "RS256"})
        self._asked: dict[str, dict[str, str]] = {}
        self.app = Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self.describe),
                Route("/authorize", self.authorize),
                Route("/token", self.token, methods=["POST"]),
                Route("/jwks", self.keys),
            ]
        )

    def describe(self, request: Request) -> Response:
        return JSONResponse(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/jwks",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "code_challenge_methods_supported": ["S256"],
            }
        )

    def keys(self, request: Request) -> Response:
        return JSONResponse({"keys": [self._key.as_dict(private=False)]})

    def authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        assert asked["client_id"] == CLIENT and asked["code_challenge_method"] == "S256", asked
        code = secrets.token_urlsafe(16)
        self._asked[code] = asked
        return RedirectResponse(f"{asked['redirect_uri']}?code={code}&state={asked['state']}", 303)

    async def token(self, request: Request) -> Response:
        form = dict(await request.form())
        asked = self._asked.pop(str(form.get("code")), None)
        verifier = hashlib.sha256(str(form.get("code_verifier", "")).encode()).digest()
        challenge = base64.urlsafe_b64encode(verifier).rstrip(b"=").decode()
        basic = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".replace(" ", "+").encode()).decode()
        plain = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if (
            asked is None
            or challenge != asked["code_challenge"]
            or request.headers.get("authorization") not in (basic, plain)
        ):
            return JSONResponse({"error": "invalid_grant"}, 400)
        now = int(time.time())
        claims = {
            "iss": self.issuer + ("/other" if self.lie == "issuer" else ""),
            "aud": "somebody else" if self.lie == "audience" else CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": "another" if self.lie == "nonce" else asked.get("nonce"),
            **self.claims,
        }
        key = self._other if self.lie == "key" else self._key
        token = jwt.encode({"alg": "RS256", "kid": "1"}, claims, key)
        return JSONResponse(
            {"access_token": "x", "token_type": "Bearer", "expires_in": 300, "id_token": token}
        )


@contextmanager
def provider() -> Iterator[Provider]:
    """A provider that answers at a free port of this machine."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        made = Provider(f"http://127.0.0.1:{listening.getsockname()[1]}")
        server = uvicorn.Server(uvicorn.Config(made.app, log_level="error", ws="none"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            while not server.started:
                time.sleep(0.01)
            yield made
        finally:
            server.should_exit = True
            thread.join()
