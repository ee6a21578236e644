"""Every limit of the site, by name: how long, how many, how large. Part of the settings."""

from config import environment

LEASE_SECONDS = environment.whole_number("HOLDOUT_LEASE_SECONDS", 20, least=2)
RENEW_SECONDS = LEASE_SECONDS / 4
SWEEP_SECONDS = environment.whole_number("HOLDOUT_SWEEP_SECONDS", 5, least=1)
MAX_TRIES = environment.whole_number("HOLDOUT_MAX_TRIES", 3, least=1)
# After a failure of ours, how long a submission waits for its next try.
RETRY_PAUSE_SECONDS = environment.whole_number("HOLDOUT_RETRY_PAUSE_SECONDS", 5)
# Whatever waits longer has the cause in its time line.
LONG_WAIT_SECONDS = environment.whole_number("HOLDOUT_LONG_WAIT_SECONDS", 60, least=1)
FAIR_SHARE_MINUTES = environment.whole_number("HOLDOUT_FAIR_SHARE_MINUTES", 10, least=1)
# A place in a queue is told while no more than so many wait in it; how long that takes, from so many that were done.
QUEUE_LOOKED_AT = 2000
# Places are told as the queue was so many seconds ago at most; 0: each who asks has it counted anew.
QUEUE_SECONDS = environment.whole_number("HOLDOUT_QUEUE_SECONDS", 1)
PACE_SAMPLE = 30
# One doorbell's turn ends after this long; what still waits rings again.
TURN_SECONDS = environment.whole_number("HOLDOUT_TURN_SECONDS", 30, least=1)
# A rescore writes after so many submissions or seconds, whichever comes first; then files that wait have their turn.
RESCORE_BATCH = environment.whole_number("HOLDOUT_RESCORE_BATCH", 250, least=1)
RESCORE_BATCH_SECONDS = 0.1
# Submissions of a rescore that cannot be read at all; with more of them something else is wrong.
RESCORE_LEFT_OUT = 100
RESCORE_MOVERS_SHOWN = 20
GRADING_SECONDS = environment.whole_number("HOLDOUT_GRADING_SECONDS", 300, least=10)
# Whoever has long work in hand (a check, an audit, a board's certainty, slices, an archive) says so again within this
# time; else another process takes it up.
JOB_LEASE_SECONDS = environment.whole_number("HOLDOUT_JOB_LEASE_SECONDS", 60, least=2)
# A launch check that takes longer, because submissions of its own wait for a worker, is given up.
LAUNCH_CHECK_SECONDS = environment.whole_number("HOLDOUT_LAUNCH_CHECK_SECONDS", 900, least=30)
# What one audit may take. The worker goes on scoring meanwhile.
AUDIT_SECONDS = environment.whole_number("HOLDOUT_AUDIT_SECONDS", 300, least=10)
# Uploads of all kinds that a team may make per day for each slot of its limit.
UPLOADS_PER_SLOT = environment.whole_number("HOLDOUT_UPLOADS_PER_SLOT", 10, least=1)
# The most that a competition may allow its models.
MAX_MODEL_BYTES = environment.whole_number("HOLDOUT_MAX_MODEL_MB", 512, least=1) * 1_000_000
MAX_MODEL_SECONDS = environment.whole_number("HOLDOUT_MAX_MODEL_SECONDS", 300, least=1)
MAX_MODEL_MEMORY_MIB = environment.whole_number("HOLDOUT_MAX_MODEL_MEMORY_MIB", 8192, least=256)
# Rows of train.csv on which a failing model is run once more, so that its owner can read why.
MODEL_SAMPLE_ROWS = environment.whole_number("HOLDOUT_MODEL_SAMPLE_ROWS", 2000, least=1)
# By the wall clock a model may take this many times its processor time.
WALL_SECONDS_PER_MODEL_SECOND = 2
# A turn, then one model: unpacked, screened, run, and run again on public rows.
MODELS_TASK_SECONDS = TURN_SECONDS + GRADING_SECONDS + 2 * WALL_SECONDS_PER_MODEL_SECOND * MAX_MODEL_SECONDS
# Whoever meets a database that is away, or a full disk, is told to come back after this long.
TROUBLE_RETRY_SECONDS = 5
# What an interrupted upload has left in UPLOAD_TEMP_DIR, and one in chunks that goes on no more, is removed after this
# long: a day at least, for what it has cost counts against the team's bytes of that day.
LEFT_UPLOADS_SECONDS = 86_400
# A models worker that was not heard of for this long is taken for gone.
WORKER_SILENCE_SECONDS = 6 * SWEEP_SECONDS
# How often one that is off looks whether it can run models again.
WALLS_RETRY_SECONDS = environment.whole_number("HOLDOUT_WALLS_RETRY_SECONDS", 60, least=1)
TEAM_UPLOAD_BYTES_PER_DAY = environment.whole_number("HOLDOUT_TEAM_UPLOAD_MB_PER_DAY", 5000, least=1) * 1_000_000
MAX_UNPACKED_BYTES = environment.whole_number("HOLDOUT_MAX_UNPACKED_MB", 1000, least=1) * 1_000_000
# What a competition may consist of as files: so many, and its YAML and each page no longer than this.
MAX_COMPETITION_FILES = environment.whole_number("HOLDOUT_MAX_COMPETITION_FILES", 300, least=10)
MAX_COMPETITION_TEXT_BYTES = 1_000_000
# A larger file goes in chunks of this size, where the browser runs our script; it is resumed after a lost connection.
CHUNK_ABOVE_BYTES = environment.whole_number("HOLDOUT_CHUNK_ABOVE_MB", 20, least=1) * 1_000_000
CHUNK_BYTES = environment.whole_number("HOLDOUT_CHUNK_MB", 8, least=1, most=64) * 1_000_000
OPEN_UPLOADS_PER_TEAM = environment.whole_number("HOLDOUT_OPEN_UPLOADS_PER_TEAM", 3, least=1)
# One that was begun before closing is in time when it has ended this long after it.
UPLOAD_GRACE_SECONDS = environment.whole_number("HOLDOUT_UPLOAD_GRACE_SECONDS", 600)
# An upload form carries a little more than its file: the other fields and the multipart borders.
UPLOAD_FORM_BYTES = 100_000
# The ids of a larger test set are not sent to browsers, which then check a file without them.
IDS_FOR_BROWSER = 2_000_000
# Above this, what can be refused without reading the file is refused so.
EARLY_REFUSAL_BYTES = 10_000_000
# Every other form of the site.
FORM_BYTES = 1_000_000
# People and teams that one team may ask to come to it.
TEAM_INVITATIONS_PER_DAY = environment.whole_number("HOLDOUT_TEAM_INVITATIONS_PER_DAY", 20, least=1)
# What a team may say of a submission; its column is as wide.
DESCRIPTION_CHARACTERS = 300
LEADERBOARD_PAGE_SIZE = environment.whole_number("HOLDOUT_LEADERBOARD_PAGE_SIZE", 100, least=10)
# A team may ask so often, a day and in all, where a submission of its errs; 0 a day: nobody is told.
SLICES_PER_DAY = environment.whole_number("HOLDOUT_SLICES_PER_DAY", 3)
SLICES_IN_ALL = environment.whole_number("HOLDOUT_SLICES_IN_ALL", 30, least=1)
LEAST_SLICE_ROWS = environment.whole_number("HOLDOUT_LEAST_SLICE_ROWS", 500, least=2)
# How soon after a look at similar files the next may follow, when teams' best files have changed meanwhile.
SIMILARITY_PAUSE_SECONDS = environment.whole_number("HOLDOUT_SIMILARITY_PAUSE_SECONDS", 120, least=1)
# What it may take, files that are scored meanwhile included.
SIMILARITY_AT_MOST_SECONDS = environment.whole_number("HOLDOUT_SIMILARITY_AT_MOST_SECONDS", 300, least=10)
# What that look may hold in memory; of more files or rows, evenly spaced rows are compared.
SIMILARITY_BYTES = environment.whole_number("HOLDOUT_SIMILARITY_MB", 256, least=1) * 1_000_000
SIMILAR_PAIRS_SHOWN = 50
# Of a team's files, so many earlier ones are compared with each new one, and no more bytes than that.
PROBING_FILES_COMPARED = 50
PROBING_BYTES = 100_000_000
PROBING_SIGNS_SHOWN = 100
# Receipts that one transaction appends to their chain; a sweep goes on for so many seconds.
RECEIPTS_AT_ONCE = environment.whole_number("HOLDOUT_RECEIPTS_AT_ONCE", 500, least=1)
RECEIPTS_SWEEP_SECONDS = 1
# The daily clean-up begins at this hour (UTC) and takes no longer than this; the rest is for the next day.
CLEAN_UP_HOUR = environment.whole_number("HOLDOUT_CLEAN_UP_HOUR", 3, most=23)
CLEAN_UP_SECONDS = environment.whole_number("HOLDOUT_CLEAN_UP_SECONDS", 1800, least=10)
# A file that no row names, or that a killed process has left, is removed once it is so old: a day at least, for what
# is under way stores its file before it writes its row.
ORPHANS_KEPT_SECONDS = environment.whole_number("HOLDOUT_ORPHANS_KEPT_DAYS", 1, least=1) * 86_400
# An expired token is shown to its owner for so long.
EXPIRED_KEPT_DAYS = environment.whole_number("HOLDOUT_EXPIRED_KEPT_DAYS", 30)
# What making an archive may take. The worker goes on scoring meanwhile.
ARCHIVE_SECONDS = environment.whole_number("HOLDOUT_ARCHIVE_SECONDS", 3600, least=10)
# How sure a board is, is found again at most so often, and takes at most that share of the time.
CERTAINTY_SECONDS = environment.whole_number("HOLDOUT_CERTAINTY_SECONDS", 10, least=1)
CERTAINTY_SHARE_PERCENT = 10
# What one run may take; after one that failed, how long it is left alone. The worker goes on scoring meanwhile.
CERTAINTY_AT_MOST_SECONDS = environment.whole_number("HOLDOUT_CERTAINTY_AT_MOST_SECONDS", 900, least=10)
CERTAINTY_RETRY_SECONDS = 60
CERTAINTY_PLOT_SIZE = 50
# The status page is made anew at most so often, however many look at it; 0: for each of them.
STATUS_SECONDS = environment.whole_number("HOLDOUT_STATUS_SECONDS", 5)
# Times from upload to score are those of so many hours and of so many submissions, the newest; of fewer than the
# least nothing is said, for it would be said of one team.
STATUS_HOURS = 24
STATUS_TIMES_READ = 1000
STATUS_LEAST_TIMES = 5
# When a queue has stood before the web server's threads for so long, whoever has waited longer than BUSY_WAIT_SECONDS
# is told to come back, after BUSY_RETRY_SECONDS at the least; 0: nobody is.
BUSY_AFTER_SECONDS = environment.whole_number("HOLDOUT_BUSY_AFTER_SECONDS", 5)
BUSY_WAIT_SECONDS = environment.whole_number("HOLDOUT_BUSY_WAIT_MS", 500, least=10) / 1000
BUSY_RETRY_SECONDS = environment.whole_number("HOLDOUT_BUSY_RETRY_SECONDS", 5, least=1)
# Whoever meets a site under maintenance is told to come back after this long, where no time is named.
MAINTENANCE_RETRY_SECONDS = 600
# Before it closes, a competition reminds teams for so many days to choose their final submissions.
CHOOSE_DAYS = environment.whole_number("HOLDOUT_CHOOSE_DAYS", 3)
# Of a data file, as much is shown before it is downloaded; of a larger one than this, the size and the digest alone.
COUNTED_DATA_BYTES = environment.whole_number("HOLDOUT_COUNTED_DATA_MB", 500, least=1) * 1_000_000
PREVIEW_ROWS = 5
PREVIEW_COLUMNS = 30
PREVIEW_CELL = 120
# How often the API may be asked in a minute, as each web process counts it; 0: without limit.
API_REQUESTS_PER_TOKEN = environment.whole_number("HOLDOUT_API_REQUESTS_PER_TOKEN", 600)
API_REQUESTS_PER_USER = environment.whole_number("HOLDOUT_API_REQUESTS_PER_USER", 1200)
API_REQUESTS_PER_ADDRESS = environment.whole_number("HOLDOUT_API_REQUESTS_PER_ADDRESS", 120)
# Files and chunks of them.
API_UPLOADS_PER_USER = environment.whole_number("HOLDOUT_API_UPLOADS_PER_USER", 600)
API_SIGN_INS_PER_ADDRESS = environment.whole_number("HOLDOUT_API_SIGN_INS_PER_ADDRESS", 20)
API_PAGE_SIZE = 50
API_MAX_PAGE_SIZE = environment.whole_number("HOLDOUT_API_MAX_PAGE_SIZE", 200, least=50)
# Tokens that one person may have at once, and the longest that one lasts.
TOKENS_PER_USER = environment.whole_number("HOLDOUT_TOKENS_PER_USER", 20, least=1)
TOKEN_DAYS = environment.whole_number("HOLDOUT_TOKEN_DAYS", 365, least=1)
# Who has typed the password this long ago is asked again before what cannot be undone.
REAUTHENTICATION_SECONDS = environment.whole_number("HOLDOUT_REAUTHENTICATION_SECONDS", 300, least=10)
# How often a person may take their own data.
OWN_DATA_PER_HOUR = environment.whole_number("HOLDOUT_OWN_DATA_PER_HOUR", 5, least=1)
OWN_DATA_RATE = f"{OWN_DATA_PER_HOUR}/h/user"
# So long before closing those who take part are reminded; 0: not.
FIRST_REMINDER_HOURS = environment.whole_number("HOLDOUT_FIRST_REMINDER_HOURS", 72)
LAST_REMINDER_HOURS = environment.whole_number("HOLDOUT_LAST_REMINDER_HOURS", 24)
# Reminders that one transaction posts; a sweep goes on for so many seconds.
REMINDERS_AT_ONCE = environment.whole_number("HOLDOUT_REMINDERS_AT_ONCE", 200, least=1)
REMINDERS_SWEEP_SECONDS = 1
# Whoever watches the site is answered within this time, also while the database or the broker hangs.
READY_TIMEOUT_SECONDS = environment.whole_number("HOLDOUT_READY_TIMEOUT_SECONDS", 3, least=1)
# An answer of /readyz is said again for so long; 0: each is found anew. So is what the metrics count in the database.
READY_SECONDS = environment.whole_number("HOLDOUT_READY_SECONDS", 2)
METRICS_SECONDS = environment.whole_number("HOLDOUT_METRICS_SECONDS", 10)
METRICS_TIMEOUT_SECONDS = environment.whole_number("HOLDOUT_METRICS_TIMEOUT_SECONDS", 8, least=1)
# Times from upload to score, and what became of submissions, are told of so long.
METRICS_WINDOW_SECONDS = 3600
# What has waited this long is worth a look; less free space than this is too.
OLD_QUEUE_SECONDS = environment.whole_number("HOLDOUT_OLD_QUEUE_SECONDS", 300, least=1)
DISK_LOW_PERCENT = environment.whole_number("HOLDOUT_DISK_LOW_PERCENT", 10, least=1, most=99)
# How far the clocks of this machine and of the database may be apart.
CLOCK_DIFFERENCE_SECONDS = 2
# A new connection to PostgreSQL is given up after this long.
DATABASE_CONNECT_SECONDS = environment.whole_number("HOLDOUT_DATABASE_CONNECT_SECONDS", 5, least=2)
# What a connection to PostgreSQL has asked so often is planned once for all; 0: never, as old connection poolers want.
DATABASE_PREPARE_AFTER = environment.whole_number("HOLDOUT_DATABASE_PREPARE_AFTER", 5)
