"""`manage.py audit SLUG`: look at a competition's data, print the report, exit with 1 on a red finding.

It must run on the scoring host: it reads labels. The report holds none.
"""

from competitions.models import Competition, DataAudit
from grader.audit import Report
from grading.auditing import audit_waiting
from grading.inspection_command import InspectionCommand
from submissions.launch_jobs import ask_for_audit


class Command(InspectionCommand[DataAudit]):
    help = "Audit a competition's data, keep the report for its page and print it. Exit code 1: a finding is red."

    def ask(self, competition: Competition) -> DataAudit:
        return ask_for_audit(competition, None)

    def work(self) -> None:
        audit_waiting()

    def tell(self, found: DataAudit) -> None:
        self.stdout.write(Report.from_dict(found.report).to_text())
