"""The files of the archive: what each is called, what its columns are called, and what kind of data they hold.

Facts read off public parsers of 2025 and 2026 exports and off the platform's European notice. A file is known by
its name without case, spaces, punctuation and the member ids or numbers that exports append; its header must then
read as one of its own. A column not listed here is kept and stays unlabelled.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from licet.sources.linkedin.linkedin_csv import fold_word


@dataclass(frozen=True, slots=True)
class FileLayout:
    """One kind of file.

    table:   the table its rows go to; several files may share one.
    kind:    kind of data of its columns, unless `labels` says otherwise for one.
    words:   its column names; empty where they are not known, and then any header will do.
    created: the column saying when a record was made.
    note:    what a person should know about it.
    """

    table: str
    kind: str
    words: tuple[str, ...] = ()
    created: str | None = None
    visibility: str | None = None
    labels: Mapping[str, str | None] | None = None
    note: str = ""

    def spelling(self, column: str) -> str:
        """The column as it is listed here, whatever the export's case and spaces; an unlisted one as it is."""
        folded = fold_word(column)
        return next((word for word in self.words if fold_word(word) == folded), column)

    def label(self, column: str) -> str | None:
        """The kind of data of a column as written in the header; None for one that is not known."""
        folded = fold_word(column)
        for name, kind in (self.labels or {}).items():
            if fold_word(name) == folded:
                return kind
        return self.kind if not self.words or any(fold_word(word) == folded for word in self.words) else None


_MESSAGE_WORDS = (
    *(
        "CONVERSATION ID",
        "CONVERSATION TITLE",
        "FROM",
        "SENDER PROFILE URL",
        "TO",
        "RECIPIENT PROFILE URLS",
        "DATE",
    ),
    *("SUBJECT", "CONTENT", "FOLDER", "ATTACHMENTS", "IS MESSAGE DRAFT", "IS CONVERSATION DRAFT"),
)
_GROUP_NOTE = (
    "no column tells group messages, which a policy may use, from private ones: all are ambiguous, treated as"
    " private, and so excluded from training"
)
_OTHERS = "holds what other people wrote or who they are; the archive's owner alone counts as subject"


def _file(table: str, kind: str, words: str = "", created: str | None = None, **more: object) -> FileLayout:
    names = tuple(word.strip() for word in words.split(",") if word.strip())
    return FileLayout(table, kind, names, created, **more)  # type: ignore[arg-type]


def _ai(table: str) -> FileLayout:
    return FileLayout(table, "ai_conversation", _MESSAGE_WORDS, "DATE")


