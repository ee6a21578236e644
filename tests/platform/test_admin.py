"""Organizers in the admin: their own competitions, from an empty form to a graded submission."""

from cast_of_stories import GOOD, SOLUTION
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.organizers import make_organizer, stop_being_organizer
from competitions.models import Competition, PageKind, Solution
from grading.tasks import check_solutions
from submissions.models import Status, Submission
from teams.models import Team

NEW = {
    "title": "Six stars",
    "slug": "six",
    "tagline": "Predict six ratings.",
    "notice": "",
    "opens_at_0": "2026-01-01",
    "opens_at_1": "00:00",
    "closes_at_0": "",
    "closes_at_1": "",
    "entry": "public",
    "max_team_size": "5",
    "daily_limit": "3",
    "limit_window": "utc_day",
    "final_selection_count": "2",
    "takes_predictions": "on",
    "max_model_bytes": "100000000",
    "model_seconds": "60",
    "model_memory_mib": "2048",
    "max_upload_bytes": "1000000",
    "metric": "mse",
    "decimals": "3",
    "disclosure": "plain",
    "id_column": "id",
    "target_column": "rating",
    "lowest": "1",
    "highest": "5",
    "out_of_range": "reject",
    "pages-TOTAL_FORMS": "0",
    "pages-INITIAL_FORMS": "0",
    "data_files-TOTAL_FORMS": "0",
    "data_files-INITIAL_FORMS": "0",
}


def text(response):
    return response.content.decode()


def upload_solution(client, competition, content):
    file = SimpleUploadedFile("solution.csv", content.encode())
    return client.post("/admin/competitions/solution/add/", {"competition": competition.pk, "file": file})


def test_an_organizer_makes_a_competition_and_gets_its_five_pages(as_olga, olga):
    response = as_olga.post("/admin/competitions/competition/add/", NEW)
    assert response.status_code == 302, text(response)
    competition = Competition.objects.get(slug="six")
    assert list(competition.organizers.all()) == [olga]
    assert set(competition.pages.values_list("kind", flat=True)) == set(PageKind.values)
    rules = competition.pages.get(kind=PageKind.RULES).text
    assert "One account a person" in rules
    assert "No probing" in rules
    assert not competition.is_published


def test_a_competition_that_closes_before_it_opens_is_refused_with_a_sentence(as_olga):
    response = as_olga.post(
        "/admin/competitions/competition/add/", {**NEW, "closes_at_0": "2025-01-01", "closes_at_1": "00:00"}
    )
    assert "“closes” is 2025-01-01 00:00:00 UTC, before “opens” (2026-01-01 00:00:00 UTC)." in text(response)


def test_organizers_see_and_choose_only_their_own_competitions(as_olga, competition):
    other = Competition.objects.create(slug="other", title="Somebody else's", tagline="x")
    assert "Somebody else" not in text(as_olga.get("/admin/competitions/competition/"))
    assert as_olga.get(f"/admin/competitions/competition/{other.pk}/change/").status_code == 302
    assert "Somebody else" not in text(as_olga.get("/admin/competitions/solution/add/"))
    assert "Select a valid choice" in text(upload_solution(as_olga, other, SOLUTION))


def test_a_solution_is_checked_by_the_worker_and_the_first_becomes_active(
    as_olga, competition, mailbox, django_capture_on_commit_callbacks
):
    Solution.objects.all().delete()
    with django_capture_on_commit_callbacks(execute=True):
        assert upload_solution(as_olga, competition, SOLUTION).status_code == 302
    assert mailbox() == ["grading.check_solutions"]
    check_solutions()
    solution = Solution.objects.get()
    assert (solution.verdict, solution.is_active) == (Solution.Verdict.ACCEPTED, True)
    assert (solution.public_count, solution.private_count) == (2, 3)
    page = text(as_olga.get(f"/admin/competitions/solution/{solution.pk}/change/"))
    assert "are as they should be" in page


def test_after_saving_a_solution_its_own_page_shows_and_the_list_says_why_one_was_refused(as_olga, competition):
    answer = upload_solution(as_olga, competition, SOLUTION.replace("2,3,Public", "2,7,Public"))
    newest = Solution.objects.order_by("-version").first()
    assert answer.url == f"/admin/competitions/solution/{newest.pk}/change/"
    assert "It waits for the scoring worker" in text(as_olga.get(answer.url))
    check_solutions()
    page = text(as_olga.get("/admin/competitions/solution/"))
    assert "Line 3: " in page
    assert page.index(f"/solution/{newest.pk}/change/") < page.index("2 public, 3 private, 0 ignored")


