"""Policies: a YAML file becomes a validated `Pack` with a digest. Imports only `terms`."""

from licet.packs.model import Pack, Rule, Setting

__all__ = ["Pack", "Rule", "Setting"]
