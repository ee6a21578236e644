"""The broker, a doorbell only (it may be emptied at any moment), and Celery. Part of the settings."""

from celery.schedules import crontab
from kombu.transport import TRANSPORT_ALIASES

from config import environment, limits
from config.environment import VAR

BROKER_DIR = VAR / "broker"
_broker_address_file = BROKER_DIR / "address"


def _broker_url() -> str:
    """REDIS_URL, else the broker that `./run` has started (its address stands in `var/broker/address`), else files."""
    url = environment.address("REDIS_URL", "", ("redis", "rediss", "unix", "filesystem"))
    if not url and _broker_address_file.exists():
        url = _broker_address_file.read_text().strip()
    return url or "filesystem://"


REDIS_URL = _broker_url()
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_DEFAULT_QUEUE = "scoring"
CELERY_TASK_CREATE_MISSING_QUEUES = True
CELERY_BROKER_POOL_ACQUIRE_TIMEOUT = 5
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object]
if REDIS_URL.startswith("filesystem://"):
    _mailbox = BROKER_DIR / "messages"
    for folder in (_mailbox, BROKER_DIR / "control"):
        folder.mkdir(parents=True, exist_ok=True)
    TRANSPORT_ALIASES["filesystem"] = "config.file_messages:Transport"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_mailbox),
        "data_folder_out": str(_mailbox),
        "control_folder": str(BROKER_DIR / "control"),
        "polling_interval": 0.1,
    }
else:
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "socket_timeout": 5,
        "socket_connect_timeout": 3,
        # Ringing gives up quickly, so that no request hangs on a broker that is away: the sweeper rings again.
        "max_retries": 1,
        "interval_start": 0,
        "interval_step": 0.1,
        "interval_max": 0.1,
        "socket_keepalive": not REDIS_URL.startswith("unix://"),
    }

# How long tasks may take, and who makes the rounds.
CELERY_TASK_TIME_LIMIT = limits.TURN_SECONDS + limits.GRADING_SECONDS
# It sweeps every SWEEP_SECONDS, and rings for what stands here.
CELERY_BEAT_SCHEDULER = "config.rounds:OwnRounds"
CELERY_BEAT_SCHEDULE = {
    "clean_up": {
        "task": "grading.clean_up",
        "schedule": crontab(hour=str(limits.CLEAN_UP_HOUR), minute="0"),
        "options": {"expires": limits.CLEAN_UP_SECONDS, "ignore_result": True},
    },
}
