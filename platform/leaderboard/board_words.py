"""What stands above a board, in words that need no statistics: how far its order can be trusted."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leaderboard.sure_places import Summary, SurePlaces


def sentences_of(sure: SurePlaces, *, has_teams: bool) -> list[str]:
    """Who cannot be told from the first, and on a final board how it was to be expected. `has_teams`: not baselines
    alone."""
    summary = sure.summary
    if summary is None:
        return []
    if not sure.is_current:
        return [_("The order has changed since it was compared; how sure the new one is stands here in a moment.")]
    sentences = [_of_first(summary, has_teams=has_teams)] if summary.compared_count > 1 else []
    if summary.placed_count:
        sentences.append(
            _("%(ended)s of %(placed)s teams ended within the places that the public board had given them.")
            % {"ended": f"{summary.expected_count:,}", "placed": f"{summary.placed_count:,}"}
        )
    return sentences


def _of_first(summary: Summary, *, has_teams: bool) -> str:
    tied = summary.tied_count
    if tied == 1:
        return (
            _(
                "The first team is clearly ahead: on another test set of the same kind it would almost surely be "
                "first again."
            )
            if has_teams
            else _(
                "The first baseline is clearly ahead: on another test set of the same kind it would almost surely be "
                "first again."
            )
        )
    if tied == summary.last_tied:
        together = (
            _(
                "The first %(tied)s teams cannot be told apart: on another test set of the same kind any of them "
                "could be first."
            )
            if has_teams
            else _(
                "The first %(tied)s baselines cannot be told apart: on another test set of the same kind any of them "
                "could be first."
            )
        )
        return together % {"tied": f"{tied:,}"}
    others = (
        ngettext(
            "The first team and %(others)s other below cannot be told apart: on another test set of the same kind any "
            "of them could be first.",
            "The first team and %(others)s others below cannot be told apart: on another test set of the same kind "
            "any of them could be first.",
            tied - 1,
        )
        if has_teams
        else ngettext(
            "The first baseline and %(others)s other below cannot be told apart: on another test set of the same kind "
            "any of them could be first.",
            "The first baseline and %(others)s others below cannot be told apart: on another test set of the same "
            "kind any of them could be first.",
            tied - 1,
        )
    )
    return others % {"others": f"{tied - 1:,}"}