#: Every file that is known, by its name.
KNOWN_FILES: dict[str, FileLayout] = {
    "Profile": _file(
        "profile",
        "profile",
        "First Name,Last Name,Maiden Name,Address,Birth Date,Headline,Summary,Industry,Zip Code,Geo Location,"
        "Twitter Handles,Websites,Instant Messengers",
        labels={
            **dict.fromkeys(("First Name", "Last Name", "Maiden Name"), "profile.name"),
            **dict.fromkeys(("Address", "Zip Code"), "contact.address"),
            "Birth Date": "demographic.age",
            "Headline": "profile.headline",
            "Summary": "profile.summary",
            "Industry": "profile.industry",
            "Geo Location": "profile.location",
            **dict.fromkeys(("Twitter Handles", "Websites"), "profile.websites"),
            "Instant Messengers": "contact",
        },
    ),
    "Profile Summary": _file("profile_summary", "profile.summary", "Profile Summary"),
    "Positions": _file(
        "positions", "profile.work_history", "Company Name,Title,Description,Location,Started On,Finished On"
    ),
    "Education": _file(
        "education", "profile.education", "School Name,Start Date,End Date,Notes,Degree Name,Activities"
    ),
    "Skills": _file("skills", "profile.skills", "Name"),
    "Certifications": _file(
        "certifications", "profile.certifications", "Name,Url,Authority,Started On,Finished On,License Number"
    ),
    "Volunteering": _file(
        "volunteering", "profile.volunteering", "Company Name,Role,Cause,Started On,Finished On,Description"
    ),
    "Publications": _file(
        "publications", "profile.publications", "Name,Published On,Description,Publisher,Url"
    ),
    "Projects": _file("projects", "profile.projects", "Title,Description,Url,Started On,Finished On"),
    "Honors": _file("honours", "profile.honours", "Title,Description,Issued On"),
    "Languages": _file("languages", "profile.languages", "Name,Proficiency"),
    "Courses": _file("courses", "profile.courses", "Name,Number"),
    "TestScores": _file("test_scores", "profile.test_scores", "Tested On,Name,Description,Score"),
    "Patents": _file("patents", "profile.patents"),
    "Organizations": _file("organisations", "profile.organisations"),
    "Causes You Care About": _file("causes", "profile.volunteering"),
    **{
        f"Recommendations_{way}": _file(
            f"recommendations_{way.lower()}",
            "profile.recommendations",
            "First Name,Last Name,Company,Job Title,Text,Creation Date,Status",
            "Creation Date",
            note=_OTHERS,
        )
        for way in ("Given", "Received")
    },
    **{
        f"Endorsement_{way}_Info": _file(
            f"endorsements_{way.lower()}",
            "profile.endorsements",
            f"Endorsement Date,Skill Name,{who} First Name,{who} Last Name,{who} Public Url,Endorsement Status",
            "Endorsement Date",
            note=_OTHERS,
        )
        for way, who in (("Received", "Endorser"), ("Given", "Endorsee"))
    },
    "Shares": _file(
        "shares",
        "content.posts",
        "Date,ShareLink,ShareCommentary,SharedUrl,MediaUrl,Visibility",
        "Date",
        visibility="Visibility",
    ),
    "Comments": _file("comments", "content.comments", "Date,Link,Message", "Date"),
    "Votes": _file("poll_votes", "content.poll_responses", "Date,Link,OptionText", "Date"),
    "InstantReposts": _file("reposts", "content.reposts", "Date,Link", "Date"),
    "Reactions": _file("reactions", "activity.reactions", "Date,Type,Link", "Date"),
    "Rich_Media": _file(
        "media", "content.media", "Date/Time,Media Description,Media Link,Type,Link", "Date/Time"
    ),
    "messages": FileLayout(
        "messages", "private_communication.messages", _MESSAGE_WORDS, "DATE", note=_GROUP_NOTE
    ),
    "coach_messages": _ai("ai_coach_messages"),
    "guide_messages": _ai("ai_guide_messages"),
    "learning_coach_messages": _ai("ai_learning_coach_messages"),
    "learning_role_play_messages": _ai("ai_role_play_messages"),
    **dict.fromkeys(
        ("Job Applicant Saved Answers", "Job Applicant Saved Screening Question Responses"),
        _file("screening_answers", "job_seeking.screening_answers", "Question,Answer"),
    ),
    "Job Applications": _file(
        "job_applications",
        "job_seeking.applications",
        "Application Date,Contact Email,Contact Phone Number,Company Name,Job Title,Job Url,Resume Name,"
        "Question And Answers",
        "Application Date",
        labels={"Contact Email": "contact.email", "Contact Phone Number": "contact.phone"},
    ),
    "Saved Jobs": _file(
        "saved_jobs", "job_seeking.saved_jobs", "Saved Date,Job Url,Job Title,Company Name", "Saved Date"
    ),
    "Job Seeker Preferences": _file(
        "job_preferences",
        "job_seeking.preferences",
        "Locations,Industries,Company Employee Count,Preferred Job Types,Job Titles,Open To Recruiters,"
        "Dream Companies,Profile Shared With Job Poster,Job Title For Searching Fast Growing Companies,"
        "Introduction Statement,Phone Number,Job Seeker Activity Level,Preferred Start Time Range,"
        "Commute Preference Starting Address,Commute Preference Starting Time,Mode Of Transportation,"
        "Maximum Commute Duration,Open Candidate Visibility,Job Seeking Urgency Level,Semantic Preferences",
        labels={"Phone Number": "contact.phone", "Commute Preference Starting Address": "contact.address"},
    ),
    "SavedJobAlerts": _file(
        "job_alerts",
        "job_seeking.preferences",
        "ALERT_PARAMETERS,QUERY_CONTEXT,SAVED_SEARCH_ID,Saved Search Date,Jobs Search Url",
        "Saved Search Date",
    ),
    "SearchQueries": _file("searches", "activity.searches", "Time,Search Query", "Time"),
    "Connections": _file(
        "connections",
        "connections",
        "First Name,Last Name,URL,Email Address,Company,Position,Connected On",
        "Connected On",
        note=_OTHERS,
    ),
    "Invitations": _file(
        "invitations",
        "connections",
        "From,To,Sent At,Message,Direction,inviterProfileUrl,inviteeProfileUrl",
        "Sent At",
        labels={"Message": "private_communication.invitations"},
        note=_OTHERS,
    ),
    "ImportedContacts": _file(
        "imported_contacts",
        "contact.imported",
        "FirstName,MiddleName,LastName,MaidenName,NickName,NamePrefix,NameSuffix,Title,Emails,PhoneNumbers,"
        "CreatedAt,UpdatedAt,CountryCode,RegionCode,ThirdPartyVerified,Location",
        "CreatedAt",
        note=_OTHERS,
    ),
    "Contacts": _file("contacts", "contact.imported", note=_OTHERS),
    "Calendar": _file("calendar", "activity.events", note=_OTHERS),
    "Company Follows": _file(
        "company_follows", "activity.follows", "Organization,Followed On", "Followed On"
    ),
    "Member_Follows": _file(
        "member_follows", "activity.follows", "Date,Status,FullName", "Date", note=_OTHERS
    ),
    "Hashtag_Follows": _file(
        "hashtag_follows", "activity.follows", "HashTag,CreatedTime,LastModifiedTime,State", "CreatedTime"
    ),
    "Saved_Items": _file("saved_items", "activity.saved", "savedItem,CreatedTime", "CreatedTime"),
    "Events": _file("events", "activity.events", "Event Name,Event Time,Status,External Url"),
    "Learning": _file(
        "learning",
        "activity.learning",
        "Content Title,Content Description,Content Type,Content Last Watched Date (if viewed),"
        "Content Completed At (if completed),Content Saved,Notes taken on videos (if taken)",
    ),
    "Ad_Targeting": _file(
        "ad_targeting",
        "advertising.targeting",
        "Member Age,Buyer Groups,Company Names,Company Follower of,Company Category,Company Size,Degrees,degreeClass,"
        "Recent Device OS,Member Schools,Company Growth Rate,Fields of Study,Company Connections,Function By Size,"
        "Job Functions,Member Gender,Graduation Year,Member Groups,Company Industries,Member Interests,"
        "Interface Locales,interfaceLocale,Member Traits,High Value Audience Segments,Profile Locations,"
        "Company Revenue,Job Seniorities,Member Skills,Standard Audience Segments,Job Titles,Years of Experience",
        labels={"Member Age": "demographic.age", "Member Gender": "demographic.gender"},
    ),
    "Inferences_about_you": _file(
        "inferences", "inferences", "Category,Type of inference,Description,Inference"
    ),
    "Ads Clicked": _file(
        "ads_clicked", "advertising.engagement", "Ad clicked Date,Ad Title/Id", "Ad clicked Date"
    ),
    "LAN Ads Engagement": _file(
        "ads_engagement", "advertising.engagement", "Action,Date,Ad Title/Id,Page/App", "Date"
    ),
    "Email Addresses": _file(
        "email_addresses", "contact.email", "Email Address,Confirmed,Primary,Updated On", "Updated On"
    ),
    "PhoneNumbers": _file("phone_numbers", "contact.phone", "Extension,Number,Type"),
    "Whatsapp Phone Numbers": _file(
        "whatsapp_numbers", "contact.phone", "Number,Extension,Is_WhatsApp_Number"
    ),
    "Registration": _file(
        "registration", "security", "Registered At,Registration Ip,Subscription Types", "Registered At"
    ),
    "Logins": _file("logins", "security.logins", "Login Date,IP Address,User Agent,Login Type", "Login Date"),
    "Security Challenges": _file(
        "security_challenges",
        "security",
        "Challenge Date,IP Address,User Agent,Country,Challenge Type",
        "Challenge Date",
    ),
    **dict.fromkeys(
        ("Receipts", "Receipts_v2"),
        _file(
            "receipts",
            "payment.receipts",
            "First Name,Last Name,Billing Country,Postal Code,Transaction Made At,Payment Method Type,Invoice Number,"
            "Description,Tax Amount,Sub Total,Total Amount,Currency Code",
            "Transaction Made At",
            labels={"Payment Method Type": "payment.methods"},
        ),
    ),
    "Verifications": _file(
        "verifications",
        "identity",
        "First name,Middle name,Last name,Verification type,Organization name,Email address,Country,State,City,"
        "Year of birth,Issuing authority,Document type,Verification service provider,Verified date,Expiry date",
        "Verified date",
    ),
    "Private_identity_asset": _file(
        "resumes",
        "job_seeking.resumes",
        "Private Identity Asset Name,Private Identity Asset Raw Text",
        note="the whole text of a résumé, which a policy may use although it was only saved",
    ),
    "Providers": _file(
        "services",
        "profile.services",
        "Creation Time,Marketplace Type,ProFinder Service Category,Media",
        "Creation Time",
    ),
}

