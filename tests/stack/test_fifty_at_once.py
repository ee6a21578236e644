"""With a real web server: fifty requests at one team at once, and everything that must hold still holds."""

from concurrent.futures import ThreadPoolExecutor

import requests
from running_site import RunningSite

OPENED_TODAY = (
    "from django.utils import timezone; from competitions.models import Competition;"
    "Competition.objects.filter(slug='goodreads').update(opens_at=timezone.now(), daily_limit=3, max_team_size=4)"
)
MINE = "SELECT count(*) FROM submissions_submission WHERE submitted_by_id IS NOT NULL"
SIZES = "SELECT team_id, count(*), sum(is_captain) FROM teams_membership GROUP BY team_id"
SENT = "SELECT team_id, count(*) FROM submissions_submission WHERE submitted_by_id IS NOT NULL GROUP BY team_id"
ASTRAY = (
    "SELECT count(*) FROM submissions_submission s WHERE submitted_by_id IS NOT NULL AND NOT EXISTS "
    "(SELECT 1 FROM teams_membership m WHERE m.team_id = s.team_id AND m.user_id = s.submitted_by_id)"
)


def post(site: RunningSite, person, where: str) -> int:
    """What the site answers to that person's button."""
    answer = requests.post(
        f"{site.url}/competitions/goodreads/team/{where}",
        data={"csrfmiddlewaretoken": person.http.cookies["csrftoken"]},
        cookies=person.http.cookies.get_dict(),
        allow_redirects=False,
        timeout=60,
    )
    return answer.status_code


def test_links_uploads_and_leaving_at_once(run_site):
    # On a machine that is slow just now the last would be told to come back.
    site = run_site(HOLDOUT_BUSY_AFTER_SECONDS="0")
    site.manage("shell", "-v", "0", "-c", OPENED_TODAY)
    people = site.participants(*(f"person{number:02}" for number in range(12)))
    assert post(site, people[0], "link/") == 302
    token = site.value("SELECT link_token FROM teams_team WHERE name = 'person00'")
    sample = site.sample()

    def enter(person):
        return post(site, person, f"link/{token}/")

    def leave(person):
        return post(site, person, "leave/")

    def send(person):
        return person.upload(sample).status_code

    requests_at_once = [(send, person) for person in people[:5] for _ in range(3)]
    requests_at_once += [(enter, person) for person in people[1:]] + [(send, person) for person in people]
    requests_at_once += [(leave, person) for person in people]
    assert len(requests_at_once) == 50
    with ThreadPoolExecutor(50) as crowd:
        answers = list(crowd.map(lambda one: one[0](one[1]), requests_at_once))
    assert set(answers) <= {302, 409}

    sizes = site.rows(SIZES)
    assert sum(size for _, size, _ in sizes) == 12
    assert all(size <= 4 and captains == 1 for _, size, captains in sizes)
    # On its first day no team can have sent more than its three, however it came together.
    assert all(sent <= 3 for _, sent in site.rows(SENT))
    assert site.value(ASTRAY) == 0
    assert site.value(MINE) == len([answer for answer in answers[:15] + answers[26:38] if answer == 302])
