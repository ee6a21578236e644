"""What the stories of ladder boards send: a team is told a score only when its file clearly beats what it has to beat.

Public targets 5 and 3. The baseline says 3 and 3: losses 4 and 0, MSE 2. A file is told when the mean of the losses'
differences is above their standard deviation / √2, and the gain above 0.001.
"""

from cast_of_stories import predictions
from django.core.files.base import ContentFile

from grading.tasks import score_waiting
from submissions import lifecycle
from submissions.uploads import store_upload
from teams.models import Team

BASELINE = predictions(3, 3)
# Against the baseline 0.375 better, with differences of 1.75 and -1: 0.375 < 0.972.
NOT_CLEARLY_ABOVE = predictions(3.5, 4)
# 1.5 better, differences 3 and 0: 1.5 > 1.061. MSE 0.5.
FIRST_RUNG = predictions(4, 3)
# 0.095 better than that, differences 1 and -0.81: 0.095 < 0.640. MSE 0.405.
NOT_CLEARLY_BETTER = predictions(5, 3.9)
# 0.375 better than the first rung, differences 0.75 and 0: 0.375 > 0.265. MSE 0.125.
SECOND_RUNG = predictions(4.5, 3)


def told(submission):
    submission.refresh_from_db()
    return submission.evaluation.told


def reload(*teams):
    """The stories' objects as the database has them now."""
    for team in teams:
        team.refresh_from_db()
        team.competition.refresh_from_db()


def enter_baseline(competition, content=BASELINE, name="Always three"):
    team = Team.objects.create(competition=competition, name=name, is_baseline=True)
    sent = lifecycle.submit(team, None, store_upload(competition, ContentFile(content.encode(), name="b.csv")))
    score_waiting()
    return sent