#: Columns in which the owner writes, by table. What others wrote is never shown as the owner's words.
OWN_WORDS = {
    "shares": "ShareCommentary",
    "comments": "Message",
    "profile": "Summary",
    "profile_summary": "Profile Summary",
    "positions": "Description",
    "volunteering": "Description",
    "recommendations_given": "Text",
    "screening_answers": "Answer",
    "resumes": "Private Identity Asset Raw Text",
    "ai_coach_messages": "CONTENT",
    "ai_guide_messages": "CONTENT",
    "ai_learning_coach_messages": "CONTENT",
    "ai_role_play_messages": "CONTENT",
}

#: Articles are HTML files in a folder of this name.
_ARTICLES_FOLDER = "articles"
ARTICLES = FileLayout("articles", "content.articles")

_BY_NAME = {fold_word(name): layout for name, layout in KNOWN_FILES.items()}


def is_article(name: str) -> bool:
    """Whether a file of the archive is an article, by its name and its folder."""
    *folders, file = name.casefold().replace("\\", "/").split("/")
    return file.endswith((".html", ".htm")) and _ARTICLES_FOLDER in folders


def layout_of(path: str) -> FileLayout | None:
    """The layout of a file of the archive, by its name; None when no such file is known."""
    stem = re.sub(r"\.csv$", "", re.split(r"[/\\]", path)[-1], flags=re.IGNORECASE)
    exact = _BY_NAME.get(fold_word(stem))
    return exact or _BY_NAME.get(fold_word(re.sub(r"(?:[_ -]\d+|\s?\(\d+\))+$", "", stem)))
