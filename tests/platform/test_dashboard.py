"""A competition at a glance: what organizers see of their own."""

import re
from datetime import timedelta

from cast_of_stories import BAD, GOOD, PERFECT, SOLUTION
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from competitions.models import Competition
from submissions.models import Submission
from teams.models import Team


def text(response):
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def address(competition):
    return f"/admin/competitions/competition/{competition.pk}/dashboard/"


def numbers(page):
    return {name: int(value) for name, value in re.findall(r'data-number="([^"]+)">(\d+)<', page)}


def chart(page, title):
    """The drawing of that title, and the rows of its table."""
    section = next(part for part in page.split("<section") if f"<h2>{title}" in part)
    rows = [re.findall(r"<td>(?:<a[^>]*>)?([^<]*)", row) for row in re.findall(r"<tr>(.*?)</tr>", section, re.DOTALL)]
    return section, [row for row in rows if row]


def sent_days_ago(submission, days):
    Submission.objects.filter(pk=submission.pk).update(submitted_at=timezone.now() - timedelta(days=days))


def test_an_empty_competition_has_an_empty_dashboard(as_olga, competition):
    page = text(as_olga.get(address(competition)))
    assert page.count("Nothing yet.") == 3
    assert "Nothing waits." in page


def test_numbers_and_what_waits_link_to_their_lists(as_olga, competition, alices_team, bobs_team, graded, send):
    graded(alices_team, GOOD)
    graded(bobs_team, BAD)
    send(bobs_team)
    page = text(as_olga.get(address(competition)))
    assert numbers(page) == {
        "teams": 2, "people": 2, "submissions": 3, "scored": 1, "rejected": 1, "failed": 0, "disqualified teams": 0,
        "disqualified submissions": 0,
    }  # fmt: skip
    links = [link.replace("&amp;", "&") for link in re.findall(r'href="(/admin/[^"]+)"', page)]
    for link in {link for link in links if "export" not in link}:
        assert as_olga.get(link).status_code == 200, link
    rejected = next(link for link in links if "status__exact=rejected" in link)
    assert "1 submission" in text(as_olga.get(rejected))
    assert chart(page, "Queue")[1] == [["waiting", "1", "0\xa0minutes ago"]]


def test_submissions_per_day_are_drawn_and_tabled(as_olga, competition, alices_team, graded):
    sent_days_ago(graded(alices_team, GOOD), 2)
    sent_days_ago(graded(alices_team, BAD), 2)
    graded(alices_team, PERFECT)
    section, rows = chart(text(as_olga.get(address(competition))), "Submissions per day")
    assert [row[1:] for row in rows] == [["1", "1", "0", "0", "0"], ["2", "1", "1", "0", "0"]]
    assert section.count('<rect class="scored"') == 2
    assert section.count('<rect class="rejected"') == 1
    # Three days share 552 from 76 on, each bar is 40 wide: the day without any leaves its place empty.
    places = re.findall(r'<rect class="scored" x="([\d.]+)"[^>]* width="([\d.]+)"', section)
    assert places == [("148.0", "40.0"), ("516.0", "40.0")]


def test_the_best_score_falls_step_by_step(as_olga, competition, alices_team, bobs_team, graded):
    sent_days_ago(graded(alices_team, GOOD), 3)
    sent_days_ago(graded(alices_team, GOOD), 2)
    sent_days_ago(graded(bobs_team, PERFECT), 1)
    section, rows = chart(text(as_olga.get(address(competition))), "Best public score over time (MSE)")
    assert [row[1:] for row in rows] == [["0.000", "bob"], ["0.500", "alice"]]
    assert section.count("<circle") == 2
    assert 'role="img"' in section


def test_a_disqualified_teams_best_is_not_on_the_chart(as_olga, competition, alices_team, bobs_team, graded):
    graded(alices_team, GOOD)
    graded(bobs_team, PERFECT)
    Team.objects.filter(pk=bobs_team.pk).update(disqualified_at=timezone.now(), disqualification="x.")
    page = text(as_olga.get(address(competition)))
    assert [row[1:] for row in chart(page, "Best public score")[1]] == [["0.500", "alice"]]
    assert [numbers(page)[name] for name in ("teams", "people", "disqualified teams")] == [1, 1, 1]


def test_teams_add_up(as_olga, competition, alices_team, bobs_team):
    Team.objects.filter(pk=alices_team.pk).update(created_at=timezone.now() - timedelta(days=4))
    Team.objects.create(competition=competition, name="the mean", is_baseline=True)
    _, rows = chart(text(as_olga.get(address(competition))), "Teams over time")
    assert [row[1] for row in rows] == ["2", "1"]


def test_one_reason_with_many_particulars_is_counted_as_one(as_olga, competition, alices_team, graded):
    graded(alices_team, BAD)
    graded(alices_team, BAD.replace("1,n/a", "1,five"))
    graded(alices_team, "nonsense")
    _, rows = chart(text(as_olga.get(address(competition))), "Why files were rejected")
    assert rows[0] == ["rating … is not a number.", "2"]
    assert len(rows) == 2


def test_names_cannot_break_out_of_the_drawing(as_olga, competition, alices_team, graded):
    Team.objects.filter(pk=alices_team.pk).update(name="</title><script>alert(1)</script>")
    graded(alices_team, GOOD)
    assert "<script>alert" not in text(as_olga.get(address(competition)))


def test_the_dashboard_is_linked_and_for_its_own_organizers_only(as_olga, as_alice, competition):
    other = Competition.objects.create(slug="other", title="Somebody else's", tagline="x", is_published=True)
    assert address(competition) in text(as_olga.get("/admin/competitions/competition/"))
    assert address(competition) in text(as_olga.get(f"/admin/competitions/competition/{competition.pk}/change/"))
    assert as_olga.get(address(other)).status_code == 404
    assert as_alice.get(address(competition)).status_code == 302
    assert Client().get(address(competition)).status_code == 302


def test_the_page_has_no_inline_style_or_script(as_olga, competition, alices_team, graded):
    graded(alices_team, GOOD)
    page = text(as_olga.get(address(competition)))
    drawn = page[page.index('<ul class="numbers">') : page.index("Take the data with you")]
    assert "style=" not in drawn
    assert "<script" not in drawn


def test_what_it_stores_is_told_by_kind(as_olga, competition, alices_team, graded, capsys):
    sent = graded(alices_team, GOOD)
    Competition.objects.update(uploads_kept_days=30)
    page = text(as_olga.get(address(competition)))
    rows = dict(row[:2] for row in chart(page, "Storage")[1])
    # Five values of 8 bytes behind a header of 128; the sizes of the others are those of their texts.
    assert rows["kept predictions"] == "168\xa0bytes"
    assert sent.evaluation.predictions.size == 168
    assert rows["uploads"] == f"{len(GOOD)}\xa0bytes"
    assert rows["solutions"] == f"{len(SOLUTION)}\xa0bytes"
    assert "for 30 days after archiving" in page
    call_command("storage")
    cells = capsys.readouterr().out.splitlines()[1].split()
    data = competition.data_files.get().file.size
    assert cells == [
        "stars",
        *map(str, (len(GOOD), 168, data, 0, len(SOLUTION), len(GOOD) + 168 + data + len(SOLUTION))),
    ]
    competition.solutions.get().file.storage.delete(competition.solutions.get().file.name)
    assert dict(row[:2] for row in chart(text(as_olga.get(address(competition))), "Storage")[1])["solutions"] == (
        "not seen from here"
    )
