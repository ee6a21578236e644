"""Starting and stopping `./run`, and what it says when it cannot."""

import os
import subprocess
import sys
from contextlib import suppress

import pytest
from running_site import ROOT, SOURCES, RunningSite, eventually


def refusal(site):
    """What a start that cannot go on says; it must be one line."""
    process = site.launch()
    code = process.wait(timeout=60)
    said = site.said().strip()
    assert code == 1, said
    assert len(said.splitlines()) == 1, said
    return said


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("PORT", "abc", "a whole number"),
        ("PORT", "70000", "at most 65535"),
        ("DATABASE_URL", "nonsense", "sqlite:// or postgres://"),
        ("REDIS_URL", "http://localhost", "redis://"),
        ("LOG_LEVEL", "LOUD", "DEBUG, INFO, WARNING or ERROR"),
        ("HOLDOUT_LEASE_SECONDS", "0", "at least 2"),
        ("HOLDOUT_EMBEDDED_BROKER", "perhaps", "true or false"),
        ("EMAIL_URL", "pigeon://x", "smtp://"),
        ("HOLDOUT_HOST", "no such host", "an address of this machine"),
    ],
)
def test_a_wrong_setting_stops_the_start_with_one_sentence(seeded_var, tmp_path, name, value, expected):
    said = refusal(RunningSite(tmp_path / "var", **{name: value}))
    assert said.startswith(f"Wrong setting {name}: found '{value}'; expected ")
    assert expected in said


def test_a_database_that_is_away_stops_the_start_with_one_sentence(tmp_path):
    said = refusal(RunningSite(tmp_path / "var", DATABASE_URL="postgres://holdout:the-password@127.0.0.1:1/grades"))
    assert said.startswith("The database does not answer (PostgreSQL at 127.0.0.1:1, database grades): ")
    assert said.endswith("Start the database, or correct DATABASE_URL, and try again.")
    assert "the-password" not in said


def test_a_taken_port_is_named_with_another_one(site, tmp_path):
    second = RunningSite(tmp_path / "var")
    second.environment["PORT"] = str(site.port)
    assert refusal(second).startswith(f"Port {site.port} cannot be used")


def test_two_sites_on_one_folder_are_refused(site):
    second = RunningSite(site.var)
    second.log = site.var.parent / "second.log"
    assert "Another ./run works in" in refusal(second)


def test_the_password_is_shown_once_and_kept(site, seeded_var):
    first_start = (seeded_var.parent / f"{seeded_var.name}.log").read_text()
    password = (site.var / "organizer_password").read_text().strip()
    assert f"Password:      {password}" in first_start
    assert password not in site.said()
    assert (site.var / "organizer_password").stat().st_mode & 0o077 == 0


def test_the_seeded_competitions_are_committed_to_before_they_open(site):
    in_time = """
        SELECT c.slug, EXISTS (
            SELECT 1 FROM competitions_commitment m JOIN competitions_solution s ON s.id = m.solution_id
            WHERE s.competition_id = c.id AND m.made_at < c.opens_at)
        FROM competitions_competition c
    """
    # Other tests have made competitions of their own at this site.
    seeded = ("goodreads", "secret-shelves", "top-books", "finished")
    is_in_time = dict(site.rows(in_time))
    assert {slug: is_in_time[slug] for slug in seeded} == dict.fromkeys(seeded, 1)


def test_no_web_process_has_loaded_tensorflow(site):
    (alice,) = site.participants("alice-of-the-maps")
    alice.wait_for(alice.submit(site.sample()), "scored")
    top = site.top("web")
    processes = [top, *top.children(recursive=True)]
    assert len(processes) >= 3
    for process in processes:
        assert not [m.path for m in process.memory_maps() if "tensorflow" in m.path]


