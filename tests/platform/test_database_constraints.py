"""What the database itself forbids: each test goes round the Python, straight to the row."""

from datetime import timedelta
from itertools import combinations

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.models import Letter, User
from competitions.models import (
    Archive,
    Commitment,
    Competition,
    DataAudit,
    LaunchCheck,
    Page,
    PageKind,
    PublishOverride,
    Rescore,
    Solution,
)
from leaderboard.models import (
    NOTHING_TOLD,
    BoardCertainty,
    IntegrityState,
    ModerationAct,
    PlaceCertainty,
    ProbingSign,
    Receipt,
    Replicates,
    SimilarPair,
    Standing,
)
from submissions.models import ChunkedUpload, Evaluation, Reminder, SliceReport, Status, Submission
from teams.models import (
    EntryInvitation,
    EntryInvitationUse,
    EntryRequest,
    Membership,
    MergeProposal,
    Team,
    TeamInvitation,
)


def refuses(name, change):
    """The change breaks the constraint of that name (SQLite names columns, not constraints, for unique ones)."""
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        change()
    if "CHECK" in str(refusal.value) or connection.vendor == "postgresql":
        assert name in str(refusal.value)
    return True


@pytest.fixture
def waiting(alices_team, send):
    return Submission.objects.filter(pk=send(alices_team).pk)


@pytest.fixture
def evaluation(alices_team, graded):
    return graded(alices_team).evaluation


def test_a_status_that_nobody_knows(waiting):
    assert refuses("submission_status_is_known", lambda: waiting.update(status="lost"))


def test_a_kind_that_nobody_knows(waiting):
    assert refuses("submission_kind_is_known", lambda: waiting.update(kind="poem"))


def test_scored_without_an_evaluation(waiting):
    assert refuses("scored_means_evaluated", lambda: waiting.update(status=Status.SCORED))


def test_an_evaluation_without_being_scored(evaluation, alices_team, send):
    other = Submission.objects.filter(pk=send(alices_team).pk)
    Submission.objects.filter(evaluation=evaluation).update(evaluation=None, status=Status.QUEUED)
    assert refuses("scored_means_evaluated", lambda: other.update(evaluation=evaluation))


def test_a_rejection_without_a_reason(waiting):
    assert refuses("rejected_means_reason", lambda: waiting.update(status=Status.REJECTED))


def test_a_failure_without_a_reason(waiting):
    assert refuses("failed_means_reason", lambda: waiting.update(status=Status.FAILED))


def test_a_file_that_predicts(waiting):
    assert refuses("only_a_model_predicts", lambda: waiting.update(status=Status.PREDICTED))


def test_a_model_with_no_answers_on_its_way_to_a_score(waiting):
    waiting.update(kind="saved_model")
    assert refuses("a_model_is_scored_by_its_predictions", lambda: waiting.update(status=Status.PREDICTED))


def test_a_file_with_a_models_answers(waiting):
    assert refuses("a_model_is_scored_by_its_predictions", lambda: waiting.update(predictions="answers.npy"))


def test_a_model_that_is_run_without_a_lease(waiting):
    waiting.update(kind="saved_model")
    assert refuses("worked_on_means_leased", lambda: waiting.update(status=Status.PREDICTING))


def test_a_competition_that_takes_nothing(competition):
    rows = Competition.objects.filter(pk=competition.pk)
    assert refuses("competition_takes_something", lambda: rows.update(takes_predictions=False))


def test_work_without_a_lease(waiting):
    assert refuses("worked_on_means_leased", lambda: waiting.update(status=Status.SCORING))


@pytest.mark.parametrize("score", [float("inf"), -1.1e308, 1.1e308, float("nan")])
@pytest.mark.parametrize("part", ["public_score", "private_score"])
def test_a_score_that_is_not_finite(evaluation, part, score):
    row = Evaluation.objects.filter(pk=evaluation.pk)
    assert refuses(f"{part}_is_finite", lambda: row.update(metric="r2", **{part: score}))


