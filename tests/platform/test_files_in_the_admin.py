"""Competitions as files, as organizers meet them in the admin: upload, plan, apply, export, clone."""

import io
import zipfile

import pytest
from cast_of_stories import GOOD, SOLUTION
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from accounts.organizers import make_organizer
from competitions.models import Competition

AT = "/admin/competitions/competition/"


def text(response):
    return response.content.decode()


def export(client, competition) -> dict[str, bytes]:
    response = client.get(f"{AT}{competition.pk}/export/")
    assert response["Content-Disposition"] == f'attachment; filename="{competition.slug}.zip"'
    with zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(files: dict[str, bytes]) -> SimpleUploadedFile:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return SimpleUploadedFile("competition.zip", buffer.getvalue())


def upload(client, files, slug="") -> str:
    """The address of the plan."""
    response = client.post(f"{AT}from-files/", {"file": packed(files), "slug": slug})
    assert response.status_code == 302, text(response)
    return response["Location"]


def against(response) -> str:
    return text(response).split('name="against" value="')[1].split('"')[0]


def edited(files: dict[str, bytes], old: bytes, new: bytes) -> dict[str, bytes]:
    assert old in files["competition.yaml"]
    return {**files, "competition.yaml": files["competition.yaml"].replace(old, new)}


@pytest.fixture
def ada(db) -> Client:
    """Another organizer, of nothing yet."""
    user = User.objects.create_user("ada", "ada@example.org", "a fine password")
    make_organizer(user)
    client = Client()
    client.force_login(user)
    return client


def test_the_admin_offers_files_where_competitions_are_listed_and_edited(as_olga, competition):
    assert f'href="{AT}from-files/"' in text(as_olga.get(AT))
    page = text(as_olga.get(f"{AT}{competition.pk}/change/"))
    assert f'href="{AT}{competition.pk}/export/"' in page
    assert f'href="{AT}{competition.pk}/clone/"' in page


def test_an_organizer_exports_looks_at_the_plan_and_applies_it(as_olga, competition, alices_team):
    files = export(as_olga, competition)
    assert SOLUTION.encode() not in files.values()
    plan = upload(as_olga, edited(files, b"daily_limit: 5", b"daily_limit: 2") | {"pages/rules.md": b"<b>Be kind</b>"})
    page = as_olga.get(plan)
    assert "5 → <strong>2</strong>" in text(page)
    assert "+&lt;b&gt;Be kind&lt;/b&gt;" in text(page)
    assert "The rules change; 1 person accepted the text as it was" in text(page)
    competition.refresh_from_db()
    assert competition.daily_limit == 5

    response = as_olga.post(plan, {"against": against(page)}, follow=True)
    assert "Five stars is now as the files say." in text(response)
    competition.refresh_from_db()
    assert competition.daily_limit == 2
    assert competition.pages.get(kind="rules").text == "<b>Be kind</b>"
    assert competition.history.first().history_user.username == "olga"
    assert as_olga.get(plan).status_code == 404


def test_unchanged_files_change_nothing(as_olga, competition):
    page = text(as_olga.get(upload(as_olga, export(as_olga, competition))))
    assert "Nothing to change: the competition is as the files say." in page
    assert 'value="Apply"' not in page


def test_a_new_address_makes_a_new_competition_of_its_maker_and_bob_can_submit(
    as_olga, ada, competition, bob, graded, django_capture_on_commit_callbacks
):
    files = edited(export(as_olga, competition), b"- olga\n", b"")
    files = edited(files, b"organizers:\n", b"organizers: []\n")
    plan = upload(ada, files, slug="six")
    page = ada.get(plan)
    assert "A new competition" in text(page)
    assert "The files name the solution with the SHA-256" in text(page)
    assert "The launch check has not been run." in text(page)
    assert "Nothing was applied: Five stars was not published." in text(ada.post(plan, {"against": ""}, follow=True))
    assert not Competition.objects.filter(slug="six").exists()
    reason = "Ada shows it to her class at once."
    response = ada.post(plan, {"against": "", "reason": reason}, follow=True)
    assert "Next: upload its solution under Solutions" in text(response)
    six = Competition.objects.get(slug="six")
    assert [user.username for user in six.organizers.all()] == ["ada"]
    assert ada.get(f"{AT}{six.pk}/change/").status_code == 200


