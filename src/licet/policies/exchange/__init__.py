"""Policies in the words of other vocabularies: ODRL 2.2 and the W3C Data Privacy Vocabulary, as JSON-LD.

What a vocabulary cannot say is listed with its rule, and never turns a no into a yes: a permit whose condition would be
lost stays out, a prohibition loses its condition and so forbids more. A file that is not understood is refused whole.
No context is ever fetched.
"""

from licet.policies.exchange.exchange_forms import FORMS, Exported, export_pack, import_pack
from licet.policies.exchange.pack_assembly import Imported
from licet.policies.exchange.statements import Unsaid

__all__ = ["FORMS", "Exported", "Imported", "Unsaid", "export_pack", "import_pack"]
