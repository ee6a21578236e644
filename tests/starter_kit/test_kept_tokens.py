"""Where the kit keeps who somebody is, and what it says before anything is sent."""

import json
import stat
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from starter_kit.site.kept_tokens import KeptToken, KeptTokens

ROOT = Path(__file__).parents[2]
SITE = "https://holdout.example.org"
SECRET = "holdout_b7c1secret"


@pytest.fixture(autouse=True)
def settings_folder(tmp_path, monkeypatch):
    """A home of one's own, in which nobody has signed in anywhere."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    for name in ("HOLDOUT_SITE", "HOLDOUT_TOKEN", "HOLDOUT_PLAIN_HTTP", "KIT_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "config" / "holdout"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_kept_token_is_readable_by_its_owner_alone(settings_folder):
    KeptTokens().keep(KeptToken(SITE, "alice", SECRET))
    assert mode(settings_folder) == 0o700
    assert mode(settings_folder / "tokens.json") == 0o600
    assert [path.name for path in settings_folder.iterdir()] == ["tokens.json"]


def test_each_site_has_its_own_token_and_the_last_one_is_remembered():
    tokens = KeptTokens()
    tokens.keep(KeptToken(SITE, "alice", SECRET))
    tokens.keep(KeptToken("http://localhost:8000", "alice-at-home", "another", may_go_plain=True))
    assert tokens.of(SITE) == KeptToken(SITE, "alice", SECRET)
    assert tokens.last_site == "http://localhost:8000"
    tokens.forget("http://localhost:8000")
    assert tokens.last_site == ""
    assert tokens.of(SITE).username == "alice"


def test_a_file_that_others_could_read_is_closed_again(settings_folder):
    KeptTokens().keep(KeptToken(SITE, "alice", SECRET))
    (settings_folder / "tokens.json").chmod(0o644)
    assert KeptTokens().of(SITE).token == SECRET
    assert mode(settings_folder / "tokens.json") == 0o600


def test_a_token_does_not_show_in_what_is_printed_of_it():
    assert SECRET not in repr(KeptToken(SITE, "alice", SECRET))


@pytest.mark.parametrize("content", ["{", "[]", json.dumps({"sites": {SITE: {"username": "alice", "key": SECRET}}})])
def test_a_spoilt_file_is_named_and_never_quoted(alice, settings_folder, content):
    settings_folder.mkdir(parents=True)
    (settings_folder / "tokens.json").write_text(content)
    result = alice("quota", "goodreads", "--site", SITE)
    assert result.exit_code == 1
    assert f"{settings_folder / 'tokens.json'}: the kept tokens cannot be read." in result.stderr
    assert SECRET not in result.output


def test_a_token_does_not_go_to_another_machine_without_https(alice):
    KeptTokens().keep(KeptToken("http://holdout.example.org", "alice", SECRET))
    result = alice("quota", "goodreads")
    assert result.exit_code == 2
    assert "without https a password or token can be read on the way" in result.stderr


@pytest.mark.parametrize("words", [("login", "--username", "alice"), ("login", "--token"), ("quota", "goodreads")])
def test_a_site_without_https_is_refused_before_anything_is_asked(alice, monkeypatch, words):
    monkeypatch.setenv("HOLDOUT_TOKEN", SECRET)
    result = alice(*words, "--site", "http://holdout.example.org")
    assert result.exit_code == 2
    assert "login --plain-http" in result.stderr
    assert SECRET not in result.output


@pytest.mark.parametrize(
    ("words", "exit_code", "sentence"),
    [
        (("quota", "goodreads"), 2, "Which site? Name it with --site"),
        (("quota", "--site", SITE), 2, "Which competition? Name it"),
        (("quota", "https://holdout.example.org/accounts/login/"), 2, "is not the address of a competition's page"),
        (("quota", f"{SITE}/competitions/goodreads/", "--site", "http://localhost:8000"), 2, "Leave one of them out"),
        (("quota", "goodreads", "--site", "https://alice:secret@holdout.example.org"), 2, "does not belong into"),
        (("quota", "goodreads", "--site", SITE), 3, f"You are not signed in at {SITE}. Sign in with:"),
        (("logout", "--site", SITE), 3, "there is no token to forget"),
        (("submissions", "goodreads", "--wait", "--site", SITE), 2, "--wait is for one submission"),
        (("submit", "nothing.csv", "--select", "--no-wait"), 2, "--select waits for the score"),
        (("competitions", "--site", "http://localhost:9"), 6, "http://localhost:9: cannot be reached"),
    ],
)
def test_what_can_be_foreseen_ends_in_its_sentence_and_exit_code(alice, monkeypatch, words, exit_code, sentence):
    monkeypatch.setenv("no_proxy", "localhost")
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    monkeypatch.setattr("starter_kit.site.api.SHORT_PATIENCE_SECONDS", 0.0)
    result = alice(*words)
    assert result.exit_code == exit_code, result.output
    assert sentence in result.stderr
    assert "Traceback" not in result.output
    assert result.stdout == ""


def test_a_site_that_sends_elsewhere_gets_no_token_sent_there(alice, monkeypatch):
    monkeypatch.setenv("no_proxy", "localhost")
    monkeypatch.setenv("HOLDOUT_TOKEN", SECRET)
    asked = []

    class SendsOn(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(302)
            self.send_header("Location", f"http://localhost:{self.server.server_port}/elsewhere/")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), SendsOn)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    result = alice("quota", "goodreads", "--site", f"http://localhost:{server.server_port}")
    server.shutdown()
    server.server_close()
    thread.join()
    assert result.exit_code == 2
    assert "the site sends us on to" in result.stderr
    assert asked == ["/api/v1/competitions/goodreads/quota/"]


def test_with_json_a_failure_is_one_document_on_stdout_too(alice):
    result = alice("quota", "goodreads", "--site", SITE, "--json")
    assert result.exit_code == 3
    error = json.loads(result.stdout)["error"]
    assert error["exit_code"] == 3
    assert "You are not signed in" in error["detail"]


@pytest.mark.parametrize("command", ["login", "competitions", "submit", "quota"])
def test_the_exit_codes_are_in_the_help(alice, command):
    said = " ".join(alice(command, "--help").stdout.split())
    assert "4 a limit is reached (it says when again)" in said


def test_a_command_of_the_site_starts_without_what_only_training_needs():
    program = (
        "import sys\n"
        "from starter_kit.cli import app\n"
        "try:\n"
        "    app(['submissions', 'goodreads', '--site', 'https://holdout.example.org'])\n"
        "except SystemExit as ended:\n"
        "    print(ended.code, sorted({'tensorflow', 'keras', 'pandas', 'matplotlib', 'django'} & set(sys.modules)))\n"
    )
    ran = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "3 []"


def test_a_mistyped_command_is_answered_with_the_nearest(alice):
    result = alice("submision")
    assert result.exit_code == 2
    assert "submissions" in result.stderr
