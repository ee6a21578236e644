"""What is made before a site starts: it is made once, and a second start changes nothing."""

import ssl

import pytest
from cryptography import x509
from django.core.management import CommandError, call_command
from django.test import override_settings

from accounts.models import User


@pytest.fixture
def own_folders(settings, tmp_path):
    settings.VAR = tmp_path
    settings.SEED = False
    settings.STATIC_ROOT = tmp_path / "static"


def test_a_second_start_changes_nothing(db, own_folders, tmp_path):
    certificates = tmp_path / "certificates"
    certificates.mkdir()
    call_command("prepare_site", certificates=certificates)
    assert User.objects.get().is_superuser
    kept = [*certificates.iterdir(), tmp_path / "organizer_password"]
    before = [path.read_bytes() for path in kept]
    call_command("prepare_site", certificates=certificates)
    assert [path.read_bytes() for path in kept] == before
    assert User.objects.count() == 1


def test_the_first_certificate_is_one_for_the_sites_names_and_its_key_is_the_owners(tmp_path):
    with override_settings(ALLOWED_HOSTS=["holdout.example.org", "localhost", "127.0.0.1", "[::1]"]):
        call_command("ensure_certificate", tmp_path)
    certificate, key = tmp_path / "tls.crt", tmp_path / "tls.key"
    assert key.stat().st_mode & 0o077 == 0
    ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(certificate, key)
    found = x509.load_pem_x509_certificate(certificate.read_bytes())
    names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["holdout.example.org", "localhost"]


def test_a_certificate_without_its_key_is_not_written_over(tmp_path):
    (tmp_path / "tls.crt").write_text("one of yours")
    with pytest.raises(CommandError, match="put both there, or neither"):
        call_command("ensure_certificate", tmp_path)
    assert (tmp_path / "tls.crt").read_text() == "one of yours"
