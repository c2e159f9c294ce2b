"""The shared words: purposes and kinds of data that every policy, catalogue and use agree on.

Kinds of data form a tree, and the tree is in the name: ``content.posts`` is part of ``content``. A policy
may add branches (``content.posts.video``) but no roots, so every label has a known ancestor. That is what
lets `CLOSED` be a promise: a policy cannot rename its way around it.

DPV terms are those of W3C DPV 2.3; a test checks each against the published tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Term:
    """One word of the vocabulary: its id, what people call it, and its DPV term (prefix:Name) if one fits."""

    id: str
    label: str
    dpv: str | None = None


#: Words for who could see a record, and for what a member pays, that need no policy to be known. Spelt exactly so.
AUDIENCES = frozenset(
    ["public", "followers", "connections", "friends", "group", "members", "unlisted", "private"]
)
PLANS = frozenset(
    ["free", "basic", "standard", "plus", "pro", "premium", "business", "team", "enterprise", "student"]
)

GENERATIVE_AI_TRAINING = "generative_ai_training"
RECOMMENDER_TRAINING = "recommender_training"
PRIVATE_COMMUNICATION = "private_communication"
SPECIAL = "special"
ORGANISATION = "organisation"
HASHED_ADDRESS = "contact.email.hashed"
AD_SHARING, AD_TARGETING = "ad_sharing", "ad_targeting"

PURPOSES: dict[str, Term] = {
    term.id: term
    for term in (
        Term(GENERATIVE_AI_TRAINING, "training AI that generates content", "ai:ModelTraining"),
        Term(
            RECOMMENDER_TRAINING,
            "learning from someone's data for everyone's recommendations",
            "dpv:ImproveExistingProductsAndServices",
        ),
        Term(
            "recommendation",
            "recommending to someone from their own data",
            "dpv:ProvidePersonalisedRecommendations",
        ),
        Term("ai_assistance", "generating content for someone", "ai:ContentGeneration"),
        Term(
            AD_SHARING, "sharing data with a named recipient for advertising", "dpv:PersonalisedAdvertising"
        ),
        Term(AD_TARGETING, "choosing an advertisement for someone", "dpv:TargetedAdvertising"),
        Term(
            "product_improvement",
            "improving products, including classification and safety AI",
            "dpv:ImproveExistingProductsAndServices",
        ),
        Term(
            "personalisation",
            "arranging the feed, people and groups for someone",
            "dpv:ServicePersonalisation",
        ),
    )
}

CATEGORIES: dict[str, Term] = {
    term.id: term
    for term in (
        Term("profile", "profile", "pd:SocialMedia"),
        Term("profile.name", "name", "pd:Name"),
        Term("profile.photo", "photo", "pd:Picture"),
        Term("profile.headline", "headline", "pd:Professional"),
        Term("profile.summary", "summary", "pd:Professional"),
        Term("profile.position", "current position", "pd:CurrentEmployment"),
        Term("profile.work_history", "work experience", "pd:WorkHistory"),
        Term("profile.education", "education", "pd:Education"),
        Term("profile.location", "location", "pd:Location"),
        Term("profile.industry", "industry", "pd:Professional"),
        Term("profile.skills", "skills", "pd:Professional"),
        Term("profile.certifications", "certifications and licences", "pd:ProfessionalCertification"),
        Term("profile.volunteering", "volunteering", "pd:Professional"),
        Term("profile.publications", "publications", "pd:Professional"),
        Term("profile.patents", "patents", "pd:Professional"),
        Term("profile.endorsements", "endorsements", "pd:Reference"),
        Term("profile.recommendations", "recommendations", "pd:Reference"),
        Term("profile.projects", "projects", "pd:Professional"),
        Term("profile.honours", "honours and awards", "pd:Professional"),
        Term("profile.languages", "languages", "pd:Language"),
        Term("profile.courses", "courses", "pd:Education"),
        Term("profile.test_scores", "test scores", "pd:Education"),
        Term("profile.websites", "websites", "pd:SocialMedia"),
        Term("content", "what members publish", "pd:SocialMediaCommunication"),
        Term("content.posts", "posts", "pd:SocialMediaCommunication"),
        Term("content.articles", "articles", "pd:SocialMediaCommunication"),
        Term("content.poll_responses", "poll responses", "pd:SocialMediaCommunication"),
        Term("content.contributions", "contributions to shared articles", "pd:SocialMediaCommunication"),
        Term("content.comments", "comments", "pd:SocialMediaCommunication"),
        Term("content.reposts", "reposts", "pd:SocialMediaCommunication"),
        Term("content.media", "pictures and video", "pd:SocialMediaCommunication"),
        Term(PRIVATE_COMMUNICATION, "private communication", "pd:Communication"),
        Term("private_communication.messages", "private messages", "pd:Communication"),
        Term("private_communication.invitations", "invitation notes", "pd:Communication"),
        Term("group_communication", "what members write in groups", "pd:SocialMediaCommunication"),
        Term("group_communication.messages", "group messages", "pd:SocialMediaCommunication"),
        Term("group_communication.activity", "group activity", "pd:SocialMediaCommunication"),
        Term("ai_conversation", "conversations with AI features", "pd:Communication"),
        Term("activity", "activity", "pd:Behavioural"),
        Term("activity.reactions", "reactions", "pd:Behavioural"),
        Term("activity.votes", "votes", "pd:Behavioural"),
        Term("activity.views", "views", "pd:Behavioural"),
        Term("activity.searches", "searches", "pd:Behavioural"),
        Term("activity.follows", "follows", "pd:Behavioural"),
        Term("activity.saved", "saved items", "pd:Behavioural"),
        Term("activity.learning", "learning", "pd:Behavioural"),
        Term("activity.events", "events", "pd:Behavioural"),
        Term("connections", "connections", "pd:SocialNetwork"),
        Term("contact", "contact details", "pd:Contact"),
        Term("contact.email", "e-mail addresses", "pd:EmailAddress"),
        Term(HASHED_ADDRESS, "hashed e-mail addresses", "pd:EmailAddress"),
        Term("contact.phone", "telephone numbers", "pd:TelephoneNumber"),
        Term("contact.address", "postal address", "pd:PhysicalAddress"),
        Term("contact.imported", "imported contacts", "pd:Contact"),
        Term("demographic", "demographic data", "pd:Demographic"),
        Term("demographic.age", "date of birth or age", "pd:Age"),
        Term("demographic.gender", "gender", "pd:Gender"),
        Term("job_seeking", "job seeking", "pd:Professional"),
        Term("job_seeking.applications", "job applications", "pd:Professional"),
        Term("job_seeking.screening_answers", "saved screening answers", "pd:ProfessionalInterview"),
        Term("job_seeking.resumes", "résumés", "pd:WorkHistory"),
        Term("job_seeking.saved_jobs", "saved jobs", "pd:Professional"),
        Term("job_seeking.preferences", "job preferences", "pd:Professional"),
        Term("job_seeking.salary", "salary", "pd:Salary"),
        Term("inferences", "what is inferred about a member", "dpv:InferredPersonalData"),
        Term("advertising", "advertising data", "pd:Behavioural"),
        Term("advertising.targeting", "advertising attributes", "pd:Profile"),
        Term("advertising.engagement", "clicks on advertisements", "pd:Behavioural"),
        Term("advertising.affiliate_data", "data received from affiliates", "pd:Behavioural"),
        Term("feedback", "feedback", "pd:Opinion"),
        Term("support", "support requests", "pd:Communication"),
        Term("device", "device data", "pd:DeviceBased"),
        Term("security", "security data", "pd:Authenticating"),
        Term("security.credentials", "login credentials", "pd:Authenticating"),
        Term("security.logins", "logins", "pd:Authenticating"),
        Term("payment", "payment data", "pd:Financial"),
        Term("payment.methods", "payment methods and cards", "pd:PaymentCard"),
        Term("payment.receipts", "receipts", "pd:Transactional"),
        Term("identity", "identity documents and checks", "pd:OfficialID"),
        # GDPR Art. 9: origin, opinions, beliefs, trade unions, genes, biometry, health, sex life, orientation.
        Term(SPECIAL, "special categories of data", "dpv:SpecialCategoryPersonalData"),
        Term(ORGANISATION, "what organisations publish", None),
        Term("organisation.pages", "company pages", None),
        Term("organisation.job_postings", "job postings", None),
        Term("organisation.courses", "learning videos and transcripts", None),
    )
}

#: The purposes for which somebody's data chooses advertisements, here or elsewhere.
ADVERTISING: frozenset[str] = frozenset({AD_SHARING, AD_TARGETING})

#: Kinds of data that choose no advertisement, under any policy.
NEVER_ADVERTISED: frozenset[str] = frozenset(
    {SPECIAL, PRIVATE_COMMUNICATION, "identity", "payment", "security"}
)

#: The age from which anybody's data may choose advertisements, in whole years, whatever a policy says; who is of no
#: known age is not of this one.
ADVERTISING_YEARS = 18

#: Pairs of (purpose, kind of data) that no pack can so much as say, with everything below both.
UNSAYABLE: frozenset[tuple[str, str]] = frozenset({(GENERATIVE_AI_TRAINING, PRIVATE_COMMUNICATION)})

#: Pairs that no policy permits, whatever it says.
CLOSED: frozenset[tuple[str, str]] = UNSAYABLE | {
    (purpose, kind) for purpose in ADVERTISING for kind in NEVER_ADVERTISED
}

#: The purposes for which something may be made that has learnt from members: a corpus, a model. A policy's own
#: purpose counts when it is a kind of one of them.
TRAINING: frozenset[str] = frozenset({GENERATIVE_AI_TRAINING, RECOMMENDER_TRAINING})

#: Kinds of data that get into nothing that learns, whatever the purpose is called and whatever a policy permits.
NEVER_LEARNT: frozenset[str] = frozenset({PRIVATE_COMMUNICATION})


def ancestors(category: str) -> tuple[str, ...]:
    """`category` and everything above it, nearest first: ``a.b.c`` gives ``a.b.c, a.b, a``."""
    parts = category.split(".")
    return tuple(".".join(parts[:n]) for n in range(len(parts), 0, -1))


def is_closed(
    purpose_line: tuple[str, ...], category: str, closed: frozenset[tuple[str, str]] = CLOSED
) -> bool:
    """Whether the vocabulary itself closes this pair.

    purpose_line: the purpose and every purpose it is a kind of, nearest first.
    """
    above = ancestors(category)
    return any((purpose, kind) in closed for purpose in purpose_line for kind in above)


class AsksAge(Protocol):
    """A rule, as far as it matters here."""

    @property
    def effect(self) -> str: ...
    @property
    def minimum_age(self) -> int | None: ...


def min_age(rule: AsksAge, purpose_line: tuple[str, ...], above: tuple[str, ...]) -> int | None:
    """From which age, in whole years, a rule applies to a question: a purpose and a kind of data, each with what lies
    above it.

    No permit of advertising by anybody's data asks for less than `ADVERTISING_YEARS`; what organisations publish is
    nobody's.
    """
    is_about_somebody = ORGANISATION not in above
    if rule.effect == "permit" and is_about_somebody and not ADVERTISING.isdisjoint(purpose_line):
        return max(ADVERTISING_YEARS, rule.minimum_age or 0)
    return rule.minimum_age


def is_training(purpose_line: tuple[str, ...]) -> bool:
    """Whether a corpus or a model may be made for a purpose at all; purpose_line as `is_closed` has it."""
    return not TRAINING.isdisjoint(purpose_line)


def is_never_learnt(category: str) -> bool:
    """Whether a kind of data is kept out of every corpus and every model."""
    return not NEVER_LEARNT.isdisjoint(ancestors(category))


def is_published_by_organisations(category: str) -> bool:
    """Whether a kind of data is no member's own: what an organisation publishes, such as a job advertisement."""
    return ORGANISATION in ancestors(category)
