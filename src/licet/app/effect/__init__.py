"""What opting out does to recommendations: tried on a workspace's own permitted data, said in sentences, put on a page.

`recommendation_effect` tries it, `effect_sentences` says it, `effect_picture` draws it and `effect_page` lays it out.
"""

from licet.app.effect.effect_page import content, page, picture_file, write_page, write_picture
from licet.app.effect.measured_effect import keep_effect, kept_effect
from licet.app.effect.recommendation_effect import RecommendationEffect, recommendation_effect

__all__ = [
    "RecommendationEffect",
    "content",
    "keep_effect",
    "kept_effect",
    "page",
    "picture_file",
    "recommendation_effect",
    "write_page",
    "write_picture",
]
