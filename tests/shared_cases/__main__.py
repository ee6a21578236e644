"""`PYTHONPATH=tests:. python -m shared_cases` freezes what the readers answer now; the difference is for reading."""

import json

from shared_cases.answers import answers
from shared_cases.case import EXPECTED

EXPECTED.write_text(json.dumps(answers(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