@pytest.mark.parametrize("part", ["public_score", "private_score"])
def test_a_loss_below_zero_but_an_r2_may_be(evaluation, part):
    row = Evaluation.objects.filter(pk=evaluation.pk)
    assert refuses("only_some_metrics_go_below_zero", lambda: row.update(**{part: -0.001}))
    assert row.update(metric="r2", **{part: -0.001}) == 1


def test_a_private_score_of_a_late_one_and_none_of_a_ranked_one(evaluation):
    row = Evaluation.objects.filter(pk=evaluation.pk)
    assert refuses("private_score_is_finite", lambda: row.update(is_public_only=True))
    assert refuses("private_score_is_finite", lambda: row.update(private_score=None))


def test_a_late_submission_in_the_final_selection(waiting):
    assert refuses("a_late_one_is_not_selected", lambda: waiting.update(is_late=True, is_selected=True))


def test_a_disqualification_without_a_reason(waiting, alices_team):
    now = timezone.now()
    assert refuses("disqualified_submission_means_reason", lambda: waiting.update(disqualified_at=now))
    teams = Team.objects.filter(pk=alices_team.pk)
    assert refuses("disqualified_team_means_reason", lambda: teams.update(disqualified_at=now))
    assert refuses("disqualified_team_means_reason", lambda: teams.update(disqualification="Two accounts."))


def test_a_rehearsing_baseline(alices_team):
    teams = Team.objects.filter(pk=alices_team.pk)
    assert refuses("a_rehearsal_is_no_baseline", lambda: teams.update(is_rehearsal=True, is_baseline=True))


def test_two_captains_of_one_team(alices_team, bobs_team):
    bobs = Membership.objects.filter(team=bobs_team)
    assert refuses("one_captain_per_team", lambda: bobs.update(team=alices_team))
    assert bobs.update(team=alices_team, is_captain=False) == 1


def test_one_person_asks_twice_to_enter(alice, competition):
    EntryRequest.objects.create(competition=competition, user=alice)
    assert refuses(
        "one_entry_request_per_person", lambda: EntryRequest.objects.create(competition=competition, user=alice)
    )


def test_a_decision_about_entry_without_its_time_or_reason(alice, competition):
    rows = EntryRequest.objects.filter(pk=EntryRequest.objects.create(competition=competition, user=alice).pk)
    now = timezone.now()
    assert refuses("a_decided_entry_request_says_when", lambda: rows.update(state="approved"))
    assert refuses("a_decided_entry_request_says_when", lambda: rows.update(decided_at=now))
    assert refuses("a_decided_entry_request_says_when", lambda: rows.update(state="lost", decided_at=now))
    assert refuses("a_denied_entry_request_says_why", lambda: rows.update(state="denied", decided_at=now))
    assert refuses("a_denied_entry_request_says_why", lambda: rows.update(reason="Full."))


@pytest.fixture
def entry_invitation(competition):
    made = EntryInvitation.objects.create(competition=competition, token="a" * 43, email="ada@example.org")
    return EntryInvitation.objects.filter(pk=made.pk)


def test_an_invitation_used_more_often_than_it_was_made_for(entry_invitation):
    assert refuses("entry_invitation_is_not_used_more_often", lambda: entry_invitation.update(use_count=2))
    assert refuses(
        "entry_invitation_is_not_used_more_often", lambda: entry_invitation.update(email="", max_uses=0, use_count=0)
    )


def test_an_invitation_to_one_address_for_two_people_or_made_twice(entry_invitation, competition):
    def once_more():
        EntryInvitation.objects.create(competition=competition, token="b" * 43, email="ada@example.org")

    assert refuses("an_address_is_one_person", lambda: entry_invitation.update(max_uses=2))
    assert refuses("one_open_entry_invitation_per_address", once_more)
    entry_invitation.update(revoked_at=timezone.now())
    once_more()


def test_one_person_uses_an_invitation_twice(entry_invitation, alice):
    use = {"invitation": entry_invitation.get(), "user": alice}
    EntryInvitationUse.objects.create(**use)
    assert refuses("one_use_of_an_entry_invitation_per_person", lambda: EntryInvitationUse.objects.create(**use))


def test_two_teams_whose_names_differ_by_case_alone(alices_team, bobs_team):
    assert refuses("team_names_differ", lambda: Team.objects.filter(pk=bobs_team.pk).update(name="ALICE"))


