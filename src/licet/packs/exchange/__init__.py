"""Policies in the words of other vocabularies: ODRL 2.2 and the W3C Data Privacy Vocabulary, as JSON-LD.

What a vocabulary cannot say is listed with its rule, and never turns a no into a yes: a permit whose condition would be
lost stays out, a prohibition loses its condition and so forbids more. A file that is not understood is refused whole.
No context is ever fetched.
"""

from licet.packs.exchange.assembling import Imported
from licet.packs.exchange.exchanging import FORMS, Exported, export_pack, import_pack
from licet.packs.exchange.statements import Unsaid

__all__ = ["FORMS", "Exported", "Imported", "Unsaid", "export_pack", "import_pack"]
