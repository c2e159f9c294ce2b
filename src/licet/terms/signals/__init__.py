"""Privacy signals: what a browser or a consent dialogue says for somebody, read strictly. A signal can only refuse.

A signal is a word: ``gpc`` (Global Privacy Control, W3C), ``gpp`` and ``tcf`` (the consent strings of IAB Tech Lab's
Global Privacy Platform and of IAB Europe's Transparency & Consent Framework). To send it is to refuse what a policy
lets it refuse. No string is ever a yes: where one refuses nothing, whatever else was said goes on.
"""

from licet.terms.signals.consent_strings import GPC, GPP, SIGNALS, TCF, ConsentStrings

__all__ = ["GPC", "GPP", "SIGNALS", "TCF", "ConsentStrings"]
