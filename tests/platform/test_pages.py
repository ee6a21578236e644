"""What visitors see, and what they do not."""

from datetime import timedelta

import pytest
from cast_of_stories import GOOD, PERFECT
from django.core import mail
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.tokens import make_token, token_of
from competitions.models import Competition, DataFile, Page
from pages.markdown import to_html
from teams.models import Membership

TABS = ["", "data/", "evaluation/", "rules/", "timeline/", "leaderboard/"]


def text(response):
    return response.content.decode()


@pytest.mark.parametrize("tab", TABS)
def test_a_stranger_can_read_every_page_of_a_competition(competition, tab):
    response = Client().get(f"/competitions/stars/{tab}")
    assert response.status_code == 200
    assert "Five stars" in text(response)


def test_an_unpublished_competition_is_for_its_organizers_only(competition, as_alice, as_olga):
    Competition.objects.update(is_published=False)
    assert as_alice.get("/competitions/stars/").status_code == 404
    assert as_olga.get("/competitions/stars/").status_code == 200
    assert "Five stars" not in text(as_alice.get("/"))
    assert "not published" in text(as_olga.get("/"))


def test_practice_is_called_practice(competition):
    assert "Practice competition" not in text(Client().get("/competitions/stars/"))
    Competition.objects.update(labels_are_public=True)
    assert "Its labels are public" in text(Client().get("/competitions/stars/"))


def test_joining_needs_the_rules_accepted_and_records_which(as_alice, alice, competition):
    assert "tick the box" in text(as_alice.post("/competitions/stars/join/", {}))
    assert not Membership.objects.exists()
    as_alice.post("/competitions/stars/join/", {"accept_rules": "on"})
    membership = Membership.objects.get(user=alice)
    assert membership.team.name == "alice"
    # printf 'The rules of five stars.' | sha256sum
    assert membership.rules_sha256 == "733262699cf5cd638556ee8c97fb65a405c5898ab94669cd784ea9007c1ae948"
    as_alice.post("/competitions/stars/join/", {"accept_rules": "on"})
    assert Membership.objects.count() == 1


def test_whoever_has_joined_comes_to_the_data_with_the_next_step_above(as_alice, competition):
    joined = as_alice.post("/competitions/stars/join/", {"accept_rules": "on"}, follow=True)
    assert joined.redirect_chain[-1][0] == "/competitions/stars/data/"
    assert "Get the data, then send your first predictions." in text(joined)
    assert 'href="/competitions/stars/submit/">Submit predictions</a>' in text(joined)


def test_nobody_joins_what_has_closed(as_alice, competition):
    Competition.objects.update(
        opens_at=timezone.now() - timedelta(days=2), closes_at=timezone.now() - timedelta(days=1)
    )
    response = as_alice.post("/competitions/stars/join/", {"accept_rules": "on"}, follow=True)
    assert "closed on" in text(response)
    assert not Membership.objects.exists()


def test_a_team_name_that_is_taken_gets_a_number(alice, competition):
    from teams.joining import join
    from teams.models import Team

    Team.objects.create(competition=competition, name="alice")
    assert join(alice, competition).name == "alice 2"


def test_data_files_come_as_they_were_uploaded(competition):
    answer = Client().get("/competitions/stars/data/test.csv")
    assert b"".join(answer.streaming_content).startswith(b'id,user_id,book_name\n1,u1,"Book, 1"\n')
    assert Client().get("/competitions/stars/data/solution.csv").status_code == 404


def test_data_for_those_who_joined_only(competition, as_alice, alices_team):
    Competition.objects.update(data_needs_joining=True)
    assert Client().get("/competitions/stars/data/test.csv").status_code == 302
    assert "Join the competition to download" in text(Client().get("/competitions/stars/data/"))
    assert as_alice.get("/competitions/stars/data/test.csv").status_code == 200


def test_the_leaderboard_shows_scores_with_the_competitions_decimals(competition, alices_team, graded):
    graded(alices_team, "id,rating\n1,4.7\n2,3.1\n3,4\n4,4\n5,2\n")  # (0.09 + 0.01) / 2
    page = text(Client().get("/competitions/stars/leaderboard/"))
    assert ">0.050<" in page.replace("\n", "")


def test_private_scores_show_only_after_the_end(competition, alices_team, bobs_team, graded, as_alice):
    best_in_public = graded(alices_team, GOOD.replace("1,4", "1,5"))
    graded(bobs_team, PERFECT.replace("1,5", "1,4"))
    board = "/competitions/stars/leaderboard/?board=private"
    assert [row.team for row in as_alice.get(board).context["board"].rows] == [alices_team, bobs_team]
    assert "Private score" not in text(as_alice.get(best_in_public.get_absolute_url()))
    Competition.objects.update(
        opens_at=timezone.now() - timedelta(days=2), closes_at=timezone.now() - timedelta(days=1)
    )
    assert [row.team for row in as_alice.get(board).context["board"].rows] == [bobs_team, alices_team]
    assert "Private score" in text(as_alice.get(best_in_public.get_absolute_url()))


