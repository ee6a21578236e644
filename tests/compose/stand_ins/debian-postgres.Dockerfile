# Stands in for postgres:17-bookworm: the same user, folder and variables, with Debian's version of the server.
FROM debian:bookworm
# Whatever version Debian has now.
# hadolint ignore=DL3008
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends postgresql \
    && install -d -o postgres -g postgres -m 700 /var/lib/postgresql/data && rm -rf /var/lib/apt/lists/*
COPY postgres-entry.sh /usr/local/bin/
ENV PGDATA=/var/lib/postgresql/data
# By name, as the compose file says it.
# hadolint ignore=DL3066
USER postgres
ENTRYPOINT ["sh", "/usr/local/bin/postgres-entry.sh"]