def test_two_teams_of_one_link(alices_team, bobs_team):
    Team.objects.filter(pk=alices_team.pk).update(link_token="a" * 43)
    assert refuses("team_links_differ", lambda: Team.objects.filter(pk=bobs_team.pk).update(link_token="a" * 43))


def test_a_team_merged_into_itself_or_merged_with_a_link(alices_team, bobs_team):
    rows = Team.objects.filter(pk=alices_team.pk)
    assert refuses("a_team_is_not_merged_into_itself", lambda: rows.update(merged_into=alices_team))
    assert refuses("a_merged_team_has_no_link", lambda: rows.update(merged_into=bobs_team, link_token="a" * 43))


def test_two_open_invitations_of_one_person_to_one_team(alices_team, bob):
    rows = TeamInvitation.objects.filter(pk=TeamInvitation.objects.create(team=alices_team, user=bob).pk)
    assert refuses(
        "one_open_team_invitation_per_person", lambda: TeamInvitation.objects.create(team=alices_team, user=bob)
    )
    assert refuses("an_answered_team_invitation_says_when", lambda: rows.update(state="declined"))
    assert refuses("an_answered_team_invitation_says_when", lambda: rows.update(answered_at=timezone.now()))
    rows.update(state="declined", answered_at=timezone.now())
    TeamInvitation.objects.create(team=alices_team, user=bob)


def test_two_open_proposals_of_one_pair_or_one_to_oneself(alices_team, bobs_team):
    pair = {"from_team": alices_team, "to_team": bobs_team}
    rows = MergeProposal.objects.filter(pk=MergeProposal.objects.create(**pair).pk)
    assert refuses("one_open_proposal_per_pair", lambda: MergeProposal.objects.create(**pair))
    assert refuses("a_team_does_not_merge_with_itself", lambda: rows.update(to_team=alices_team))
    assert refuses("an_answered_proposal_says_when", lambda: rows.update(state="accepted"))


DATES = ("opens_at", "merger_deadline_at", "entry_deadline_at", "closes_at", "reveals_at", "archived_at")


@pytest.mark.parametrize(("earlier", "later"), list(combinations(DATES, 2)))
def test_dates_out_of_order(competition, earlier, later):
    rows = Competition.objects.filter(pk=competition.pk)
    others = dict.fromkeys(DATES[1:])
    if "reveals_at" in (earlier, later):
        others["closes_at"] = competition.opens_at + timedelta(minutes=1)
    later_at = competition.opens_at + timedelta(days=1)
    assert rows.update(**others | {later: later_at}) == 1
    assert refuses("competition_", lambda: rows.update(**{earlier: later_at + timedelta(seconds=1)}))


def test_a_reveal_without_a_closing_date(competition):
    rows = Competition.objects.filter(pk=competition.pk)
    reveal = competition.opens_at + timedelta(days=1)
    assert refuses("competition_reveals_after_it_closes", lambda: rows.update(reveals_at=reveal))


@pytest.mark.parametrize(
    "field", ["max_team_size", "final_selection_count", "total_limit", "pending_limit", "metric_k"]
)
def test_a_limit_of_nothing(competition, field):
    rows = Competition.objects.filter(pk=competition.pk)
    assert refuses("competition_limits_are_at_least_one", lambda: rows.update(**{field: 0}))


def test_an_entry_policy_or_a_day_that_nobody_knows(competition):
    rows = Competition.objects.filter(pk=competition.pk)
    assert refuses("competition_entry_policy_is_known", lambda: rows.update(entry="bribe"))
    assert refuses("competition_limit_window_is_known", lambda: rows.update(limit_window="week"))


def test_a_way_of_answering_that_nobody_knows(competition):
    rows = Competition.objects.filter(pk=competition.pk)
    assert refuses("competition_disclosure_is_known", lambda: rows.update(disclosure="whisper"))


def test_something_told_that_nobody_knows(evaluation):
    row = Evaluation.objects.filter(pk=evaluation.pk)
    assert refuses("what_a_team_was_told_is_known", lambda: row.update(told="almost"))