def test_no_page_carries_inline_scripts_or_styles(competition, as_alice, alices_team, graded):
    submission = graded(alices_team)
    addresses = [f"/competitions/stars/{tab}" for tab in [*TABS, "submit/", "submissions/", "join/"]]
    addresses += ["/", submission.get_absolute_url(), reverse("account_email"), reverse("account_change_password")]
    for address in addresses:
        response = as_alice.get(address)
        policy = response["Content-Security-Policy"]
        assert "script-src 'self';" in policy + ";"
        assert "unsafe" not in policy
        page = text(response)
        assert "<style" not in page
        assert " style=" not in page
        assert " onclick=" not in page
        assert page.count("<script") == page.count("<script src=")


def test_markdown_shows_html_as_text_and_drops_dangerous_links():
    html = to_html("# Title\n\n<script>x</script> [a](javascript:alert(1)) [b](https://example.org)\n\n|a|\n|-|\n|1|")
    assert "<h2>Title</h2>" in html
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert 'href="javascript' not in html
    assert '<a href="https://example.org"' in html
    assert "<td>1</td>" in html


def test_a_newcomer_signs_up_and_resets_a_forgotten_password(db, settings):
    client = Client()
    password = "a rather fine password"
    client.post(
        reverse("account_signup"),
        {"username": "newcomer", "email": "new@example.org", "password1": password, "password2": password},
    )
    assert User.objects.get().username == "newcomer"
    client.post(reverse("account_logout"))
    # Whoever knew the old password may have made this one.
    _, key = make_token(User.objects.get(), "laptop")
    mail.outbox.clear()
    client.post(reverse("account_reset_password"), {"email": "new@example.org"})
    (letter,) = mail.outbox
    link = next(line for line in letter.body.splitlines() if "/accounts/password/reset/key/" in line)
    form = client.get(link.strip().split("example.com")[-1].replace("http://testserver", ""), follow=True)
    another = "another fine password"
    client.post(form.request["PATH_INFO"], {"password1": another, "password2": another})
    assert client.login(username="newcomer", password=another)
    assert token_of(key) is None


def test_errors_have_pages_of_their_own(db):
    response = Client().get("/nowhere/")
    assert response.status_code == 404
    assert "nothing at this address" in text(response)


def test_who_finds_nothing_may_sign_in_and_look_again(client, db, as_alice):
    way = 'href="/accounts/login/?next=/competitions/none/"'
    assert way in client.get("/competitions/none/").content.decode()
    assert way not in as_alice.get("/competitions/none/").content.decode()


def test_signing_up_and_in_leads_back_to_the_page_where_it_was_begun(client, competition):
    page = client.get("/competitions/stars/leaderboard/?q=a&page=1").content.decode()
    back = "?next=/competitions/stars/leaderboard/%3Fq%3Da%26page%3D1"
    assert f'href="/accounts/signup/{back}"' in page
    assert f'href="/accounts/login/{back}"' in page
    asked = {
        "username": "erin",
        "email": "erin@example.org",
        "password1": "a fine password",
        "password2": "a fine password",
    }
    done = client.post(f"/accounts/signup/{back}", asked)
    assert done["Location"] == "/competitions/stars/leaderboard/?q=a&page=1"
    assert 'href="/accounts/signup/"' in Client().get("/accounts/login/").content.decode(), (
        "it does not lead back to itself"
    )


def test_the_rules_as_they_stood_are_kept_for_the_record(competition, as_olga):
    page = Page.objects.get(competition=competition, kind="rules")
    page.text = "New rules."
    page.save()
    assert [version.text for version in page.history.all()] == ["New rules.", "The rules of five stars."]


def test_the_example_of_a_prediction_file_has_ids_of_the_test_set(competition, as_alice, alices_team):
    assert "<code>id,rating\n1,1\n2,5\n" in as_alice.get("/competitions/stars/submit/").content.decode()
    competition.data_files.all().delete()
    content = ContentFile("id,user_id\n10001,u1\n10002,u2\n", "t.csv")
    test_csv = DataFile.objects.create(competition=competition, name="test.csv", file=content)
    assert "<code>id,rating\n10001,1\n10002,5\n" in as_alice.get("/competitions/stars/submit/").content.decode()
    test_csv.is_hidden = True
    test_csv.save()
    assert "<code>id,rating\n1,1\n2,5\n" in as_alice.get("/competitions/stars/submit/").content.decode()
