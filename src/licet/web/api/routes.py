"""Version 1 of the API, put together."""

from __future__ import annotations

from fastapi import FastAPI

from licet.app import Workspace


def make_api(workspace: Workspace) -> FastAPI:
    """An application of its own, mounted under ``/api/v1``."""
    api = FastAPI(title="licet", version="1")
    api.state.workspace = workspace
    return api
