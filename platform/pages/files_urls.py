"""Organizers' addresses of competitions as files, beside those of the admin's competitions."""

from django.urls import path

from pages import codabench_views, files_views

urlpatterns = [
    path("from-files/", files_views.from_files, name="from_files"),
    path("from-files/<uuid:key>/", files_views.competition_plan, name="competition_plan"),
    path("from-codabench/", codabench_views.from_codabench, name="from_codabench"),
    path("from-codabench/<uuid:key>/", codabench_views.codabench_report, name="codabench_report"),
    path("<int:pk>/export/", files_views.export_competition, name="export_competition"),
    path("<int:pk>/clone/", files_views.clone_page, name="clone_competition"),
]