def test_two_live_evaluations_of_one_submission_and_solution(evaluation):
    assert refuses(
        "one_evaluation_per_submission_and_solution",
        lambda: Evaluation.objects.create(
            submission=evaluation.submission, solution=evaluation.solution, public_score=1, private_score=1
        ),
    )


def test_a_competition_that_closes_before_it_opens(competition):
    row = Competition.objects.filter(pk=competition.pk)
    closes_at = competition.opens_at - timedelta(seconds=1)
    assert refuses("competition_closes_after_it_opens", lambda: row.update(closes_at=closes_at))


def test_a_competition_whose_range_is_empty(competition):
    row = Competition.objects.filter(pk=competition.pk)
    assert refuses("competition_range_is_not_empty", lambda: row.update(lowest=5, highest=5))


def test_a_competition_that_nobody_may_submit_to(competition):
    row = Competition.objects.filter(pk=competition.pk)
    assert refuses("competition_daily_limit_is_at_least_one", lambda: row.update(daily_limit=0))


def test_two_active_solutions(competition):
    assert refuses(
        "one_active_solution_per_competition",
        lambda: Solution.objects.create(
            competition=competition, version=2, file="2.csv", verdict="accepted", is_active=True
        ),
    )


def test_a_solution_without_a_file_that_no_worker_is_to_write(competition):
    new = {"competition": competition, "version": 2, "note": "Without row 4."}
    name = "a_solution_without_a_file_waits_for_it"
    assert refuses(name, lambda: Solution.objects.create(**new))
    base = Solution.objects.get()
    assert refuses(name, lambda: Solution.objects.create(**new, based_on=base, verdict="accepted"))
    assert Solution.objects.create(**new, based_on=base)


def test_excluded_rows_without_a_reason(competition):
    base = Solution.objects.get()
    assert refuses(
        "excluded_rows_mean_a_reason",
        lambda: Solution.objects.create(competition=competition, version=2, based_on=base),
    )


@pytest.fixture
def rescore(competition):
    second = Solution.objects.create(competition=competition, version=2, file="2.csv", verdict="accepted")
    before = Solution.objects.get(version=1)
    return Rescore.objects.create(competition=competition, solution=second, before=before)


@pytest.mark.parametrize("state", Rescore.UNDER_WAY)
def test_two_rescores_under_way_in_one_competition(rescore, competition, state):
    Rescore.objects.update(state=state)
    again = {"competition": competition, "solution": rescore.solution, "before": rescore.before}
    assert refuses("one_rescore_under_way_per_competition", lambda: Rescore.objects.create(**again))
    assert Rescore.objects.create(**again, state="cancelled")


def test_a_rescore_in_a_state_that_nobody_knows(rescore):
    assert refuses("rescore_state_is_known", lambda: Rescore.objects.update(state="lost"))


def test_a_rescore_that_fails_without_a_reason(rescore):
    assert refuses("a_failed_rescore_means_reason", lambda: Rescore.objects.update(state="failed"))
    assert refuses("a_failed_rescore_means_reason", lambda: Rescore.objects.update(failure="Other ids."))


def test_a_rescore_by_the_version_that_counts_already(rescore):
    assert refuses("a_rescore_changes_the_version", lambda: Rescore.objects.update(before=rescore.solution))


def test_an_active_solution_that_was_refused(competition):
    row = Solution.objects.filter(competition=competition)
    assert refuses("an_active_solution_was_accepted", lambda: row.update(verdict="refused"))


def test_a_user_in_two_teams_of_one_competition(alice, alices_team, competition):
    second = Team.objects.create(competition=competition, name="second")
    assert refuses(
        "one_team_per_person_and_competition",
        lambda: Membership.objects.create(
            competition=competition, team=second, user=alice, rules_accepted_at=timezone.now()
        ),
    )


def test_two_teams_of_one_name(alices_team, competition):
    assert refuses("team_names_differ", lambda: Team.objects.create(competition=competition, name=alices_team.name))


def test_two_rules_pages(competition):
    assert refuses("one_page_of_each_kind", lambda: Page.objects.create(competition=competition, kind=PageKind.RULES))


