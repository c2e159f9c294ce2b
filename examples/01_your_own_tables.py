"""Your own tables, in Python: describe them, put a policy in force, and read them through the gate."""

import tempfile
from pathlib import Path

import pyarrow as pa

import licet

CATALOGUE = """
licet_catalogue: 1
facts:
  table: people
  subject: id
  region: country
tables:
  people:
    location: {arrow: people}
    key: id
    subjects: [id]
    columns: {country: profile.location, headline: profile.headline, shoe_size: null}
  posts:
    location: {arrow: posts}
    key: post_id
    subjects: [author]
    visibility: audience
    columns: {text: content.posts}
  messages:
    location: {arrow: messages}
    key: message_id
    subjects: [sender, recipients]
    columns: {text: private_communication.messages}
"""

PEOPLE = pa.table(
    {
        "id": ["ana", "bo", "cleo", "dee"],
        "country": ["PT", "SE", "US", None],
        "headline": ["Baker", "Nurse", "Welder", "Teacher"],
        "shoe_size": [38, 44, 41, 39],
    }
)
POSTS = pa.table(
    {
        "post_id": [1, 2, 3, 4],
        "author": ["ana", "bo", "cleo", "ana"],
        "audience": ["public", "public", "public", "connections"],
        "text": ["Rye is patient.", "Night shift again.", "New torch!", "For friends only."],
    }
)
MESSAGES = pa.table({"message_id": [9], "sender": ["ana"], "recipients": [["bo", "cleo"]], "text": ["Psst."]})


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, licet.create(folder) as workspace:
        Path(folder, "catalogue.yaml").write_text(CATALOGUE)
        workspace.use_pack("linkedin_as_reported")
        gate = workspace.gate(
            purpose="generative_ai_training",
            tables={"people": PEOPLE, "posts": POSTS, "messages": MESSAGES},
        )
        print(gate.read("posts").to_pylist())
        print(gate.read("people").column_names, gate.unlabelled())
        print(len(gate.read("messages")), "messages")
        for row in gate.counts().held_back:
            print(row.table, row.region, row.code, row.records)


if __name__ == "__main__":
    main()
