"""Made-up LinkedIn downloads, whole, as people get them and as an attacker would send them. Nobody real is in them.

`COMPLETE` is the larger archive of 2026, `BASIC` the small one, `OF_2025` one in several languages, `OLD` one of years
ago. Each holds some of the quirks that break a naive reader.
"""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

_TALK = (
    '"CONVERSATION ID","CONVERSATION TITLE","FROM","SENDER PROFILE URL","TO","RECIPIENT PROFILE URLS","DATE",'
    '"SUBJECT","CONTENT","FOLDER"\r\n'
)
_NOTES = 'Notes:\r\n"When exporting, some addresses may be missing\nfor ""privacy"" reasons."\r\n\r\n'
_PROFILE = (
    "First Name,Last Name,Maiden Name,Address,Birth Date,Headline,Summary,Industry,Zip Code,Geo Location,"
    "Twitter Handles,Websites,Instant Messengers\r\n"
)
_SHARES = "Date,ShareLink,ShareCommentary,SharedUrl,MediaUrl,Visibility\r\n"

#: What a private message says, so that a test can look for it where it must not be.
SECRET = "the heron nests under the third arch"

COMPLETE: dict[str, str | bytes] = {
    "Profile.csv": _PROFILE
    + 'Mara,Muster,,"1 Quay\nEnd","Mar 4, 1990",Builds bridges,"Steel, stone and wood",'
    'Engineering,8001,"Zürich, Switzerland",,[OTHER:javascript:alert(1)],\r\n',
    "Positions.csv": "Company Name,Title,Description,Location,Started On,Finished On\r\n"
    'Span Ltd,Engineer,"Bridges,\nand ""ferries""",Zürich,Mar 2021,\r\nOar AG,Trainee,,Bern,févr. 2014,Feb 2021\r\n',
    "Education.csv": "School Name,Start Date,End Date,Notes,Degree Name,Activities\r\nRiver School,2009,2013,,BSc,\r\n",
    "Skills.csv": "Name\r\nStatics\r\nSurveying\r\nSwimming\r\n",
    "Languages.csv": "Name,Proficiency\r\nRomansh,Native\r\n",
    "Shares_1234567.csv": "\ufeff"
    + _SHARES
    + '2019-06-01 08:00:00,https://x.example/1,"A bridge opened today, in the'
    ' rain",,,PUBLIC\r\n2025-06-02 08:00:00,https://x.example/2,"Only for\nmy own network",,,CONNECTIONS\r\n'
    "someday,https://x.example/3,<script>alert(1)</script>,,,\r\n",
    "Comments_1234567.csv": "Date,Link,Message\r\n2026-01-02 03:04:05,https://x.example/1,What a fine arch\r\n",
    "Reactions.csv": "Date,Type,Link\r\n2026-01-02 03:04:05,LIKE,https://x.example/1\r\n",
    "Votes.csv": "Date,Link,OptionText\r\n2026-01-02 03:04:05,https://x.example/1,Steel\r\n",
    "Articles/Articles/on-arches.html": "<html><head><title>On arches</title></head><body><h1>On arches</h1>"
    "<p>Published on 2018-05-06 07:08</p><p>They stand because they fall.</p><script>bad()</script></body></html>",
    "messages.csv": _TALK
    + f'"c1","","Mara Muster","","Ben","","2026-09-05 08:12:14 UTC","","{SECRET}","INBOX"\r\n'
    '"c1","","Ben","","Mara Muster","","2026-09-05 09:12:14 UTC","","I saw it, too","INBOX"\r\n',
    "coach_messages.csv": _TALK
    + '"c2","","Mara Muster","","AI Coach","","2026-02-03 08:00:00 UTC","","Should I ask'
    ' for a raise?","INBOX"\r\n"c2","","AI Coach","","Mara Muster","","2026-02-03 08:00:05 UTC","","Ask in'
    ' spring","INBOX"\r\n',
    "LearningCoachMessages.csv": "No conversations found",
    "Jobs/Job Applications_1.csv": "Application Date,Contact Email,Contact Phone Number,Company Name,Job Title,"
    "Job Url,Resume Name,Question And Answers\r\n"
    "1/13/26 8:12 AM,m@x.example,+41 1,Span Ltd,Engineer,,cv.pdf,salary? 5\r\n",
    "Job Applicant Saved Answers.csv": 'Question,Answer\r\nMay you work here?,"Yes, since 2014"\r\n',
    "Private_identity_asset.csv": "Private Identity Asset Name,Private Identity Asset Raw Text\r\n"
    "cv.pdf,My whole life\r\n",
    "Connections.csv": _NOTES
    + "First Name,Last Name,URL,Email Address,Company,Position,Connected On\r\nBen,B,,,Mill,Miller,05 Sep 2023\r\n",
    "Invitations.csv": "From,To,Sent At,Message,Direction,inviterProfileUrl,inviteeProfileUrl\r\n"
    'Ben,Mara,"9/5/23, 8:12 AM",Let us meet,INCOMING,,\r\n',
    "SearchQueries.csv": "Time,Search Query\r\nSat Sep 05 08:12:14 UTC 2026,=cmd|'/c calc'!A1\r\n",
    "Ad_Targeting.csv": "Member Age,Buyer Groups,Company Names,Company Names,Company Follower of,Company Names,"
    "Member Gender,Job Titles,Job Titles,Job Titles\r\n35-54,,One,Two,,Three,F,a,b,c\r\n",
    "Inferences_about_you.csv": "Category,Type of inference,Description,Inference\r\nWork,Seniority,Guessed,Senior\r\n",
    "Learning.csv": "Content Title,Content Description,Content Type,Content Last Watched Date (if viewed),"
    "Content Completed At (if completed),Content Saved,Notes taken on videos (if taken),\r\nArches,,VIDEO,,,,hold,\r\n",
    "Email Addresses.csv": "Email Address,Confirmed,Primary,Updated On\r\nm@x.example,Yes,Yes,Not Available\r\n",
    "Registration.csv": "Registered At,Registration Ip,Subscription Types\r\n"
    "Sat Sep 05 08:12:14 UTC 2009,192.0.2.1,\r\n",
    "Logins.csv": _NOTES
    + "Login Date,IP Address,User Agent,Login Type\r\n2026-01-01,192.0.2.1,Mozilla,Web\r\n",
    # what no reader knows: a new column, a cell beyond the header, a new file, an archive in the archive
    "Courses.csv": "Name,Number,Mood\r\nRivers,7,calm,and more\r\n",
    "Hobbies of the Future.csv": "Name\r\nNothing\r\n",
    "more.zip": b"PK",
}

