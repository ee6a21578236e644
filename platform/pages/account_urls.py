from django.urls import path

from pages import account_views

urlpatterns = [
    path("", account_views.profile, name="account"),
    path("letters/", account_views.letters, name="own_letters"),
    path("data/", account_views.own_data, name="own_data"),
    path("data/file/", account_views.own_data_file, name="own_data_file"),
    path("deletion/", account_views.deletion, name="delete_account"),
]
