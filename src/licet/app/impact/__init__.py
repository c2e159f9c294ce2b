"""What a policy would change before anyone puts it in force: counted, said in sentences, and put on a page.

`policy_impact` asks `enforce` on a workspace's own data, `impact_sentences` says it, `impact_page` lays it out.
"""

from licet.app.impact.impact_page import content, page, write_page
from licet.app.impact.policy_impact import PolicyImpact, impact_of
from licet.app.impact.policy_offer import offered

__all__ = ["PolicyImpact", "content", "impact_of", "offered", "page", "write_page"]
