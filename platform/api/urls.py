"""The addresses under /api/v1/."""

from django.urls import include, path, re_path, register_converter
from django.urls.converters import StringConverter

from api.competitions import CompetitionsView, CompetitionView
from api.data_files import DataFilesView, DataFileView
from api.deletion import DeletionView
from api.docs import SchemaView
from api.endpoint import NotFound
from api.entry import AskView, JoinView
from api.leaderboard import BoardView, MineView, ProgressView, SureView
from api.me import MeView
from api.news import AnnouncementsView, ArchiveView, ChainView
from api.quota import QuotaView
from api.slices import ReceiptView, SlicesView
from api.submissions import CancelView, SelectView, SentFileView, SubmissionsView, SubmissionView, TimelineView
from api.teams import (
    ByLinkView,
    CaptainView,
    InvitationsView,
    InvitationView,
    LeaveView,
    LinkView,
    MergersView,
    MergerView,
    TeamView,
)
from api.tokens import CurrentTokenView, TokensView, TokenView
from api.uploads import FinishView, UploadsView, UploadView


class CallAnswer(StringConverter):
    """What can be said to an invitation or a proposal."""

    regex = "accept|decline|withdraw"


register_converter(CallAnswer, "call_answer")

of_a_competition = [
    path("", CompetitionView.as_view(), name="competition"),
    path("data/", DataFilesView.as_view(), name="data_files"),
    path("data/<str:name>", DataFileView.as_view(), name="data_file"),
    path("announcements/", AnnouncementsView.as_view(), name="announcements"),
    path("receipts/", ChainView.as_view(), name="receipt_chain"),
    path("archive/", ArchiveView.as_view(), name="archive"),
    path("leaderboard/", BoardView.as_view(), name="leaderboard"),
    path("leaderboard/me/", MineView.as_view(), name="my_place"),
    path("leaderboard/certainty/", SureView.as_view(), name="certainty"),
    path("leaderboard/<int:pk>/", ProgressView.as_view(), name="progress"),
    path("join/", JoinView.as_view(), name="join"),
    path("join/ask/", AskView.as_view(), name="ask_to_enter"),
    path("team/", TeamView.as_view(), name="team"),
    path("team/captain/", CaptainView.as_view(), name="hand_over_team"),
    path("team/leave/", LeaveView.as_view(), name="leave_team"),
    path("team/link/", LinkView.as_view(), name="team_link"),
    path("team/link/<str:token>/", ByLinkView.as_view(), name="by_link"),
    path("team/invitations/", InvitationsView.as_view(), name="invite"),
    path("team/invitations/<int:pk>/<call_answer:answer>/", InvitationView.as_view(), name="answer_invitation"),
    path("team/mergers/", MergersView.as_view(), name="propose_merger"),
    path("team/mergers/<int:pk>/<call_answer:answer>/", MergerView.as_view(), name="answer_merger"),
    path("quota/", QuotaView.as_view(), name="quota"),
    path("submissions/", SubmissionsView.as_view(), name="submissions"),
    path("uploads/", UploadsView.as_view(), name="uploads"),
]
of_a_submission = [
    path("", SubmissionView.as_view(), name="submission"),
    path("timeline/", TimelineView.as_view(), name="timeline"),
    path("cancel/", CancelView.as_view(), name="cancel"),
    path("select/", SelectView.as_view(), name="select"),
    path("file/", SentFileView.as_view(), name="sent_file"),
    path("slices/", SlicesView.as_view(), name="slices"),
    path("receipt/", ReceiptView.as_view(), name="receipt"),
]

app_name = "api"
urlpatterns = [
    path("schema/", SchemaView.as_view(), name="schema"),
    path("me/", MeView.as_view(), name="me"),
    path("me/deletion/", DeletionView.as_view(), name="deletion"),
    path("tokens/", TokensView.as_view(), name="tokens"),
    path("tokens/current/", CurrentTokenView.as_view(), name="current_token"),
    path("tokens/<slug:token_id>/", TokenView.as_view(), name="token"),
    path("competitions/", CompetitionsView.as_view(), name="competitions"),
    path("competitions/<slug:slug>/", include(of_a_competition)),
    path("submissions/<uuid:pk>/", include(of_a_submission)),
    path("uploads/<uuid:pk>/", UploadView.as_view(), name="upload"),
    path("uploads/<uuid:pk>/finish/", FinishView.as_view(), name="finish_upload"),
    path("organize/", include("api.organize.urls")),
    re_path(r"^", NotFound.as_view()),
]