def test_two_users_whose_names_differ_by_case_alone(alice):
    assert refuses(
        "usernames_differ_by_more_than_case", lambda: type(alice).objects.create_user("Alice", "a2@example.org")
    )


def test_every_named_constraint_stands_in_the_database(db):
    """A constraint that a model declares and no migration makes would protect nothing."""
    from django.apps import apps

    declared = {
        constraint.name
        for model in apps.get_models()
        if model._meta.app_label in {"accounts", "competitions", "teams", "submissions", "leaderboard"}
        for constraint in model._meta.constraints
    }
    with connection.cursor() as cursor:
        present = set()
        for table in connection.introspection.table_names(cursor):
            present |= set(connection.introspection.get_constraints(cursor, table))
    assert declared <= present


def test_a_moderation_act_without_a_reason_or_about_nobody(olga, alices_team):
    act = {"deed": "team_disqualified", "team": alices_team, "competition": alices_team.competition, "by": olga}
    make = ModerationAct.objects.create
    assert refuses("a_moderation_act_has_a_reason", lambda: make(**act, reason=""))
    act["reason"] = "Two accounts."
    subject = "a_moderation_act_names_its_subject"
    assert refuses(subject, lambda: make(**act | {"team": None, "competition": None}))
    assert refuses(subject, lambda: make(**act | {"deed": "submission_disqualified"}))
    assert refuses(subject, lambda: make(**act | {"deed": "account_closed"}))
    assert refuses(subject, lambda: make(**act | {"deed": "forgotten"}))
    assert refuses("a_moderation_act_names_the_teams_competition", lambda: make(**act | {"competition": None}))
    make(**act)


def test_a_letter_in_no_state_or_held_by_nobody(db):
    Letter.objects.create(to="alice@example.org", subject="x", text="x")
    assert refuses("letter_state_is_known", lambda: Letter.objects.update(state="lost"))
    assert refuses("a_letter_being_sent_is_claimed", lambda: Letter.objects.update(state="sending"))
    assert refuses("a_sent_letter_says_when", lambda: Letter.objects.update(state="sent"))
    assert refuses("a_letter_given_up_says_why", lambda: Letter.objects.update(state="failed"))


def test_an_announcement_of_nothing(competition):
    make = competition.announcements.create
    assert refuses("an_announcement_says_something", lambda: make(title="", text="x"))
    assert refuses("an_announcement_says_something", lambda: make(title="x", text=""))


@pytest.mark.parametrize(("job", "name"), [(LaunchCheck, "launch_check"), (DataAudit, "audit")])
def test_a_job_that_ends_without_its_result(competition, job, name):
    rows = job.objects.filter(pk=job.objects.create(competition=competition).pk)
    now = timezone.now()
    constraint = f"{name}_ends_with_its_result"
    assert refuses(constraint, lambda: rows.update(state="done", finished_at=now))
    assert refuses(constraint, lambda: rows.update(state="done", worst="green"))
    assert refuses(constraint, lambda: rows.update(state="done", finished_at=now, worst="fine"))
    assert refuses(constraint, lambda: rows.update(state="failed", finished_at=now))
    assert refuses(constraint, lambda: rows.update(state="running", worst="green"))
    assert refuses(constraint, lambda: rows.update(state="lost"))
    assert rows.update(state="done", finished_at=now, worst="red") == 1
    assert rows.update(state="failed", worst="", failure="No disk left.") == 1


def test_two_launch_checks_or_audits_at_once(competition):
    for job, name in ((LaunchCheck, "one_launch_check_at_a_time"), (DataAudit, "one_audit_at_a_time")):
        first = job.objects.create(competition=competition)
        assert refuses(name, lambda job=job: job.objects.create(competition=competition))
        job.objects.filter(pk=first.pk).update(state="failed", finished_at=timezone.now(), failure="No disk left.")
        assert job.objects.create(competition=competition)


def test_publishing_against_a_red_line_without_a_reason(competition):
    overrides = PublishOverride.objects
    assert refuses(
        "an_override_gives_its_reason",
        lambda: overrides.create(competition=competition, reason="It is Monday today.", against=["Rules"]),
    )
    assert overrides.create(competition=competition, reason="It is Monday today!!", against=["Rules"])