def test_a_data_file_without_a_name_gets_the_uploaded_ones(as_olga):
    def made(slug, uploaded):
        file = SimpleUploadedFile(uploaded, b"id,book\n1,x\n")
        form = {**NEW, "slug": slug, "data_files-TOTAL_FORMS": "1", "data_files-0-name": "", "data_files-0-file": file}
        response = as_olga.post("/admin/competitions/competition/add/", form)
        assert response.status_code == 302, text(response)
        return Competition.objects.get(slug=slug).data_files.get().name

    assert made("six", "test.csv") == "test.csv"
    assert made("seven", "my books (2).csv") == "my_books_2_.csv"


def test_who_asks_for_confirmed_addresses_hears_at_once_that_no_letters_are_sent(as_olga, settings):
    def answer(slug):
        form = {**NEW, "slug": slug, "needs_verified_email": "on"}
        return text(as_olga.post("/admin/competitions/competition/add/", form, follow=True))

    assert "this site sends no letters" not in answer("six")
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    assert "this site sends no letters: nobody can join. Set EMAIL_URL" in answer("seven")


def test_a_team_that_has_sent_something_is_not_deleted(alices_team, bobs_team, graded, db):
    root = User.objects.create_superuser("root", password="a fine password")
    as_root = Client()
    as_root.force_login(root)
    graded(alices_team)
    assert as_root.post(f"/admin/teams/team/{alices_team.pk}/delete/", {"post": "yes"}).status_code == 403
    assert as_root.post(f"/admin/teams/team/{bobs_team.pk}/delete/", {"post": "yes"}).status_code == 302
    assert list(Team.objects.values_list("name", flat=True)) == ["alice"]
    page = text(as_root.get("/admin/teams/team/"))
    assert "Delete selected" not in page
    assert "merged into" in page.lower()


def refused(as_olga, competition, content):
    """What the admin shows of a solution that the worker refuses; the competition is as it was before."""
    upload_solution(as_olga, competition, content)
    check_solutions()
    solution = Solution.objects.order_by("-version").first()
    assert solution.verdict == Solution.Verdict.REFUSED
    assert list(competition.solutions.filter(is_active=True).values_list("version", flat=True)) == [1]
    return text(as_olga.get(f"/admin/competitions/solution/{solution.pk}/change/"))


def test_a_solution_with_a_target_out_of_range_is_refused_with_its_line(as_olga, competition):
    assert "Line 3: " in refused(as_olga, competition, SOLUTION.replace("2,3,Public", "2,7,Public"))


def test_a_solution_with_an_unknown_usage_is_refused_with_its_line(as_olga, competition):
    page = refused(as_olga, competition, SOLUTION.replace("2,3,Public", "2,3,Secret"))
    assert "Line 3: " in page
    assert "Secret" in page


def test_a_solution_whose_ids_are_not_those_of_the_test_file_is_refused(as_olga, competition):
    assert "Line 6" in refused(as_olga, competition, SOLUTION.replace("5,2,Private", "6,2,Private"))


def test_a_solution_that_lacks_an_id_of_the_test_file_is_refused(as_olga, competition):
    assert "1 of 5 ids is missing; it is 5." in refused(as_olga, competition, SOLUTION.replace("5,2,Private\n", ""))


def test_a_solution_with_an_id_that_stands_twice_is_refused_with_both_lines(as_olga, competition):
    page = refused(as_olga, competition, SOLUTION + "2,4,Public\n")
    assert "Line 7: id 2 stands twice, first on line 3." in page
    assert page.count("Line ") == 1


def test_a_solution_without_private_rows_is_refused(as_olga, competition):
    assert "Private" in refused(as_olga, competition, SOLUTION.replace("Private", "Public"))


def test_a_refused_version_cannot_be_used(as_olga, competition):
    refused(as_olga, competition, "nonsense")
    solution = Solution.objects.order_by("-version").first()
    answer = as_olga.post(
        "/admin/competitions/solution/",
        {"action": "score_again", "_selected_action": [solution.pk]},
        follow=True,
    )
    assert "only an accepted version can be used" in text(answer)


def test_grade_again_works_on_scored_ones_and_leaves_the_rest_alone(as_olga, alices_team, graded, send):
    scored = graded(alices_team)
    waiting = send(alices_team)
    answer = as_olga.post(
        "/admin/submissions/submission/",
        {"action": "grade_again", "_selected_action": [str(scored.pk), str(waiting.pk)]},
        follow=True,
    )
    assert "1 submissions wait to be graded" in text(answer)
    assert "1 were left alone" in text(answer)
    scored.refresh_from_db()
    assert scored.status == Status.QUEUED


