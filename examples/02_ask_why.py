"""Why is this record held back, and what would change it? One decision, without any table."""

from datetime import UTC, datetime

from licet.decide import Facts, Policy, Request, decide
from licet.packs import open_pack
from licet.terms import ChoiceState


def main() -> None:
    policy = Policy(open_pack("linkedin_as_reported"))
    request = Request(
        purpose="generative_ai_training",
        category="content.posts",
        at=datetime(2025, 11, 3, tzinfo=UTC),
        visibility="public",
    )
    lisbon = Facts(region="PT")
    for what, asked, facts in (
        ("on the day", request, lisbon),
        ("the day before", request._replace(at=datetime(2025, 11, 2, tzinfo=UTC)), lisbon),
        ("in Texas", request, Facts(region="US-TX")),
        ("who knows where", request, Facts()),
        (
            "toggle off",
            request,
            Facts("PT", choices={"data_for_generative_ai_improvement": ChoiceState.REFUSED}),
        ),
        ("a private message", request._replace(category="private_communication.messages"), lisbon),
    ):
        answer = decide(asked, facts, policy)
        change = answer.would_change
        print(
            f"{what}: {answer.code}, {answer.reason}; {change.sentence if change else 'nothing would change it'}"
        )


if __name__ == "__main__":
    main()
