# Stands in for redis:7-bookworm: the same user, folder and program.
FROM debian:bookworm
# Whatever version Debian has now.
# hadolint ignore=DL3008
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends redis-server \
    && install -d -o redis -g redis /data && rm -rf /var/lib/apt/lists/*
# By name, as the compose file says it.
# hadolint ignore=DL3066
USER redis
WORKDIR /data
CMD ["redis-server"]