def test_a_status_cannot_be_edited(as_olga, alices_team, graded):
    submission = graded(alices_team)
    address = f"/admin/submissions/submission/{submission.pk}/change/"
    page = text(as_olga.get(address))
    assert "timeline (utc)" in page.lower()
    assert 'name="status"' not in page
    assert as_olga.post(address, {"status": "rejected"}).status_code == 403
    assert Submission.objects.get().status == Status.SCORED


def test_what_labels_were_made_with_stays_once_something_was_sent(as_olga, competition, alices_team, send):
    address = f"/admin/competitions/competition/{competition.pk}/change/"
    # The accepted solution was checked against the range; the number of decimals is free until somebody has a score.
    assert 'name="highest"' not in text(as_olga.get(address))
    assert 'name="decimals"' in text(as_olga.get(address))
    send(alices_team)
    assert 'name="decimals"' not in text(as_olga.get(address))


def test_the_history_of_others_is_closed_and_of_ones_own_to_read_only(as_olga, competition):
    other = Competition.objects.create(slug="other", title="Somebody else's", tagline="x")
    for found, status in ((competition, 200), (other, 404)):
        address = f"/admin/competitions/competition/{found.pk}/history/"
        version = found.history.first().pk
        assert as_olga.get(address).status_code == status
        assert as_olga.get(f"{address}{version}/").status_code == status
        assert as_olga.post(f"{address}{version}/", NEW).status_code in (403, 404)
        found.refresh_from_db()
        assert found.title != NEW["title"]


def test_filters_and_choices_name_nothing_of_others(as_olga, alice, competition):
    Competition.objects.create(slug="other", title="Somebody else's", tagline="x")
    for model in ("competitions/solution", "teams/team", "submissions/submission"):
        assert "Somebody else" not in text(as_olga.get(f"/admin/{model}/"))
    assert ">alice<" not in text(as_olga.get(f"/admin/competitions/competition/{competition.pk}/change/"))


def test_a_lower_limit_for_participants_does_not_shut_the_worker_out(competition, alices_team, graded):
    Competition.objects.update(max_upload_bytes=60)
    alices_team.refresh_from_db()
    assert graded(alices_team, GOOD).status == Status.SCORED


def test_the_admin_opens_to_organizers_only(alice, competition):
    client = Client()
    client.force_login(alice)
    assert client.get("/admin/").status_code in (302, 403)
    make_organizer(alice)
    assert client.get("/admin/").status_code == 200
    stop_being_organizer(User.objects.get(pk=alice.pk))
    assert client.get("/admin/").status_code in (302, 403)


def test_staff_gives_and_takes_the_role_in_the_admin(alice, db):
    client = Client()
    client.force_login(User.objects.create_superuser("root", password="x"))
    address = reverse("admin:accounts_user_changelist")
    client.post(address, {"action": "give_organizer_role", "_selected_action": [alice.pk]})
    alice.refresh_from_db()
    assert alice.is_staff
    assert alice.has_perm("competitions.add_competition")
    client.post(address, {"action": "take_organizer_role", "_selected_action": [alice.pk]})
    alice = User.objects.get(pk=alice.pk)
    assert not alice.is_staff
    assert not alice.has_perm("competitions.add_competition")


def test_every_list_and_form_of_the_admin_opens(as_olga, competition, alices_team, graded):
    graded(alices_team)
    for model in (
        "competitions/competition",
        "competitions/solution",
        "competitions/rescore",
        "teams/team",
        "submissions/submission",
    ):
        assert as_olga.get(f"/admin/{model}/").status_code == 200, model
    assert as_olga.get(f"/admin/teams/team/{alices_team.pk}/change/").status_code == 200
    assert as_olga.get(f"/admin/competitions/competition/{competition.pk}/history/").status_code == 200


def test_the_list_of_addresses_is_kept_with_one_line_ending(as_olga, db):
    as_olga.post("/admin/competitions/competition/add/", NEW | {"entry": "list", "allowed_emails": "@a.org\r\n@b.org"})
    assert Competition.objects.get(slug="six").allowed_emails == "@a.org\n@b.org"


def test_the_index_offers_nothing_that_nobody_should_edit(db):
    root = Client()
    root.force_login(User.objects.create_superuser("root"))
    offered = text(root.get("/admin/"))
    assert "/admin/accounts/user/" in offered
    for place in ("auth/group", "mfa/authenticator", "usersessions/usersession"):
        assert f"/admin/{place}/" not in offered
        assert root.get(f"/admin/{place}/").status_code == 404