#: The small archive: no posts, comments or articles.
BASIC = {
    name: COMPLETE[name]
    for name in (
        "Profile.csv",
        "Positions.csv",
        "Skills.csv",
        "Connections.csv",
        "Registration.csv",
        "messages.csv",
    )
}

#: In several languages, without a date of birth, an address for a place, and a text that is not UTF-8.
OF_2025: dict[str, str | bytes] = {
    "Profile.csv": _PROFILE + 'Zoë,Ω,,,,Bäckerin,"Brot, 面包, خبز",,,"Paris, Île-de-France, France",,,\r\n',
    "Positions.csv": _NOTES
    + "Company Name,Title,Description,Location,Started On,Finished On\r\nFour,Boulangère,"
    "Pain à l’ancienne,Paris,févr. 2022,\r\n",
    "Shares.csv": _SHARES + "2025-05-01 10:00:00,https://x.example/9,Из печи 🍞,,,PUBLIC\r\n",
    "guide_messages.csv": _TALK
    + '"g","","Zoë Ω","","Guide","","2025-08-03 08:00:00 UTC","","Wie backe ich?",'
    '"INBOX"\r\n',
    "Member_Follows_77.csv": _NOTES + "Date,Status,FullName\r\n5 mai 2024,Active,Amélie\r\n",
    "Comments.csv": b"Date,Link,Message\r\n2025-01-02 03:04:05,https://x.example/1,caf" + b"\xe9\r\n",
}

#: As archives were years ago: other names, other letters, no visibility.
OLD: dict[str, str | bytes] = {
    "PROFILE.CSV": "FIRST NAME,LAST NAME,GEO LOCATION\nAnn,Example,Canada\n",
    "shares.csv": "Date,ShareLink,ShareCommentary,SharedURL,MediaURL\n2012-01-02 03:04:05,l,Old words,u,m\n",
    "Rich Media.csv": "Type,Link\nphoto,javascript:alert(1)\n",
    "Connections.csv": "First Name,Last Name,Email Address,Company,Position,Connected On\n"
    "Ben,B,b@x.example,M,M,févr. 2012\n",
    "Patents.csv": "Title,Number\nOven,7\n",
    "Contacts.csv": "Name,Phone\nBen,1\n",
}

ALL = {"complete": COMPLETE, "basic": BASIC, "of_2025": OF_2025, "old": OLD}


def zipped(path: Path, files: dict[str, str | bytes]) -> Path:
    """A ZIP of these files, deflated, with no moment of its making in it."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return path


#: The answers of the portability interface, a page at a time, of a person in Switzerland.
INTERFACE: dict[str, str | bytes] = {
    "profile.json": json.dumps({
        "paging": {"start": 0, "count": 10, "total": 99, "links": []},
        "elements": [{"snapshotDomain": "PROFILE", "snapshotData": [{
            "First Name": "Mara", "Last Name": "Muster", "Birth Date": "Mar 4, 1990", "Headline": "Baut Brücken",
            "Geo Location": "Zürich, Switzerland", "Websites": "[OTHER:javascript:alert(1)]", "Mood": "calm",
        }]}],
    }),
    "pages.json": json.dumps([
        {"elements": [{"snapshotDomain": "MEMBER_SHARE_INFO", "snapshotData": [
            {"Date": "2019-06-01 08:00:00", "ShareCommentary": "A bridge opened 橋", "Visibility": "PUBLIC"},
            {"Date": "June 2020", "ShareCommentary": "", "MediaUrl": "x"}]}], "paging": {"start": 0}},
        {"elements": [{"snapshotDomain": "MEMBER_SHARE_INFO", "snapshotData": [
            {"Date": "2025-06-01 08:00:00", "ShareCommentary": "Another", "Extra": {"x": [1, 2]}}]}]},
        {"elements": [{"snapshotDomain": "INBOX", "snapshotData": [{"FROM": "Ben", "CONTENT": SECRET}]},
                      {"snapshotDomain": "OF_NEXT_YEAR", "snapshotData": [{"a": "b"}]}]},
    ]),
    "404.json": '{"elements": [{"snapshotDomain": "JOB_APPLICATIONS", "snapshotData": []}]}',
}  # fmt: skip
