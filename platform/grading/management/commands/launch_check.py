"""`manage.py launch_check SLUG`: rehearse a competition, print the checklist, exit with 1 on a red line.

It must run on the scoring host: it reads labels.
"""

from competitions.models import Competition, LaunchCheck
from grading.inspection_command import InspectionCommand
from grading.launch.checking import check_waiting
from submissions.launch_jobs import ask_for_launch_check


class Command(InspectionCommand[LaunchCheck]):
    help = "Rehearse a competition as its launch check does, and print the checklist. Exit code 1: a line is red."

    def ask(self, competition: Competition) -> LaunchCheck:
        return ask_for_launch_check(competition, None)

    def work(self) -> None:
        check_waiting(lambda: True)

    def tell(self, found: LaunchCheck) -> None:
        for line in found.lines:
            self.stdout.write(f"{line['level'].upper():<7} {line['name']}: {line['finding']}")
            if line["cure"]:
                self.stdout.write(f"{'':<7} → {line['cure']}")
