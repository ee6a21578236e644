#!/bin/sh
# Makes the files that docker-compose.yml reads its secrets from, in ./secrets; what is there is left as it is.
# The folder is for its owner alone; the files in it can be read by the containers' users, to whom each is given singly.
set -eu
cd "$(dirname "$0")/.."
umask 077
mkdir -p secrets
chmod 700 secrets
for name in secret_key postgres_password models_password redis_password \
    s3_root_password s3_secret_key s3_models_secret_key s3_labels_secret_key s3_web_labels_secret_key; do
    [ -e "secrets/$name" ] && continue
    head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n' >"secrets/$name"
    echo "made secrets/$name"
done
# The mail server's, where EMAIL_URL names a user: put it in here.
[ -e secrets/email_password ] || echo "unused" >secrets/email_password
chmod 444 secrets/*
