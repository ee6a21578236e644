"""The next step in words, with the page on which it is taken. Which one it is: `leaderboard.next_step`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from competitions.models import Competition
from leaderboard.next_step import NextStep, Step

# The page of each step that has one; the others are waited for.
PAGES = {
    Step.PUBLISH: "launch_check",
    Step.ORGANIZE: "dashboard",
    Step.SIGN_UP: "join",
    Step.JOIN: "join",
    Step.ASK: "join",
    Step.BE_INVITED: "join",
    Step.ANSWER: "team",
    Step.PREPARE: "data",
    Step.SUBMIT_FIRST: "submit",
    Step.SUBMIT: "submit",
    Step.CHOOSE: "my_submissions",
    Step.SEE_RESULTS: "leaderboard",
}
# Those that ask for something; the others are said quietly.
ASKS = frozenset(PAGES) - {Step.ORGANIZE, Step.SUBMIT, Step.SEE_RESULTS, Step.BE_INVITED} | {Step.CONFIRM}


@dataclass(frozen=True)
class Said:
    """`sentence` may end in a time: `at`, after `before_time`. `tab`: of the page that `address` leads to."""

    step: Step
    sentence: str
    button: str = ""
    address: str = ""
    tab: str = ""
    before_time: str = ""
    at: datetime | None = None

    @property
    def is_quiet(self) -> bool:
        """Whether nothing is asked of the reader."""
        return self.step not in ASKS


def said(step: NextStep, competition: Competition) -> Said | None:
    """None: there is nothing to say."""
    if step.step == Step.NOTHING:
        return None
    sentence, button, before_time = WORDS[step.step](step)
    name = PAGES.get(step.step, "")
    address = reverse(name, args=[competition.pk if name == "dashboard" else competition.slug]) if name else ""
    if step.step == Step.CONFIRM:
        address = reverse("account_email")
    if step.step == Step.SEE_RESULTS:
        address += "?board=private"
    tab = "launch" if name == "launch_check" else name
    return Said(step.step, sentence, button, address, tab, before_time if step.at else "", step.at)


def _publish(_step: NextStep) -> tuple[str, str, str]:
    return _("Only its organizers see this competition: check it, then publish it."), _("Launch check"), ""


def _organize(_step: NextStep) -> tuple[str, str, str]:
    return _("You organize this competition."), _("Its dashboard"), ""


def _sign_up(_step: NextStep) -> tuple[str, str, str]:
    return _("Sign up or sign in, then join."), _("Join the competition"), _("Open to new teams until")


def _join(_step: NextStep) -> tuple[str, str, str]:
    return _("Join to take part: read the rules and accept them."), _("Join the competition"), _("Possible until")


def _confirm(_step: NextStep) -> tuple[str, str, str]:
    return (
        _("Confirm your e-mail address by the link in our letter, then join."),
        _("Your e-mail addresses"),
        _("Open to new teams until"),
    )


def _ask(_step: NextStep) -> tuple[str, str, str]:
    return _("The organizers decide who takes part."), _("Ask to be let in"), _("Open to new teams until")


def _wait_for_decision(_step: NextStep) -> tuple[str, str, str]:
    return _("You have asked to be let in; the organizers have not decided yet."), "", ""


def _be_invited(_step: NextStep) -> tuple[str, str, str]:
    return _("This competition is for people whom its organizers know."), _("What you need"), ""


def _answer(step: NextStep) -> tuple[str, str, str]:
    sentence = ngettext(
        "An invitation or a proposal waits for your answer.",
        "%(count)d invitations or proposals wait for your answer.",
        step.count,
    ) % {"count": step.count}
    return sentence, _("Answer"), ""


def _prepare(_step: NextStep) -> tuple[str, str, str]:
    return _("You are in. Look at the data until it opens."), _("To the data"), _("It opens")


def _submit_first(_step: NextStep) -> tuple[str, str, str]:
    return _("Get the data, then send your first predictions."), _("Submit predictions"), _("It closes")


def _submit(step: NextStep) -> tuple[str, str, str]:
    sentence = ngettext(
        "Your team may send %(count)d more file now.", "Your team may send %(count)d more files now.", step.count
    ) % {"count": step.count}
    return sentence, _("Submit predictions"), _("It closes")


def _choose(step: NextStep) -> tuple[str, str, str]:
    sentence = ngettext(
        "Choose your final submission.", "Choose your final %(count)d: your team is ranked by the best of them.",
        step.count,
    ) % {"count": step.count}  # fmt: skip
    return sentence, _("Choose"), _("Possible until")


def _wait_for_slot(_step: NextStep) -> tuple[str, str, str]:
    return _("Your team has no submission left now."), "", _("The next slot opens")


def _wait_for_results(_step: NextStep) -> tuple[str, str, str]:
    return _("The final ranking is still to come."), "", _("It is shown")


def _see_results(_step: NextStep) -> tuple[str, str, str]:
    return _("The private results are out."), _("See the final ranking"), ""


WORDS: dict[Step, Callable[[NextStep], tuple[str, str, str]]] = {
    Step.PUBLISH: _publish,
    Step.ORGANIZE: _organize,
    Step.SIGN_UP: _sign_up,
    Step.JOIN: _join,
    Step.CONFIRM: _confirm,
    Step.ASK: _ask,
    Step.WAIT_FOR_DECISION: _wait_for_decision,
    Step.BE_INVITED: _be_invited,
    Step.ANSWER: _answer,
    Step.PREPARE: _prepare,
    Step.SUBMIT_FIRST: _submit_first,
    Step.SUBMIT: _submit,
    Step.CHOOSE: _choose,
    Step.WAIT_FOR_SLOT: _wait_for_slot,
    Step.WAIT_FOR_RESULTS: _wait_for_results,
    Step.SEE_RESULTS: _see_results,
}