def test_an_archive_without_its_file_or_two_at_once(competition):
    asked = Archive.objects.create(competition=competition)
    assert refuses("one_archive_at_a_time", lambda: Archive.objects.create(competition=competition))
    rows, now = Archive.objects.filter(pk=asked.pk), timezone.now()
    refused = (
        {"state": "done", "finished_at": now},
        {"state": "done", "finished_at": now, "file": "stars/a.zip"},
        {"state": "failed", "finished_at": now},
        {"file": "stars/a.zip", "sha256": "0" * 64},
    )
    for values in refused:
        assert refuses("archive_ends_with_its_file", lambda values=values: rows.update(**values))
    assert rows.update(state="done", finished_at=now, file="stars/a.zip", sha256="0" * 64) == 1


def test_a_commitment_that_binds_to_nothing_or_twice(competition):
    made = Commitment.objects.get()
    rows = Commitment.objects.filter(pk=made.pk)
    assert refuses("a_commitment_is_a_digest", lambda: rows.update(digest=""))
    twice = {"competition": competition, "solution": made.solution, "terms": made.terms, "digest": "0" * 64}
    assert refuses("one_commitment_per_solution_and_terms", lambda: Commitment.objects.create(**twice))


def test_two_receipts_of_one_number_or_of_one_score(competition, evaluation):
    first = Receipt.objects.create(competition=competition, number=1, evaluation=evaluation)
    assert refuses(
        "receipts_have_numbers_of_their_own", lambda: Receipt.objects.create(competition=competition, number=1)
    )
    assert refuses(
        "evaluation_id", lambda: Receipt.objects.create(competition=competition, number=2, evaluation=evaluation)
    )
    assert refuses("receipts_are_counted_from_1", lambda: Receipt.objects.filter(pk=first.pk).update(number=0))


@pytest.fixture
def on_its_way(alice, alices_team):
    now = timezone.now()
    upload = ChunkedUpload.objects.create(
        team=alices_team, user=alice, original_name="p.csv", size_bytes=10, stored_name="stars/x", begun_at=now,
        touched_at=now,
    )  # fmt: skip
    return ChunkedUpload.objects.filter(pk=upload.pk)


def test_an_upload_of_nothing_or_of_more_than_was_said(on_its_way):
    assert refuses("chunked_upload_is_not_empty", lambda: on_its_way.update(size_bytes=0))
    assert refuses("chunked_upload_is_not_longer_than_said", lambda: on_its_way.update(received_bytes=11))


def test_a_submission_of_half_an_upload(on_its_way, waiting):
    taken = {"submission": waiting.get(), "finished_at": timezone.now()}
    assert refuses("chunked_upload_is_taken_whole", lambda: on_its_way.update(received_bytes=9, **taken))
    assert refuses("chunked_upload_is_taken_whole", lambda: on_its_way.update(finished_at=timezone.now()))
    assert on_its_way.update(received_bytes=10, **taken) == 1


def test_an_upload_that_is_taken_and_abandoned(on_its_way, waiting):
    now = timezone.now()
    on_its_way.update(received_bytes=10, submission=waiting.get(), finished_at=now)
    assert refuses("chunked_upload_ends_once", lambda: on_its_way.update(abandoned_at=now))


def test_an_open_upload_without_a_file(on_its_way):
    assert refuses("only_an_abandoned_upload_has_no_file", lambda: on_its_way.update(stored_name=""))
    assert on_its_way.update(stored_name="", abandoned_at=timezone.now()) == 1


@pytest.mark.parametrize("column", ["public_order", "private_order"])
def test_a_standing_without_a_place(alices_team, graded, column):
    graded(alices_team)
    for score in (float("inf"), float("-inf"), float("nan")):
        # SQLite stores NaN as NULL, which the column cannot be.
        assert refuses("a_standing_has_a_finite_order", lambda score=score: Standing.objects.update(**{column: score}))


