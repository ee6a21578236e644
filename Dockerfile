# Three images, and one to look into the queues: `web` for the site, mail and beat; `scoring` with the starter kit, which trains the seed's baselines;
# `models` with TensorFlow, for the models worker alone. The packages are layers of their own, by their requirements.
ARG PYTHON_IMAGE=python:3.11-slim-bookworm

FROM ${PYTHON_IMAGE} AS python
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 \
    PATH=/opt/holdout/bin:$PATH
WORKDIR /holdout

# An environment of its own, put together here and copied without pip: some base images keep their Python for
# themselves (PEP 668), and nothing is installed in a running container.
FROM python AS packages
RUN python -m venv --without-pip /opt/holdout
COPY requirements.txt ./
RUN python3 -m venv /opt/pip \
    && /opt/pip/bin/pip --python /opt/holdout/bin/python install --require-hashes -r requirements.txt \
    && /opt/holdout/bin/python -m compileall -q /opt/holdout/lib

FROM python AS model-packages
# Of TensorFlow its library alone is loaded, so its Python is left as it is.
RUN python -m venv --without-pip /opt/holdout
COPY requirements-models.txt ./
RUN python3 -m venv /opt/pip \
    && /opt/pip/bin/pip --python /opt/holdout/bin/python install --require-hashes -r requirements-models.txt \
    && /opt/holdout/bin/python -m compileall -q -x /tensorflow/ /opt/holdout/lib

# Volumes take the owner of the folders that they cover. Everything runs as this user, by its number on the host too.
FROM python AS base
ENV PYTHONPATH=/holdout/platform:/holdout HOLDOUT_VAR=/var/holdout HOLDOUT_LABELS_DIR=/var/holdout-labels
RUN useradd --system --uid 10001 --create-home holdout \
    && install -d -o holdout -m 700 /var/holdout /var/holdout/competition_data /var/holdout/submissions \
        /var/holdout/predictions /var/holdout/archives /var/holdout-labels /certificates /bodies /buckets

FROM base AS web
COPY --from=packages /opt/holdout /opt/holdout
COPY manage.py LICENSE ./
COPY grader ./grader
COPY datasets ./datasets
COPY platform ./platform
RUN python -m compileall -q .
USER 10001
EXPOSE 8000

FROM web AS scoring
COPY starter_kit ./starter_kit

FROM base AS models
COPY --from=model-packages /opt/holdout /opt/holdout
COPY manage.py LICENSE ./
COPY grader ./grader
COPY datasets ./datasets
COPY platform ./platform
RUN python -m compileall -q .
USER 10001

FROM python AS flower-packages
RUN python -m venv --without-pip /opt/holdout
COPY requirements-flower.txt ./
RUN python3 -m venv /opt/pip \
    && /opt/pip/bin/pip --python /opt/holdout/bin/python install --require-hashes -r requirements-flower.txt

FROM base AS flower
COPY --from=flower-packages /opt/holdout /opt/holdout
USER 10001
EXPOSE 5555
