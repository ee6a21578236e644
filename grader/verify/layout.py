"""What lies where in the archive of a competition: the site writes it so, and the replay reads it so."""

import re

FORMAT = "holdout-archive-1"

README = "README.md"
FACTS = "archive.json"
COMMITMENTS = "commitments.json"
TEAMS = "teams.json"
SUBMISSIONS = "submissions.jsonl"
RECEIPTS = "receipts.jsonl"
RANKING = "ranking.json"
NEEDED = (FACTS, COMMITMENTS, TEAMS, SUBMISSIONS, RECEIPTS, RANKING)

# A submission's file as it was sent, or what its model has answered.
_SENT_FILE = r"sent/[0-9a-f-]{36}"
_ANSWERS_FILE = r"answers/[0-9a-f-]{36}\.npy"
_SOLUTION_FILE = r"solutions/[0-9]{1,6}\.csv"
KNOWN_NAME = re.compile(
    rf"({'|'.join(re.escape(name) for name in (README, *NEEDED))}|{_SOLUTION_FILE}|{_SENT_FILE}|{_ANSWERS_FILE})\Z"
)


def solution_name(version: int) -> str:
    return f"solutions/{version}.csv"


def sent_name(submission: str) -> str:
    return f"sent/{submission}"


def answers_name(submission: str) -> str:
    return f"answers/{submission}.npy"
