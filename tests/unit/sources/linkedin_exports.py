"""Made-up exports, whole: the complete and the basic one of 2026, and one of years ago. Nobody real is in them."""

from __future__ import annotations

MESSAGES = (
    '"CONVERSATION ID","CONVERSATION TITLE","FROM","SENDER PROFILE URL","TO","RECIPIENT PROFILE URLS","DATE",'
    '"SUBJECT","CONTENT","FOLDER"\r\n'
    '"c1","","Ann Example","https://x.example/a","Ben","https://x.example/b","2026-09-05 08:12:14 UTC","",'
    '"A secret\nin two lines","INBOX"\r\n'
)
NOTES = 'Notes:\r\n"Some addresses may be missing, for ""privacy""\nand other reasons."\r\n\r\n'

#: The complete export of 2026, a file a line where that is enough.
COMPLETE: dict[str, str] = {
    "Profile.csv": (
        "First Name,Last Name,Maiden Name,Address,Birth Date,Headline,Summary,Industry,Zip Code,Geo Location,"
        "Twitter Handles,Websites,Instant Messengers\r\n"
        'Ann,Example,,1 Main St,"Feb 3, 1980",Baker,I bake,Food,8001,"Zürich, Switzerland",,'
        "[PERSONAL:https://ann.example],\r\n"
    ),
    "Positions.csv": (
        "Company Name,Title,Description,Location,Started On,Finished On\r\n"
        'Oven Ltd,Baker,"Bread,\nand ""cake""",Bern,Mar 2021,\r\n'
    ),
    "Skills.csv": "Name\r\nBaking\r\nRiding\r\n",
    "Shares_1234567.csv": (
        "\ufeffDate,ShareLink,ShareCommentary,SharedUrl,MediaUrl,Visibility\r\n"
        "2026-01-02 03:04:05,https://x.example/1,Hello world,,,PUBLIC\r\n"
        '2026-01-03 03:04:05,https://x.example/2,"two\nlines",,,MEMBER_NETWORK\r\n'
        "someday,https://x.example/3,no date,,,\r\n"
    ),
    "Comments_1234567.csv": "Date,Link,Message\r\n2026-01-02 03:04:05,https://x.example/1,Nice\r\n",
    "Votes.csv": "Date,Link,OptionText\r\n2026-01-02 03:04:05,https://x.example/1,Yes\r\n",
    "Reactions.csv": "Date,Type,Link\r\n2026-01-02 03:04:05,LIKE,https://x.example/1\r\n",
    "InstantReposts.csv": "Date,Link\r\n2026-01-02 03:04:05,https://x.example/1\r\n",
    "Articles/Articles/on-bread.html": (
        "<html><head><title>T</title></head><body><h1>On bread</h1><p class='published'>Published on 2024-05-06"
        " 07:08</p><p>It rises.</p><script>bad()</script></body></html>"
    ),
    "messages.csv": MESSAGES,
    "coach_messages.csv": MESSAGES,
    "LearningCoachMessages.csv": "No conversations found",
    "Jobs/Job Applications_1.csv": (
        "Application Date,Contact Email,Contact Phone Number,Company Name,Job Title,Job Url,Resume Name,"
        "Question And Answers\r\n1/13/26 8:12 AM,a@ann.example,+41 1,Oven,Baker,,cv.pdf,salary? 5\r\n"
    ),
    "Job Applications.csv": (
        "Application Date,Contact Email,Contact Phone Number,Company Name,Job Title,Job Url,Resume Name,"
        "Question And Answers\r\n05 Sep 2023,a@ann.example,+41 1,Mill,Miller,,cv.pdf,\r\n"
    ),
    "Job Applicant Saved Answers.csv": "Question,Answer\r\nWhere?,Here\r\n",
    "Connections.csv": NOTES
    + "First Name,Last Name,URL,Email Address,Company,Position,Connected On\r\nBen,B,,,Mill,Miller,05 Sep 2023\r\n",
    "Invitations.csv": (
        "From,To,Sent At,Message,Direction,inviterProfileUrl,inviteeProfileUrl\r\n"
        'Ben,Ann,"9/5/23, 8:12 AM",Let us meet,INCOMING,,\r\n'
    ),
    "Ad_Targeting.csv": (
        "Member Age,Buyer Groups,Company Names,Company Names,Company Follower of,Company Names,Member Gender,"
        "Job Titles,Job Titles,Job Titles\r\n35-54,,One,Two,,Three,F,a,b,c\r\n"
    ),
    "Inferences_about_you.csv": "Category,Type of inference,Description,Inference\r\nx,y,z,w\r\n",
    "Learning.csv": (
        "Content Title,Content Description,Content Type,Content Last Watched Date (if viewed),"
        "Content Completed At (if completed),Content Saved,Notes taken on videos (if taken),\r\n"
        "Bread,,VIDEO,,,,fold it,\r\n"
    ),
    "Email Addresses.csv": "Email Address,Confirmed,Primary,Updated On\r\na@ann.example,Yes,Yes,Not Available\r\n",
    "Registration.csv": (
        "Registered At,Registration Ip,Subscription Types\r\nSat Sep 05 08:12:14 UTC 2009,192.0.2.1,FREE\r\n"
    ),
    "Logins.csv": NOTES
    + "Login Date,IP Address,User Agent,Login Type\r\n2026-01-01,192.0.2.1,Mozilla,Web\r\n",
    "Private_identity_asset.csv": (
        "Private Identity Asset Name,Private Identity Asset Raw Text\r\ncv.pdf,My whole life\r\n"
    ),
    "Hobbies of the Future.csv": "Name\r\nNothing\r\n",
}

BASIC = {
    name: text for name, text in COMPLETE.items() if not name.startswith(("Shares", "Articles", "Comments"))
}

#: As exports were years ago: other names, other letters, no preamble.
OLD: dict[str, str] = {
    "PROFILE.CSV": "FIRST NAME,LAST NAME,GEO LOCATION\nAnn,Example,Georgia\n",
    "shares.csv": "Date,ShareLink,ShareCommentary,SharedURL,MediaURL\n2012-01-02 03:04:05,l,Old words,u,m\n",
    "Rich Media.csv": "Type,Link\nphoto,javascript:alert(1)\n",
    "Connections.csv": "First Name,Last Name,Email Address,Company,Position,Connected On\n"
    "Ben,B,b@x.example,M,M,févr. 2012\n",
    "Saved_Items.csv": "savedItem,createdTime\nhttps://x.example,2012-01-02\n",
    "SavedJobAlerts.csv": "Saved Search Date,Jobs Search Url\n2012-01-02,https://x.example\n",
    "Patents.csv": "Title,Number\nOven,7\n",
    "Causes You Care About.csv": "Causes\nBread\n",
}
