"""The libraries of the REST API, told how to behave. Part of the settings."""

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "api.authentication.TokenAuthentication",
        "api.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": ["api.formats.Json"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "api.formats.AlwaysTheFirst",
    "DEFAULT_PAGINATION_CLASS": "api.pagination.Pages",
    "DEFAULT_THROTTLE_CLASSES": ["api.throttles.PerToken", "api.throttles.PerUser", "api.throttles.PerAddress"],
    "DEFAULT_SCHEMA_CLASS": "api.schema.Schema",
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": "api.problems.answer",
    "URL_FORMAT_OVERRIDE": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}

KNOX_TOKEN_MODEL = "accounts.Token"
# Its own table would stay empty, be no model's, and by its key to the users stop PostgreSQL from emptying theirs.
MIGRATION_MODULES = {"knox": None}
# By its beginning a token that lies about is found, and told from other sites' ones.
REST_KNOX = {"TOKEN_PREFIX": "holdout_", "AUTO_REFRESH": False}

SPECTACULAR_SETTINGS = {
    "TITLE": "Holdout",
    "DESCRIPTION": (
        "What the pages do, for programs. Sign in with `Authorization: Token …` (make one on `/account/tokens/`, or by "
        "`POST /api/v1/tokens/`). Times are UTC. What is refused is `application/problem+json`, with the sentence "
        "that the page shows in `detail`, and a word for programs in `code`. Every GET carries an ETag. 429 and 503 "
        "carry Retry-After."
    ),
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "DISABLE_DOCSTRING_DESCRIPTIONS": False,
    # tests/platform/test_api_schema.py fails on every warning of the schema; a start need not make it.
    "ENABLE_DJANGO_DEPLOY_CHECK": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "validatorUrl": None, "persistAuthorization": False},
}
