"""What a competition's board gives away as it is set, and under the other policy: for organizers, from closed forms.

Needs no labels: what must be known of them (how many, how far apart, how spread) the scoring worker has written down.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from competitions.models import Competition
from config.by_locale import decimal, percent, whole
from grader.scoring.classification import SMALLEST_PROBABILITY
from grader.scoring.disclosure import Policy, recommended_decimals, squared_error_difference_spread
from grader.scoring.leak_meter import ACCOUNTS, BOOSTING_TARGET, Board, Leak, measure
from leaderboard.models import IntegrityState, Standing
from submissions.merging import most_by_now

# A competition that never closes is reckoned with so many days.
DAYS_WITHOUT_AN_END = 30
# The scores that are a squared error in another unit; the closed forms are of these.
SQUARED_ERRORS = ("mse", "rmse", "r2")


class NotMeasured(Exception):
    """Why there is nothing to say yet, and what to do."""


@dataclass(frozen=True)
class Assumed:
    """What the meter reckons with. `is_endless`: the files are those of DAYS_WITHOUT_AN_END days.

    `head_start` and `known_head_start`, in squared errors: how far below the weakest baseline, where a ladder begins,
    lie a file of one value and the best file of all. None: there is no baseline, so a team begins as low as it likes.
    """

    public_count: int
    decimals: int
    files: int
    is_endless: bool
    label_count: int
    label_step: float
    label_spread: float
    spread: float
    spread_of: str
    head_start: float | None
    known_head_start: float | None


@dataclass(frozen=True)
class UnderPolicy:
    """The leak under one policy, which is the competition's own or the other one.

    `is_held_back`: to teams that have a model as good as the best file, and show it in small steps.
    """

    policy: Policy
    is_set: bool
    leak: Leak
    is_held_back: bool = False

    @property
    def name(self) -> str:
        """What stands before its numbers."""
        name = _("Ladder") if self.policy == Policy.LADDER else _("Plain")
        if self.is_held_back:
            name = _("%(policy)s, a good model held back") % {"policy": name}
        return _("%(policy)s (as it is set)") % {"policy": name} if self.is_set else name

    @property
    def sentence(self) -> str:
        """What the numbers come to, and what to do."""
        leak = self.leak
        if self.is_held_back:
            return _(
                "Each small step above the baseline is told. Whoever holds back a model as good as the "
                "best file, and shows it bit by bit with a question in each, gains up to %(gain_of_one)s "
                "by the files of one account, %(gain_of_many)s by those of %(accounts)s. The ladder begins "
                "at the weakest baseline: mark strong ones only."
            ) % {
                "gain_of_one": percent(leak.gain_of_one, 2),
                "gain_of_many": percent(leak.gain_of_many, 2),
                "accounts": leak.accounts,
            }
        told = ngettext(
            "One file spells out %(labels)s hidden label, and the files of one account that know nothing lower the "
            "public score by up to %(one)s, those of %(accounts)s accounts by up to %(many)s.",
            "One file spells out %(labels)s hidden labels, and the files of one account that know nothing lower the "
            "public score by up to %(one)s, those of %(accounts)s accounts by up to %(many)s.",
            leak.labels_per_file,
        ) % {
            "labels": leak.labels_per_file,
            "one": percent(leak.gain_of_one, 2),
            "accounts": leak.accounts,
            "many": percent(leak.gain_of_many, 2),
        }
        if leak.is_within_budget:
            return f"{told} {_('That is within what a board should give away.')}"
        verdict = _("That is more than a board should give away (1 label, %(target)s).") % {
            "target": percent(BOOSTING_TARGET, 0)
        }
        return f"{told} {verdict} {self._cure()}"

    def _cure(self) -> str:
        rows = self.leak.recommended_rows
        if rows is None:
            return _("No number of public rows makes up for so many files: allow fewer.")
        return _(
            "With %(rows)s public rows one account would stay below %(boosting_target)s; fewer files help too."
        ) % {"rows": whole(rows), "boosting_target": percent(BOOSTING_TARGET, 0)}


@dataclass(frozen=True)
class Ceiling:
    """What no attack can exceed, by counting how many scores can be told apart: shares are of the public labels."""

    labels_per_file: float
    share_of_one: float
    share_of_many: float
    accounts: int

    @property
    def sentence(self) -> str:
        """What the numbers come to."""
        return _(
            "A score of so many decimals cannot tell more than %(labels_per_file)s labels, by whatever "
            "attack: all files of one account no more than %(share_of_one)s of the public labels, those of "
            "%(accounts)s accounts no more than %(share_of_many)s."
        ) % {
            "labels_per_file": decimal(self.labels_per_file, 1),
            "share_of_one": percent(self.share_of_one, 1),
            "accounts": self.accounts,
            "share_of_many": percent(self.share_of_many, 1),
        }


@dataclass(frozen=True)
class Leakage:
    """The whole of it; `policies` is empty for a metric that is no squared error, and `ceiling` None for one that
    has no bound.
    """

    assumed: Assumed
    policies: tuple[UnderPolicy, ...]
    ceiling: Ceiling | None
    recommended_decimals: int | None

    @property
    def on_decimals(self) -> str:
        """How the competition's decimals compare with what its rows can tell apart; "" where that is not known."""
        shown, enough = self.assumed.decimals, self.recommended_decimals
        if enough is None:
            return ""
        if shown == enough:
            return _("%(shown)s, as recommended for so many public rows.") % {"shown": shown}
        sentence = (
            _(
                "%(shown)s decimals show chance and more of the labels: %(enough)s would do for so many public rows. "
                "They can be changed until the first submission."
            )
            if shown > enough
            else _(
                "%(shown)s decimals tie teams that can be told apart: %(enough)s would do for so many public rows. "
                "They can be changed until the first submission."
            )
        )
        return sentence % {"shown": shown, "enough": enough}


