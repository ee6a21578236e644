"""Whatever happens to a competition, in whatever order: the standings that were kept are those made anew."""

from contextlib import suppress

from cast_of_stories import GOOD, PERFECT, SOLUTION
from django.core.files.base import ContentFile
from django.db.models import ProtectedError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from hypothesis.extra.django import TestCase
from ladder_of_stories import BASELINE, FIRST_RUNG, NOT_CLEARLY_ABOVE, NOT_CLEARLY_BETTER, SECOND_RUNG

from accounts.models import User
from accounts.organizers import make_organizer
from competitions.models import Competition, DataFile, Rescore, Solution
from grading.solutions import check
from grading.tasks import rescore, score_waiting
from leaderboard import moderation
from leaderboard.board import standings
from leaderboard.final_selection import SelectionRefused, select
from leaderboard.mergers import accept_proposal
from leaderboard.models import Standing
from leaderboard.standings import KEPT, rebuild
from submissions import lifecycle, rescores
from submissions.models import Status, Submission
from submissions.uploads import store_upload
from teams.joining import join
from teams.members import ChangeRefused, captain_of
from teams.models import MergeProposal, Team

OF_VERSIONS = (SOLUTION, SOLUTION.replace("1,5,", "1,4,").replace("4,1,", "4,5,"))
# The last of them is rejected.
FILES = (GOOD, PERFECT, PERFECT.replace("4,1", "4,3"), GOOD.replace("1,4", "1,4.01"), GOOD.replace("1,4", "1,n/a"))
TEAMS = 4


class Histories(TestCase):
    disclosure = "plain"
    files = FILES

    def setUp(self):
        self.olga = User.objects.create_user("olga")
        make_organizer(self.olga)
        self.competition = Competition.objects.create(
            slug="stars",
            title="Five stars",
            is_published=True,
            daily_limit=100,
            max_team_size=10,
            disclosure=self.disclosure,
        )
        self.competition.organizers.add(self.olga)
        rows = "".join(f"{number},u,Book\n" for number in range(1, 6))
        DataFile.objects.create(
            competition=self.competition,
            name="test.csv",
            file=ContentFile(f"id,user_id,book_name\n{rows}", "t.csv"),
        )
        assert check(self.new_version())
        self.teams = [join(User.objects.create_user(f"user {n}"), self.competition) for n in range(TEAMS)]

    def new_version(self):
        number = self.competition.solutions.count()
        return Solution.objects.create(
            competition=self.competition, version=number + 1, file=ContentFile(OF_VERSIONS[number % 2], "s.csv")
        )

    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
    @given(some.data())
    def test_what_was_kept_equals_what_is_made_anew(self, data):
        steps = [self.send] * 5 + [
            self.select, self.grade_again, self.rescore, self.judge_submission, self.judge_team, self.judge_baseline,
            self.merge, self.delete_team,
        ]  # fmt: skip
        for _ in range(data.draw(some.integers(1, 14))):
            data.draw(some.sampled_from(steps))(data)
            kept = self.kept()
            shown = [standings(self.competition, private=private) for private in (False, True)]
            assert rebuild(self.competition) == 0
            Standing.objects.all().delete()
            rebuild(self.competition)
            assert self.kept() == kept
            assert [standings(self.competition, private=private) for private in (False, True)] == shown

    def kept(self):
        return list(Standing.objects.order_by("team").values_list("team", "competition", *KEPT))

    def a_team(self, data):
        return data.draw(some.sampled_from(list(Team.objects.filter(merged_into=None).order_by("pk"))))

    def a_submission(self, data, **of_kind):
        found = list(Submission.objects.filter(**of_kind).order_by("submitted_at", "pk"))
        return data.draw(some.sampled_from(found)) if found else None

    def send(self, data):
        team = self.a_team(data)
        if not team.disqualified_at:
            upload = store_upload(
                self.competition, ContentFile(data.draw(some.sampled_from(self.files)).encode(), "p.csv")
            )
            lifecycle.submit(team, team.memberships.first().user, upload)
            score_waiting()

    def select(self, data):
        if submission := self.a_submission(data):
            with suppress(SelectionRefused):
                select(submission, not submission.is_selected)

    def grade_again(self, data):
        if submission := self.a_submission(data, status=Status.SCORED):
            assert lifecycle.regrade(submission)
            if data.draw(some.booleans()):
                score_waiting()

    def rescore(self, data):
        version = self.new_version()
        assert check(version)
        version.refresh_from_db()
        asked = rescores.ask(version, self.olga)
        self.work_until(asked, Rescore.State.PREVIEWED)
        assert rescores.make_active(asked), asked.failure
        self.work_until(asked, Rescore.State.ACTIVE)

    def work_until(self, asked, state):
        """The worker's turns: after each step a rescore makes way for what waits for its score."""
        for _ in range(20):
            rescore()
            asked.refresh_from_db()
            if asked.state == state:
                return
        raise AssertionError(f"{asked.state}: {asked.failure}")

    def judge_submission(self, data):
        if submission := self.a_submission(data):
            moderation.disqualify_submission(submission, "Copied.", self.olga) or moderation.reinstate_submission(
                submission, "It was not.", self.olga
            )

    def judge_team(self, data):
        team = self.a_team(data)
        moderation.disqualify_team(team, "Two accounts.", self.olga) or moderation.reinstate_team(
            team, "It was not so.", self.olga
        )

    def judge_baseline(self, data):
        team = self.a_team(data)
        moderation.mark_baseline(team, "Ours.", self.olga) or moderation.unmark_baseline(team, "Not ours.", self.olga)

    def merge(self, data):
        first, second = self.a_team(data), self.a_team(data)
        if first != second:
            asking = captain_of(first)
            proposal = MergeProposal.objects.create(from_team=first, to_team=second, proposed_by=asking)
            with suppress(ChangeRefused):
                accept_proposal(proposal, captain_of(second))
            MergeProposal.objects.filter(pk=proposal.pk, state="waiting").delete()

    def delete_team(self, data):
        team = self.a_team(data)
        if Team.objects.filter(merged_into=None).count() > 1:
            # A team with submissions stays.
            with suppress(ProtectedError):
                team.delete()


class HistoriesOfLadders(Histories):
    """What a team is told depends on all that came before, and is kept as a fact: so the boards can be made anew."""

    disclosure = "ladder"
    files = (*FILES, BASELINE, NOT_CLEARLY_ABOVE, FIRST_RUNG, NOT_CLEARLY_BETTER, SECOND_RUNG)
