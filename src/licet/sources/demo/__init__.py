"""The demo world: a made-up professional network, the same for everyone who asks with the same seed."""

from licet.sources.demo.cast import CAST, Part, member_id
from licet.sources.demo.world import make_demo_world

__all__ = ["CAST", "Part", "make_demo_world", "member_id"]
