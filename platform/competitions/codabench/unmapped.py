from django.utils.translation import gettext_lazy as _

"""The fields of a bundle that have no place here, each with the reason; a field in no table is told as unknown."""

PROGRAM = _("Programs of a bundle are never run here: the score is the metric that you choose.")
ON_CODABENCH = _("It names something on Codabench's own server, which is not in the bundle.")
NOTHING_IS_RUN = _("Files are scored here and no program of the bundle is run, so it has nothing to act on.")

OF_COMPETITION = {
    "image": _("Competitions have no picture here."),
    "docker_image": NOTHING_IS_RUN,
    "queue": ON_CODABENCH,
    "fact_sheet": _("A submission has a description here, and no form of questions."),
    "solutions": _("Example submissions are not taken over. Submit one yourself to try the competition."),
    "make_programs_available": PROGRAM,
    "make_input_data_available": _("What may be downloaded stands with each data file: see its “hidden”."),
    "enable_detailed_results": _("A submission's page shows its scores; there are no pages of the scoring program."),
    "show_detailed_results_in_submission_panel": _("There are no pages of the scoring program."),
    "show_detailed_results_in_leaderboard": _("There are no pages of the scoring program."),
    "auto_run_submissions": _("Submissions are always scored as soon as they are sent."),
    "can_participants_make_submissions_public": _("Submissions stay with their team."),
    "forum_enabled": _("There is no forum here."),
    "contact_email": _("Write it on the overview page."),
    "reward": _("Write it on the overview page."),
    "report": _("Write it on the overview page."),
    "competition_type": _("There is one kind of competition here."),
    "remote_id": ON_CODABENCH,
    "collaborators": ON_CODABENCH,
    "participants": ON_CODABENCH,
    "secret_key": ON_CODABENCH,
}
OF_PHASE = {
    "execution_time_limit": NOTHING_IS_RUN,
    "execution_time_limit_ms": NOTHING_IS_RUN,
    "auto_migrate_to_this_phase": _("There are no phases here: one competition has a public and a private part."),
    "hide_output": NOTHING_IS_RUN,
    "hide_prediction_output": NOTHING_IS_RUN,
    "hide_score_output": _("The score on the public part is always shown."),
    "description": _("Phases have no text of their own here."),
}
OF_TASK = {
    "scoring_program": PROGRAM,
    "ingestion_program": PROGRAM,
    "ingestion_only_during_scoring": PROGRAM,
    "key": ON_CODABENCH,
    "name": _("There is one task."),
    "description": _("There is one task."),
    "is_public": _("There is one task."),
}
OF_LEADERBOARD = {
    "title": _("There is one leaderboard."),
    "label": _("There is one leaderboard."),
    "key": _("There is one leaderboard."),
    "hidden": _("The leaderboard of public scores is always shown."),
}
OF_COLUMN = {
    "title": _("The column bears the metric's name."),
    "label": _("The column bears the metric's name."),
    "hidden": _("The score is always shown."),
    "computation": _("Scores are not computed from one another here."),
    "computation_indexes": _("Scores are not computed from one another here."),
    "index": _("There is one column."),
}
KNOWN_OF_COMPETITION = frozenset(
    {
        "version",
        "title",
        "description",
        "terms",
        "pages",
        "registration_auto_approve",
        "phases",
        "tasks",
        "leaderboards",
    }
)
KNOWN_OF_PHASE = frozenset(
    {
        "index", "name", "start", "end", "tasks", "max_submissions_per_day", "max_submissions", "has_max_submissions",
        "max_submissions_per_person", "public_data", "starting_kit", "accepts_only_result_submissions",
    }
)  # fmt: skip
KNOWN_OF_TASK = frozenset({"index", "reference_data", "input_data"})
KNOWN_OF_LEADERBOARD = frozenset({"index", "columns", "submission_rule", "primary_index"})
KNOWN_OF_COLUMN = frozenset({"key", "sorting", "precision"})
