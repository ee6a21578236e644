"""docker-compose.yml keeps its promises, whoever changes it. No engine is needed: `python -m tests.compose` has one."""

import re
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.urls import URLPattern, get_resolver
from django.urls.resolvers import URLResolver

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
every_service = pytest.mark.parametrize("service", list(SERVICES.values()), ids=list(SERVICES))
LABELS = "/var/holdout-labels"


def default(text):
    """A value as it is where no variable is set."""
    return re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", str(text))


def mounted(service):
    return {default(volume).split(":")[1]: default(volume) for volume in service.get("volumes", [])}


def test_the_proxy_alone_can_be_reached_from_elsewhere():
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert set(published) == {"proxy", "flower"}
    assert all(default(port).startswith("127.0.0.1:") for port in published["flower"])
    assert "profiles" in SERVICES["flower"]


@every_service
def test_nothing_of_a_container_can_be_written_and_it_has_no_capability(service):
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert "no-new-privileges:true" in service["security_opt"]
    assert not service.get("privileged")
    assert service.get("user", "10001") not in ("root", "0", "0:0")


@every_service
def test_every_service_has_limits_and_a_health_check(service):
    assert service["mem_limit"]
    assert service["pids_limit"]
    assert float(default(service["cpus"])) > 0
    # What runs once is waited for until it has ended well.
    assert service.get("restart") == "no" or service["healthcheck"]["test"]


@every_service
def test_images_of_others_are_pinned_to_a_version(service):
    if "build" not in service:
        assert re.search(r":[\w.-]*\d[\w.-]*$", default(service["image"])), service["image"]


@every_service
def test_services_wait_until_what_they_need_is_well(service):
    for needed, how in service.get("depends_on", {}).items():
        finished = "service_completed_successfully" if needed == "setup" else "service_healthy"
        assert how["condition"] == finished


def test_the_models_worker_has_no_labels_and_nobody_elses_password():
    models = SERVICES["models"]
    assert not [path for path in mounted(models) if path.startswith(LABELS) or path == "/var/holdout"]
    writable = [path for path, volume in mounted(models).items() if not volume.endswith(":ro")]
    assert writable == ["/var/holdout/predictions"]
    assert models["networks"] == ["models"]
    assert COMPOSE["networks"]["models"]["internal"] is True
    assert set(models["secrets"]) == {"secret_key", "models_password", "redis_password", "s3_models_secret_key"}
    assert models["environment"]["DATABASE_PASSWORD_FILE"] == "/run/secrets/models_password"
    assert "holdout_models@" in models["environment"]["DATABASE_URL"]


def test_labels_are_where_they_are_written_and_read_alone():
    assert {name for name, service in SERVICES.items() if LABELS in mounted(service)} == {"setup", "web", "scoring"}


def test_the_database_and_the_broker_have_no_way_out():
    for name in ("postgres", "redis"):
        assert all(COMPOSE["networks"][network]["internal"] for network in SERVICES[name]["networks"])


def test_who_may_read_labels_in_a_bucket_has_keys_that_the_others_have_not():
    def holders(secret):
        return {name for name, service in SERVICES.items() if secret in service.get("secrets", [])}

    assert holders("s3_labels_secret_key") == {"setup", "scoring"}
    assert holders("s3_web_labels_secret_key") == {"web"}
    assert holders("models_password") == {"setup", "models"}


def test_every_secret_is_made_by_the_script():
    script = (ROOT / "deploy" / "make_secrets.sh").read_text()
    for name, secret in COMPOSE["secrets"].items():
        assert secret["file"] == f"./secrets/{name}"
        assert re.search(rf"\b{name}\b", script), name


def test_no_secret_stands_in_the_environment():
    for name, service in SERVICES.items():
        for variable in service.get("environment", {}):
            assert variable.endswith("_FILE") or not re.search(r"PASSWORD|SECRET|TOKEN", variable), (name, variable)


def doors_of_files(patterns, prefix=""):
    """The addresses whose views judge a body's size themselves, for they take files."""
    for pattern in patterns:
        here = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from doors_of_files(pattern.url_patterns, here)
        elif isinstance(pattern, URLPattern) and getattr(pattern.callback, "judges_its_own_size", False):
            yield "/" + re.sub(r"<\w+:\w+>|<\w+>", "x", here).replace("^", "")


def test_the_proxy_lets_through_what_the_site_takes():
    conf = (ROOT / "deploy" / "nginx.conf").read_text()
    (door,) = re.findall(r"location ~ (\S+) \{", conf)
    small, large = (int(megabytes) * 1024**2 for megabytes in re.findall(r"client_max_body_size (\d+)m;", conf))
    doors = ["/admin/x/", *doors_of_files(get_resolver().url_patterns)]
    assert len(doors) > 10
    assert [address for address in doors if not re.search(door, address)] == []
    assert small > settings.FORM_BYTES
    form = settings.UPLOAD_FORM_BYTES
    assert large > max(settings.MAX_UNPACKED_BYTES, settings.MAX_MODEL_BYTES, settings.CHUNK_BYTES) + form
