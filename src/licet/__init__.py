"""licet: use members' data only as the policy and each member's choice allow, with proof.

import licet
gate = licet.open("work").gate(purpose="generative_ai_training")
gate.table("posts").to_pandas()
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from licet.app import Workspace, create, open

__all__ = ["Workspace", "__version__", "create", "open"]


def __getattr__(name: str) -> Any:
    # Loaded when asked for, so that `import licet` and the light rooms start at once.
    if name in ("Workspace", "create", "open"):
        from licet import app

        return getattr(app, name)
    raise AttributeError(f"module 'licet' has no attribute {name!r}")
