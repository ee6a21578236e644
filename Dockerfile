# Two images: `site` for web, scoring worker, beat and set-up; `models`, with TensorFlow, for the models worker.
ARG PYTHON_IMAGE=python:3.11-slim-bookworm
FROM ${PYTHON_IMAGE} AS base

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PYTHONPATH=/holdout/platform:/holdout HOLDOUT_VAR=/var/holdout HOLDOUT_LABELS_DIR=/var/holdout-labels
WORKDIR /holdout
# An environment of its own: some base images keep their Python for themselves (PEP 668).
RUN python -m venv /opt/holdout
ENV PATH=/opt/holdout/bin:$PATH
RUN useradd --system --uid 10001 --create-home holdout \
    && install -d -o holdout -m 700 /var/holdout /var/holdout/competition_data /var/holdout/submissions \
        /var/holdout/predictions /var/holdout/archives /var/holdout-labels

FROM base AS site
COPY requirements.txt ./
RUN pip install --no-cache-dir --require-hashes -r requirements.txt
COPY manage.py LICENSE ./
COPY platform ./platform
COPY grader ./grader
COPY datasets ./datasets
COPY starter_kit ./starter_kit
USER holdout
EXPOSE 8000

FROM base AS models
COPY requirements-models.txt ./
RUN pip install --no-cache-dir --require-hashes -r requirements-models.txt
COPY manage.py LICENSE ./
COPY platform ./platform
COPY grader ./grader
COPY datasets ./datasets
USER holdout