def test_a_standing_without_a_told_score_that_is_not_the_last_and_one_with_a_score_that_is(alices_team, graded):
    graded(alices_team)
    constraint = "a_standing_without_a_told_score_stands_last"
    assert refuses(constraint, lambda: Standing.objects.update(best=None))
    assert refuses(constraint, lambda: Standing.objects.update(public_order=NOTHING_TOLD))
    assert Standing.objects.update(best=None, public_order=NOTHING_TOLD) == 1


@pytest.fixture
def place(competition, alices_team, evaluation):
    certainty = BoardCertainty.objects.create(competition=competition, board="public")
    made = PlaceCertainty.objects.create(
        certainty=certainty, team=alices_team, evaluation=evaluation, low=1, high=2, group=1, chance_first=45,
        chance_top=100, is_tied_with_first=True, is_first=True, difference=0.0, half_width=0.0,
    )  # fmt: skip
    return PlaceCertainty.objects.filter(pk=made.pk)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("places_run_from_low_to_high", {"low": 3}),
        ("places_run_from_low_to_high", {"low": 0}),
        ("places_run_from_low_to_high", {"cluster_low": 3, "cluster_high": 2}),
        ("places_run_from_low_to_high", {"cluster_high": 2}),
        ("chances_are_told_in_steps_of_five", {"chance_first": 43}),
        ("chances_are_told_in_steps_of_five", {"chance_top": 105}),
        ("chances_are_told_in_steps_of_five", {"group": None}),
        ("chances_are_told_in_steps_of_five", {"chance_first": None}),
        ("a_half_width_is_finite_and_not_negative", {"half_width": -0.1}),
        ("a_half_width_is_finite_and_not_negative", {"difference": float("inf")}),
        ("a_half_width_is_finite_and_not_negative", {"cluster_half_width": float("inf")}),
    ],
)
def test_a_certainty_that_cannot_be(place, name, change):
    assert refuses(name, lambda: place.update(**change))


def test_two_certainties_of_a_board_or_of_a_team_on_it(place, competition):
    twin = place.get()
    twin.pk = None
    assert refuses("one_place_per_team_and_board", twin.save)
    assert refuses(
        "one_certainty_per_board", lambda: BoardCertainty.objects.create(competition=competition, board="public")
    )


def test_a_certainty_of_no_board_or_without_its_time(place, competition):
    certainty = BoardCertainty.objects.filter(competition=competition)
    assert refuses("a_certainty_is_of_a_known_board", lambda: certainty.update(board="secret"))
    assert refuses("a_certainty_has_its_time", lambda: certainty.update(state="0f"))
    assert refuses("a_certainty_has_its_time", lambda: certainty.update(made_at=timezone.now()))


def test_replicates_of_no_part_or_twice(evaluation):
    kept = {"evaluation": evaluation, "draws": "0f", "by_rows": b""}
    Replicates.objects.create(part="public", **kept)
    assert refuses("one_set_of_replicates_per_part", lambda: Replicates.objects.create(part="public", **kept))
    assert refuses("replicates_are_of_a_known_part", lambda: Replicates.objects.create(part="secret", **kept))


@pytest.fixture
def slice_report(evaluation):
    return {
        "competition": evaluation.submission.competition,
        "evaluation": evaluation,
        "asked_at": timezone.now(),
        "is_charged": True,
    }


def test_two_slice_reports_on_one_evaluation(slice_report):
    first = SliceReport.objects.create(**slice_report)
    assert refuses("one_slice_report_per_evaluation", lambda: SliceReport.objects.create(**slice_report))
    SliceReport.objects.filter(pk=first.pk).update(state="failed", finished_at=timezone.now(), failure="No disk left.")
    assert SliceReport.objects.create(**slice_report)


def test_a_slice_report_that_ends_without_its_result(slice_report):
    SliceReport.objects.create(**slice_report)
    reports, now = SliceReport.objects.all(), timezone.now()
    for wrong in (
        {"state": "lost"},
        {"state": "done", "finished_at": now},
        {"state": "done", "slices": []},
        {"state": "asked", "slices": []},
        {"state": "failed", "finished_at": now},
        {"state": "failed", "finished_at": now, "failure": "No disk left.", "slices": []},
    ):
        assert refuses("slice_report_ends_with_its_result", lambda wrong=wrong: reports.update(**wrong))
    assert reports.update(state="done", finished_at=now, slices=[]) == 1


