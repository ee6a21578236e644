"""Behind a TLS proxy, as in production: Django's own deployment checks, and what browsers are told."""

import json
import os
import subprocess
import sys

from running_site import ROOT, SOURCES

PRODUCTION = {
    "HOLDOUT_BEHIND_TLS_PROXY": "true",
    "ALLOWED_HOSTS": "holdout.example.org",
    "CSRF_TRUSTED_ORIGINS": "https://holdout.example.org",
    "REDIS_URL": "redis://127.0.0.1:1/0",
}
# Three visits: by TLS, by plain HTTP, and from inside past the proxy.
ASKED = """
import json, django
django.setup()
from django.core.management import call_command
from django.test import Client
call_command("check", deploy=True, fail_level="WARNING")
client = Client(headers={"host": "holdout.example.org"})
by_tls = client.get("/words.js", headers={"x-forwarded-proto": "https"})
plain = client.get("/account/?a=1", headers={"x-forwarded-proto": "http"})
inside = Client(headers={"host": "localhost"}).get("/healthz")
print(json.dumps({
    "headers": dict(by_tls.headers), "plain": [plain.status_code, plain["Location"]], "inside": inside.status_code,
}))
"""


def start(tmp_path, code, **settings):
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("HOLDOUT_", "DATABASE_", "SECRET_"))
    }
    environment |= {
        "HOLDOUT_VAR": str(tmp_path / "var"),
        "PYTHONPATH": SOURCES,
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    environment |= PRODUCTION | settings
    command = [sys.executable, "-c", code]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_djangos_deployment_checks_find_nothing_and_browsers_are_held_to_tls(tmp_path):
    done = start(tmp_path, ASKED, HOLDOUT_HSTS_SECONDS="3600", HOLDOUT_HSTS_INCLUDE_SUBDOMAINS="true")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    headers = told["headers"]
    assert headers["Strict-Transport-Security"] == "max-age=3600; includeSubDomains"
    assert headers["Referrer-Policy"] == headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert "camera=()" in headers["Permissions-Policy"]
    assert told["plain"] == [301, "https://holdout.example.org/account/?a=1"]
    assert told["inside"] == 200


def test_a_host_without_its_subdomains_cannot_be_listed(tmp_path):
    done = start(tmp_path, "import config.settings", HOLDOUT_HSTS_PRELOAD="true")
    assert done.returncode == 1
    assert done.stderr.startswith("Wrong setting HOLDOUT_HSTS_PRELOAD: ")
    assert "HOLDOUT_HSTS_INCLUDE_SUBDOMAINS=true" in done.stderr
