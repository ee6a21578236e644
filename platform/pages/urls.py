from django.contrib import admin
from django.urls import include, path, register_converter
from django.urls.converters import StringConverter
from django.views.generic import RedirectView

from pages import (
    announcement_views,
    archive_views,
    chunk_views,
    competition_views,
    entry_views,
    file_check_views,
    integrity_views,
    landing,
    launch_views,
    leaderboard_views,
    letter_views,
    my_submissions_views,
    operator_views,
    organizer_views,
    receipt_views,
    slice_views,
    status_views,
    submission_page_views,
    submission_views,
    team_views,
    token_views,
)


class Answer(StringConverter):
    """What can be said to an invitation or a proposal."""

    regex = "accept|decline|withdraw"


register_converter(Answer, "answer")

urlpatterns = [
    # Before the admin, among whose addresses organizers look for them.
    path("admin/competitions/competition/", include("pages.files_urls")),
    path("", landing.home, name="home"),
    # Pages of other makers, the admin's for one, let the browser look for it here.
    path("favicon.ico", RedirectView.as_view(url="/static/site/mark.svg")),
    path("status/", status_views.status, name="status"),
    path("status.json", status_views.status_file, name="status_file"),
    path("account/tokens/", token_views.tokens, name="tokens"),
    path("account/tokens/new/", token_views.new_token, name="new_token"),
    path("account/tokens/<slug:pk>/revoke/", token_views.revoke_token, name="revoke_token"),
    path("privacy/", operator_views.privacy, name="privacy"),
    path("terms/", operator_views.terms, name="terms"),
    path("competitions/<slug:slug>/", competition_views.overview, name="competition"),
    path("competitions/<slug:slug>/data/", competition_views.data, name="data"),
    path("competitions/<slug:slug>/data/<str:name>", competition_views.download, name="download"),
    path("competitions/<slug:slug>/evaluation/", competition_views.evaluation, name="evaluation"),
    path("competitions/<slug:slug>/receipts.json", receipt_views.chain, name="receipt_chain"),
    path("competitions/<slug:slug>/rules/", competition_views.rules, name="rules"),
    path("competitions/<slug:slug>/timeline/", competition_views.timeline, name="timeline"),
    path("competitions/<slug:slug>/announcements/", announcement_views.announcements, name="announcements"),
    path("announcements-by-mail/<str:token>/", letter_views.letters_by_mail, name="announcements_by_mail"),
    path("letters/<slug:kind>/<str:token>/", letter_views.letters_by_mail, name="letters_by_mail"),
    path("account/", include("pages.account_urls")),
    path("competitions/<slug:slug>/leaderboard/", leaderboard_views.leaderboard, name="leaderboard"),
    path(
        "competitions/<slug:slug>/leaderboard.<str:form>", leaderboard_views.leaderboard_file, name="leaderboard_file"
    ),
    path("competitions/<slug:slug>/leaderboard/certainty/", leaderboard_views.certainty, name="certainty"),
    path("competitions/<slug:slug>/leaderboard/<int:pk>/", leaderboard_views.progress, name="progress"),
    path("competitions/<slug:slug>/join/", entry_views.join, name="join"),
    path("competitions/<slug:slug>/join/ask/", entry_views.ask, name="ask_to_enter"),
    path("competitions/<slug:slug>/team/", team_views.team, name="team"),
    path("competitions/<slug:slug>/team/name/", team_views.rename, name="rename_team"),
    path("competitions/<slug:slug>/team/captain/", team_views.hand_over, name="hand_over_team"),
    path("competitions/<slug:slug>/team/leave/", team_views.leave, name="leave_team"),
    path("competitions/<slug:slug>/team/link/", team_views.link, name="renew_team_link"),
    path("competitions/<slug:slug>/team/link/<str:token>/", team_views.team_link, name="team_link"),
    path("competitions/<slug:slug>/team/invitations/", team_views.invite, name="invite_to_team"),
    path(
        "competitions/<slug:slug>/team/invitations/<int:pk>/<answer:answer>/",
        team_views.answer_invitation,
        name="answer_invitation",
    ),
    path("competitions/<slug:slug>/team/mergers/", team_views.propose_merger, name="propose_merger"),
    path(
        "competitions/<slug:slug>/team/mergers/<int:pk>/<answer:answer>/",
        team_views.answer_proposal,
        name="answer_proposal",
    ),
    path("competitions/<slug:slug>/submit/", submission_views.submit, name="submit"),
    path("competitions/<slug:slug>/submit/ids/", file_check_views.submit_ids, name="submit_ids"),
    path("competitions/<slug:slug>/submit/before/", file_check_views.before_upload, name="before_upload"),
    path("competitions/<slug:slug>/submissions/", my_submissions_views.my_submissions, name="my_submissions"),
    path("competitions/<slug:slug>/submissions/changes/", my_submissions_views.changes, name="submission_changes"),
    path("competitions/<slug:slug>/launch/", launch_views.launch_check, name="launch_check"),
    path("competitions/<slug:slug>/launch/progress/", launch_views.launch_check_progress, name="launch_check_progress"),
    path("competitions/<slug:slug>/launch/audit/", launch_views.audit, name="audit"),
    path("competitions/<slug:slug>/launch/audit/progress/", launch_views.audit_progress, name="audit_progress"),
    path("competitions/<slug:slug>/launch/publish/", launch_views.publishing, name="publishing"),
    path("competitions/<slug:slug>/launch/unpublish/", launch_views.unpublishing, name="unpublishing"),
    path("competitions/<slug:slug>/launch/archive/", archive_views.archive, name="archive"),
    path("competitions/<slug:slug>/launch/archive/progress/", archive_views.archive_progress, name="archive_progress"),
    path("competitions/<slug:slug>/archive.zip", archive_views.archive_file, name="archive_file"),
    path("competitions/<slug:slug>/uploads/", chunk_views.begin, name="begin_upload"),
    path("uploads/<uuid:pk>/", chunk_views.upload, name="upload"),
    path("uploads/<uuid:pk>/finish/", chunk_views.finish, name="finish_upload"),
    path("uploads/<uuid:pk>/cancel/", chunk_views.cancel, name="cancel_upload"),
    path("submissions/<uuid:pk>/", submission_page_views.submission, name="submission"),
    path("submissions/<uuid:pk>/receipt/", receipt_views.receipt, name="receipt"),
    path("submissions/<uuid:pk>/receipt.json", receipt_views.receipt_file, name="receipt_file"),
    path("submissions/<uuid:pk>/status/", submission_page_views.status, name="submission_status"),
    path("submissions/<uuid:pk>/comparison/", submission_page_views.comparison, name="submission_comparison"),
    path("submissions/<uuid:pk>/description/", submission_page_views.description, name="submission_description"),
    path("submissions/<uuid:pk>/cancel/", submission_page_views.cancel, name="cancel_submission"),
    path("submissions/<uuid:pk>/slices/", slice_views.slices, name="submission_slices"),
    path("submissions/<uuid:pk>/choose/", my_submissions_views.choose, name="choose_submission"),
    path("submissions/<uuid:pk>/file/", submission_page_views.download_file, name="submission_file"),
    path("admin/r/<path:rest>", organizer_views.no_shortcut),
    path(
        "admin/competitions/competition/<int:pk>/dashboard/",
        admin.site.admin_view(organizer_views.dashboard),
        name="dashboard",
    ),
    path(
        "admin/competitions/competition/<int:pk>/integrity/",
        admin.site.admin_view(integrity_views.integrity),
        name="integrity",
    ),
    path(
        "admin/competitions/competition/<int:pk>/export/<slug:name>.<str:form>",
        admin.site.admin_view(organizer_views.export),
        name="export",
    ),
]