@pytest.fixture
def sign(alices_team, graded):
    submission = graded(alices_team)
    made = ProbingSign.objects.create(
        competition=alices_team.competition, submission=submission, kind="near_constant", measured=0.99
    )
    return ProbingSign.objects.filter(pk=made.pk)


def test_a_sign_of_probing_that_says_nothing(sign):
    name = "a_probing_sign_says_what_was_measured"
    assert refuses(name, lambda: sign.update(measured=1))
    assert refuses(name, lambda: sign.update(kind="few_row_step", measured=3))
    assert refuses(name, lambda: sign.update(before=sign.get().submission))
    assert refuses(name, lambda: sign.update(kind="a bad look"))
    assert refuses(name, lambda: sign.update(kind="few_row_step", measured=0, before=sign.get().submission))


def test_a_sign_of_probing_that_stands_twice(sign):
    again = sign.get()
    again.pk = None
    assert refuses("one_probing_sign_of_a_kind", again.save)


def test_a_pair_of_one_file_or_of_no_correlation(alices_team, bobs_team, graded):
    one, other = graded(alices_team).evaluation, graded(bobs_team).evaluation
    made = {"competition": alices_team.competition, "one": one, "is_with_baseline": False}
    assert refuses(
        "a_similar_pair_is_of_two_files", lambda: SimilarPair.objects.create(**made, other=one, correlation=1)
    )
    for correlation in (1.01, -1.01):
        assert refuses(
            "a_correlation_lies_within_one",
            lambda correlation=correlation: SimilarPair.objects.create(**made, other=other, correlation=correlation),
        )
    SimilarPair.objects.create(**made, other=other, correlation=1)
    assert refuses("a_similar_pair_stands_once", lambda: SimilarPair.objects.create(**made, other=other, correlation=1))


def test_a_look_at_similar_files_without_its_time(competition):
    IntegrityState.objects.create(competition=competition)
    assert refuses("an_integrity_look_says_when", lambda: IntegrityState.objects.update(made_from="x"))
    assert refuses("an_integrity_look_says_when", lambda: IntegrityState.objects.update(made_at=timezone.now()))


def test_a_choice_of_results_by_mail_that_nobody_knows(alice):
    people = User.objects.filter(pk=alice.pk)
    assert refuses("result_letters_are_known", lambda: people.update(result_letters="sometimes"))


def test_a_way_back_that_gives_no_letters(alice):
    people = User.objects.filter(pk=alice.pk)
    assert refuses("the_way_back_gives_some_letters", lambda: people.update(result_letters_before="none"))


@pytest.mark.parametrize(
    "kept",
    [
        {"email": "alice@example.org"},
        {"username": "alice"},
        {"display_name": "Ada"},
        {"first_name": "Ada"},
        {"last_name": "Lovelace"},
        {"is_active": True},
        {"is_staff": True},
        {"is_superuser": True},
    ],
    ids=lambda kept: next(iter(kept)),
)
def test_a_deleted_account_that_names_somebody_or_may_do_something(alice, kept):
    nameless = {"username": "deleted user 1", "email": "", "is_active": False, "deleted_at": timezone.now()}
    people = User.objects.filter(pk=alice.pk)
    assert refuses("a_deleted_account_names_nobody", lambda: people.update(**nameless | kept))
    assert people.update(**nameless) == 1


def test_one_reminder_of_a_deadline_twice(alices_team):
    reminder = {"membership": alices_team.memberships.get(), "hours": 24, "closes_at": timezone.now()}
    Reminder.objects.create(**reminder)
    Reminder.objects.create(**reminder | {"hours": 72})
    assert refuses("one_reminder_per_person_and_deadline", lambda: Reminder.objects.create(**reminder))


def test_a_reminder_at_the_deadline_itself(alices_team):
    reminder = {"membership": alices_team.memberships.get(), "hours": 0, "closes_at": timezone.now()}
    assert refuses("a_reminder_comes_before_the_deadline", lambda: Reminder.objects.create(**reminder))
