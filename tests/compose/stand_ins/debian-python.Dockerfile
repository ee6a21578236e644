# Stands in for python:3.11-slim-bookworm where no registry can be reached.
FROM debian:bookworm
# Whatever version Debian has now.
# hadolint ignore=DL3008
RUN apt-get update -qq \
    && apt-get install -y -qq --no-install-recommends python3 python3-pip python3-venv ca-certificates \
    && ln -s python3 /usr/bin/python && rm -rf /var/lib/apt/lists/*
# The machine's own trust store, so that pip trusts within the build what it trusts outside.
COPY ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
ENV PIP_CERT=/etc/ssl/certs/ca-certificates.crt SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