def leakage_of(competition: Competition) -> Leakage:
    """What the board gives away. Raises NotMeasured."""
    assumed = _assumed(competition)
    if competition.metric not in SQUARED_ERRORS:
        return Leakage(assumed, (), _ceiling(competition, assumed), None)
    difference = squared_error_difference_spread(assumed.spread) / _squares_per_unit(competition, assumed)
    return Leakage(
        assumed,
        tuple(_under_policies(competition, assumed)),
        _ceiling(competition, assumed),
        recommended_decimals(assumed.public_count, difference),
    )


def _under_policies(competition: Competition, assumed: Assumed) -> Iterator[UnderPolicy]:
    """The competition's own policy first; a ladder with a head start once more for those who have a model."""
    own = Policy(competition.disclosure)
    for policy in (own, Policy.LADDER if own == Policy.PLAIN else Policy.PLAIN):
        leak = measure(_board(competition, assumed, policy, assumed.head_start), assumed.files)
        yield UnderPolicy(policy, policy == own, leak)
        if policy == Policy.LADDER and assumed.known_head_start:
            leak = measure(_board(competition, assumed, policy, assumed.known_head_start), assumed.files)
            yield UnderPolicy(policy, policy == own, leak, is_held_back=True)


def files_per_account(competition: Competition) -> tuple[int, bool]:
    """The most that one account may send until closing, and whether no closing is set."""
    end = competition.closes_at or competition.opens_at + timedelta(days=DAYS_WITHOUT_AN_END)
    return most_by_now(competition, end - timedelta(microseconds=1)), competition.closes_at is None