def test_labels_are_for_their_owner_only_and_in_no_log(site):
    folder = site.var / "labels"
    assert folder.stat().st_mode & 0o077 == 0
    for path in folder.rglob("*"):
        # What is worked with is gone when the work is done.
        with suppress(FileNotFoundError):
            assert path.stat().st_mode & 0o077 == 0, path
    solution = next(folder.rglob("*.csv"))
    lines = set(solution.read_text().splitlines()[1:])
    for log in (site.var / "logs").iterdir():
        assert not lines & set(log.read_text(errors="replace").split())


def python(code, **environment):
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": SOURCES, **environment},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def test_import_platform_is_the_standard_librarys():
    assert "platform.py" in python("import platform; print(platform.__file__); print(platform.system())")


def test_scoring_loads_without_django_and_tensorflow():
    code = (
        "import pkgutil, sys, importlib, grader.scoring as s\n"
        "for m in pkgutil.iter_modules(s.__path__, 'grader.scoring.'): importlib.import_module(m.name)\n"
        "import grader.grade\n"
        "print(sorted({'django', 'tensorflow', 'celery', 'keras'} & set(sys.modules)))"
    )
    assert python(code).strip() == "[]"


def test_the_site_loads_without_tensorflow_and_the_kit(tmp_path):
    code = (
        "import os, sys; os.environ['DJANGO_SETTINGS_MODULE'] = 'config.settings'\n"
        "import config.wsgi, config.urls, pages.urls\n"
        "print(sorted({'tensorflow', 'keras', 'starter_kit'} & set(sys.modules)))"
    )
    assert python(code, HOLDOUT_VAR=str(tmp_path)).strip() == "[]"


def test_before_the_web_server_forks_every_page_is_at_hand_and_nothing_is_connected(tmp_path):
    code = (
        "import os, sys; os.environ['DJANGO_SETTINGS_MODULE'] = 'config.settings'\n"
        "import config.wsgi\n"
        "from django.db import connections\n"
        "from django.template import engines\n"
        "print({'pages.urls', 'api.urls', 'allauth.account.urls'} <= set(sys.modules))\n"
        "(cached,) = engines['django'].engine.template_loaders\n"
        "print(len(cached.get_template_cache))\n"
        "print(connections['default'].connection)"
    )
    pages, templates, connection = python(code, HOLDOUT_VAR=str(tmp_path)).split()
    assert pages == "True"
    assert int(templates) >= len([*(ROOT / "platform" / "templates").rglob("*.html")])
    assert connection == "None"


def test_the_kits_commands_load_with_no_more_than_the_site_has():
    """The seed runs `train` and `predict` where only requirements.txt is installed, as in the site's container."""
    code = (
        "import sys, starter_kit.cli\n"
        "print(sorted({'requests', 'matplotlib', 'tensorflow', 'keras', 'scipy'} & set(sys.modules)))"
    )
    assert python(code).strip() == "[]"


def test_another_baseline_of_the_kit_can_be_entered(run_site):
    site = run_site()
    site.manage("seed", "--baseline", "user-mean")
    entered = (
        "SELECT c.slug, t.is_baseline FROM submissions_submission s JOIN teams_team t ON t.id = s.team_id "
        "JOIN competitions_competition c ON c.id = t.competition_id WHERE t.name = 'User mean' AND s.status = 'scored'"
    )
    eventually(lambda: len(site.rows(entered)) == 2, "both competitions have scored it")
    assert sorted(site.rows(entered)) == [("goodreads", 1), ("secret-shelves", 1)]
    # Once is enough.
    site.manage("seed", "--baseline", "user-mean")
    assert len(site.rows("SELECT 1 FROM teams_team WHERE name = 'User mean'")) == 2


def test_a_baseline_that_the_kit_has_not_is_named(site):
    done = subprocess.run(
        [sys.executable, "manage.py", "seed", "--baseline", "biasses"],
        cwd=ROOT, env=site.environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode != 0
    assert "Did you mean 'biases'?" in done.stderr
