"""What a policy would change before anyone puts it in force: counted, said in sentences, and put on a page.

`counting` asks `enforce` on a workspace's own data, `told` says it, `page` lays it out for those who decide.
"""

from licet.app.impact.counting import PolicyImpact, impact_of
from licet.app.impact.offered import offered
from licet.app.impact.page import content, page, write_page

__all__ = ["PolicyImpact", "content", "impact_of", "offered", "page", "write_page"]