def test_somebody_elses_competition_is_out_of_reach(as_olga, ada, competition):
    files = export(as_olga, competition)
    page = text(ada.get(upload(ada, files)))
    assert "There is a competition &#x27;stars&#x27; already. Choose another slug." in page
    assert ada.get(f"{AT}{competition.pk}/export/").status_code == 404
    assert ada.get(f"{AT}{competition.pk}/clone/").status_code == 404
    plan = upload(as_olga, files)
    assert ada.get(plan).status_code == 404


def test_participants_and_strangers_are_sent_to_sign_in(as_alice, competition):
    for client in (as_alice, Client()):
        for page in ("from-files/", "from-codabench/", f"{competition.pk}/export/", f"{competition.pk}/clone/"):
            assert client.get(f"{AT}{page}").status_code == 302
            assert "/login/" in client.get(f"{AT}{page}")["Location"]


def test_a_change_in_the_admin_between_plan_and_apply_shows_a_new_plan(as_olga, competition):
    plan = upload(as_olga, edited(export(as_olga, competition), b"daily_limit: 5", b"daily_limit: 2"))
    seen = against(as_olga.get(plan))
    Competition.objects.update(tagline="Changed meanwhile.")
    response = as_olga.post(plan, {"against": seen}, follow=True)
    assert "was changed after that plan was made" in text(response)
    competition.refresh_from_db()
    assert competition.daily_limit == 5
    as_olga.post(plan, {"against": against(response)})
    competition.refresh_from_db()
    assert (competition.daily_limit, competition.tagline) == (2, "Predict five ratings.")


def test_what_is_wrong_with_the_files_is_said_and_nothing_changes(as_olga, competition):
    files = export(as_olga, competition)
    response = as_olga.get(upload(as_olga, edited(files, b"daily_limit", b"dayly_limit")))
    assert response.status_code == 400
    assert "the key &#x27;dayly_limit&#x27; is not known. Did you mean &#x27;daily_limit&#x27;?" in text(response)
    sent = SimpleUploadedFile("competition.zip", b"no zip at all")
    response = as_olga.post(f"{AT}from-files/", {"file": sent}, follow=True)
    assert "it is no zip, or damaged" in text(response)
    assert "a path that leads outside" in text(as_olga.get(upload(as_olga, {**files, "../x": b"1"})))


def test_frozen_settings_stay_with_the_reason(as_olga, competition, alices_team, graded):
    graded(alices_team, GOOD)
    plan = upload(as_olga, edited(export(as_olga, competition), b"metric: mse", b"metric: mae"))
    page = as_olga.get(plan)
    assert "metric stays &#x27;mse&#x27;: submissions were sent by it." in text(page)
    assert 'value="Apply"' not in text(page)
    response = as_olga.post(plan, {"against": against(page)}, follow=True)
    assert "metric stays &#x27;mse&#x27;" in text(response)
    competition.refresh_from_db()
    assert competition.metric == "mse"


def test_only_the_last_uploads_are_kept(as_olga, competition, settings):
    files = export(as_olga, competition)
    plans = [upload(as_olga, files) for _ in range(4)]
    assert as_olga.get(plans[0]).status_code == 404
    assert as_olga.get(plans[1]).status_code == 200
    assert len(list(settings.UPLOAD_TEMP_DIR.glob("*.upload.zip"))) >= 3


def test_an_organizer_clones_a_competition(as_olga, competition):
    assert 'value="Five stars (copy)"' in text(as_olga.get(f"{AT}{competition.pk}/clone/"))
    response = as_olga.post(f"{AT}{competition.pk}/clone/", {"slug": "stars", "title": "Again"})
    assert "There is a competition &#x27;stars&#x27; already." in text(response)
    response = as_olga.post(f"{AT}{competition.pk}/clone/", {"slug": "again", "title": "Again"}, follow=True)
    assert "Again is made, unpublished" in text(response)
    made = Competition.objects.get(slug="again")
    assert (made.is_published, made.data_files.count()) == (False, 1)
