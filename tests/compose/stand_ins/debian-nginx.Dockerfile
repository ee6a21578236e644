# Stands in for nginx:1.28-bookworm: the same program, and curl for the health check.
FROM debian:bookworm
# Whatever version Debian has now.
# hadolint ignore=DL3008
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends nginx-light curl ca-certificates \
    && rm -rf /var/lib/apt/lists/*
CMD ["nginx", "-g", "daemon off;"]