def _assumed(competition: Competition) -> Assumed:
    state = IntegrityState.objects.filter(competition=competition).select_related("solution").first()
    solution = competition.solutions.filter(is_active=True).first()
    if solution is None or not solution.public_count:
        raise NotMeasured(_("There is no accepted solution: upload one first."))
    if state is None or state.solution_id != solution.pk or state.label_count is None or state.label_spread is None:
        raise NotMeasured(
            _("The scoring worker has not looked at the labels yet. Open this page again in two minutes.")
        )
    if state.label_step is None:
        raise NotMeasured(_("All public labels are the same: there is nothing to give away, and nothing to predict."))
    files, is_endless = files_per_account(competition)
    baselines = _squared(competition, state.label_spread, is_ranked=False)
    teams = _squared(competition, state.label_spread, is_ranked=True)
    if baselines and min(baselines) > 0:
        spread, spread_of = math.sqrt(min(baselines)), _("the errors of the best baseline")
    elif teams and min(teams) > 0:
        spread, spread_of = math.sqrt(min(teams)), _("the errors of the best team")
    else:
        spread, spread_of = state.label_spread, _("the labels themselves, as there is no file yet")
    return Assumed(
        public_count=solution.public_count,
        decimals=competition.decimals,
        files=files,
        is_endless=is_endless,
        label_count=state.label_count,
        label_step=state.label_step,
        label_spread=state.label_spread,
        spread=spread,
        spread_of=spread_of,
        head_start=max(0.0, max(baselines) - state.label_spread**2) if baselines else None,
        known_head_start=max(baselines) - min(baselines + teams) if baselines else None,
    )


def _squared(competition: Competition, label_spread: float, *, is_ranked: bool) -> list[float]:
    """The mean squared errors of the best files of teams or baselines; none for other metrics."""
    if competition.metric not in SQUARED_ERRORS:
        return []
    standings = Standing.objects.filter(competition=competition, is_ranked=is_ranked)
    scores = standings.values_list("best__public_score", flat=True)
    return [_mean_square(score, competition.metric, label_spread) for score in scores if score is not None]


def _mean_square(score: float, metric: str, label_spread: float) -> float:
    if metric == "r2":
        return float((1.0 - score) * label_spread**2)
    return score**2 if metric == "rmse" else score


def _squares_per_unit(competition: Competition, assumed: Assumed) -> float:
    """By how much the mean squared error moves with one unit of the score, near the files that are there."""
    if competition.metric == "rmse":
        return 2.0 * assumed.spread
    return assumed.label_spread**2 if competition.metric == "r2" else 1.0


def _board(competition: Competition, assumed: Assumed, policy: Policy, head_start: float | None) -> Board:
    # Rounded up: what is told of a root or a share is taken for no coarser than it is.
    decimals = max(0, math.ceil(assumed.decimals - math.log10(_squares_per_unit(competition, assumed)) - 1e-9))
    lowest = -math.inf if competition.lowest is None else competition.lowest
    highest = math.inf if competition.highest is None else competition.highest
    # Without a baseline the first file is told whatever it is: then each one can be made to be told.
    if head_start is None:
        head_start = assumed.files * 10.0**-decimals
    return Board(
        assumed.public_count,
        decimals,
        assumed.spread,
        policy,
        lowest,
        highest,
        assumed.label_step,
        assumed.label_count,
        head_start,
    )


def _ceiling(competition: Competition, assumed: Assumed) -> Ceiling | None:
    """log_q of how many scores a file can get, for q labels. A ladder tells no more."""
    width = _width_of_scores(competition)
    if not math.isfinite(width):
        return None
    per_file = math.log(width * 10.0**assumed.decimals + 1.0, assumed.label_count)
    one, many = (
        min(1.0, files * per_file / assumed.public_count) for files in (assumed.files, assumed.files * ACCOUNTS)
    )
    return Ceiling(per_file, one, many, ACCOUNTS)


def _width_of_scores(competition: Competition) -> float:
    """How far apart the best and the worst score of a file can lie; infinite where nothing bounds it."""
    metric = competition.scored_by
    if math.isfinite(metric.lowest) and math.isfinite(metric.highest):
        return metric.highest - metric.lowest
    if competition.metric == "log_loss":
        return -math.log(SMALLEST_PROBABILITY)
    if competition.metric == "r2" or competition.lowest is None or competition.highest is None:
        return math.inf
    reach = competition.highest - competition.lowest
    return reach**2 if competition.metric == "mse" else reach
