"""The addresses under /api/v1/organize/."""

from django.urls import path

from api.organize import (
    announcements,
    archives,
    codabench,
    competitions,
    deeds,
    entry_requests,
    files,
    integrity,
    launch,
    rescores,
    solutions,
    submissions,
    tables,
    teams,
)

ONE = "competitions/<slug:slug>"
urlpatterns = [
    path("plan/", files.PlanView.as_view(), name="organize_plan"),
    path("apply/", files.ApplyView.as_view(), name="organize_apply"),
    path("codabench/report/", codabench.CodabenchReportView.as_view(), name="organize_codabench_report"),
    path("codabench/import/", codabench.CodabenchImportView.as_view(), name="organize_codabench_import"),
    path("competitions/", competitions.OwnCompetitionsView.as_view(), name="organize_competitions"),
    path(f"{ONE}/", competitions.OwnCompetitionView.as_view(), name="organize_competition"),
    path(f"{ONE}/clone/", competitions.CloneView.as_view(), name="organize_clone"),
    path(f"{ONE}/export/", files.ExportView.as_view(), name="organize_export"),
    path(f"{ONE}/launch-check/", launch.LaunchCheckView.as_view(), name="organize_launch_check"),
    path(f"{ONE}/audit/", launch.AuditView.as_view(), name="organize_audit"),
    path(f"{ONE}/publish/", launch.PublishView.as_view(), name="organize_publish"),
    path(f"{ONE}/unpublish/", launch.UnpublishView.as_view(), name="organize_unpublish"),
    path(f"{ONE}/solutions/", solutions.SolutionsView.as_view(), name="organize_solutions"),
    path(f"{ONE}/solutions/<int:version>/", solutions.SolutionView.as_view(), name="organize_solution"),
    path(
        f"{ONE}/solutions/<int:version>/exclude-rows/",
        solutions.ExcludeRowsView.as_view(),
        name="organize_exclude_rows",
    ),
    path(f"{ONE}/rescores/", rescores.RescoresView.as_view(), name="organize_rescores"),
    path(f"{ONE}/rescores/<int:pk>/", rescores.RescoreView.as_view(), name="organize_rescore"),
    path(
        f"{ONE}/rescores/<int:pk>/activate/", rescores.ActivateRescoreView.as_view(), name="organize_activate_rescore"
    ),
    path(f"{ONE}/rescores/<int:pk>/cancel/", rescores.CancelRescoreView.as_view(), name="organize_cancel_rescore"),
    path(f"{ONE}/entry-requests/", entry_requests.EntryRequestsView.as_view(), name="organize_entry_requests"),
    path(
        f"{ONE}/entry-requests/<int:pk>/approve/",
        entry_requests.ApproveEntryView.as_view(),
        name="organize_approve_entry",
    ),
    path(f"{ONE}/entry-requests/<int:pk>/deny/", entry_requests.DenyEntryView.as_view(), name="organize_deny_entry"),
    path(f"{ONE}/teams/", teams.TeamsView.as_view(), name="organize_teams"),
    path(f"{ONE}/teams/<int:pk>/", teams.TeamView.as_view(), name="organize_team"),
    path(f"{ONE}/teams/<int:pk>/<slug:deed>/", teams.TeamDeedView.as_view(), name="organize_team_deed"),
    path(f"{ONE}/submissions/", submissions.SubmissionsView.as_view(), name="organize_submissions"),
    path(f"{ONE}/submissions/<uuid:pk>/", submissions.SubmissionView.as_view(), name="organize_submission"),
    path(f"{ONE}/submissions/<uuid:pk>/retry/", submissions.RetryView.as_view(), name="organize_retry"),
    path(
        f"{ONE}/submissions/<uuid:pk>/grade-again/", submissions.GradeAgainView.as_view(), name="organize_grade_again"
    ),
    path(
        f"{ONE}/submissions/<uuid:pk>/<slug:deed>/",
        submissions.SubmissionDeedView.as_view(),
        name="organize_submission_deed",
    ),
    path(f"{ONE}/moderation/", deeds.ActsView.as_view(), name="organize_moderation"),
    path(f"{ONE}/announcements/", announcements.AnnouncementsView.as_view(), name="organize_announcements"),
    path(
        f"{ONE}/announcements/preview/",
        announcements.AnnouncementPreviewView.as_view(),
        name="organize_announcement_preview",
    ),
    path(f"{ONE}/integrity/leaks/", integrity.LeaksView.as_view(), name="organize_leaks"),
    path(f"{ONE}/integrity/signs/", integrity.SignsView.as_view(), name="organize_signs"),
    path(f"{ONE}/integrity/similar/", integrity.SimilarView.as_view(), name="organize_similar"),
    path(f"{ONE}/tables/<slug:name>.<str:form>", tables.TableView.as_view(), name="organize_table"),
    path(f"{ONE}/archive/", archives.ArchiveView.as_view(), name="organize_archive"),
]
