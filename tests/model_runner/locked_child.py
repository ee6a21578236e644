"""A process that puts the walls up in one of the modes that machines offer, and then tries one attack.

It prints the walls as JSON, then the attack's end. Run by test_walls.py: mode, jail, attack, target.
"""

import json
import os
import sys
from dataclasses import asdict

from attacks import ATTACKS, Target

from grader.model_runner import kernel, lockdown, syscall_filter
from grader.model_runner.limits import ModelLimits

EPERM, ENOSYS = 1, 38
SANDBOX_UID, ORDINARY_UID = 61_998, 61_997
# What Docker's default seccomp profile refuses to a container without CAP_SYS_ADMIN, as far as our filter knows the
# calls by name too (moby, profiles/seccomp/default.json): namespaces, mounts, keys, modules, and clone3 as if unknown.
DOCKERS_PROFILE = {
    **dict.fromkeys(
        (
            "unshare", "setns", "mount", "umount2", "pivot_root", "keyctl", "add_key", "request_key", "bpf",
            "perf_event_open", "userfaultfd", "open_by_handle_at", "kexec_load", "kexec_file_load", "init_module",
            "finit_module", "delete_module", "io_uring_setup", "io_uring_enter", "io_uring_register",
        ),
        EPERM,
    ),
    "clone3": ENOSYS,
}  # fmt: skip
NO_LANDLOCK = {"landlock_create_ruleset": ENOSYS, "landlock_add_rule": ENOSYS, "landlock_restrict_self": ENOSYS}
# Who starts the walls, and which system calls the machine or its container refuses beforehand.
MODES = {
    "root": (True, {}),
    "user": (False, {}),
    "container-root": (True, DOCKERS_PROFILE),
    "container-user": (False, DOCKERS_PROFILE),
    "old-container-root": (True, {**DOCKERS_PROFILE, **NO_LANDLOCK}),
    "old-container-user": (False, {**DOCKERS_PROFILE, **NO_LANDLOCK}),
}


def refuse_beforehand(refused):
    """What a container's own filter does: these calls fail with these errors."""
    if not refused:
        return
    program = [(0x20, 0, 0, 0)]
    for name, error in refused.items():
        program += [(0x15, 0, 1, kernel.this_processor().number(name)), (0x06, 0, 0, 0x00050000 | error)]
    kernel.prctl(kernel.Prctl.SET_NO_NEW_PRIVS, 1)
    syscall_filter.install([*program, (0x06, 0, 0, 0x7FFF0000)])


def main():
    mode, jail, wanted, target = sys.argv[1], sys.argv[2], sys.argv[3], Target(**json.loads(sys.argv[4]))
    attack = next((attack for attack in ATTACKS if attack.__name__ == wanted), None)
    as_root, refused = MODES[mode]
    refuse_beforehand(refused)
    if not as_root and os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(ORDINARY_UID, ORDINARY_UID, ORDINARY_UID)
        os.setresuid(ORDINARY_UID, ORDINARY_UID, ORDINARY_UID)
        # As a program that this user has started: changing the user has made the process unreadable to itself.
        kernel.prctl(kernel.Prctl.SET_DUMPABLE, 1)
    limits = ModelLimits(cpu_seconds=1)
    try:
        walls = lockdown.lock_down(jail, limits, parent=target.parent, own_uid=SANDBOX_UID)
    except lockdown.WallsFailed as problem:
        print(json.dumps({"refused": str(problem)}))
        return
    print(json.dumps(asdict(walls)), flush=True)
    if attack is None:
        return
    try:
        attack(target)
    except (OSError, RuntimeError, ValueError, MemoryError) as problem:
        print("stopped", type(problem).__name__, problem)
    else:
        print("SUCCEEDED")
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
