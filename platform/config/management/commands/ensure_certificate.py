"""`manage.py ensure_certificate FOLDER`: a certificate for the TLS proxy where there is none yet."""

from argparse import ArgumentParser
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

CERTIFICATE, KEY = "tls.crt", "tls.key"
VALID = timedelta(days=825)


class Command(BaseCommand):
    help = f"Make a self-signed {CERTIFICATE} and {KEY} for ALLOWED_HOSTS in FOLDER, unless both are there."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        certificate, key = options["folder"] / CERTIFICATE, options["folder"] / KEY
        if certificate.exists() and key.exists():
            return
        if certificate.exists() or key.exists():
            raise CommandError(
                f"In {options['folder']} one of {CERTIFICATE} and {KEY} is missing: put both there, or neither."
            )
        names = [name.lstrip(".") for name in settings.ALLOWED_HOSTS if name[:1].isalpha() or name.startswith(".")]
        private = ec.generate_private_key(ec.SECP256R1())
        now = datetime.now(UTC)
        issuer = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, names[0][:64])])
        signed = (
            x509.CertificateBuilder()
            .subject_name(issuer)
            .issuer_name(issuer)
            .public_key(private.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(minutes=10))
            .not_valid_after(now + VALID)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .sign(private, hashes.SHA256())
        )
        key.touch(mode=0o600)
        key.write_bytes(
            private.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
        self.stdout.write(f"Made a self-signed certificate for {', '.join(names)}: browsers will warn of it.")
