"""How does a child drop root and die with us? Run by `spawn.py`, this does both and becomes the child.

Standard library only (it runs with `python -I -S`). A `preexec_fn` would do the same, but may deadlock
in a parent that has threads.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1
ORPHANED = 113


def main(arguments: list[str]) -> None:
    """Take `<parent pid> <signal> <uid> <gid> <program> <arguments…>` and become the program.

    A uid of -1 keeps the user. Exits with status 113 when the parent died before the signal was set.
    Raises OSError when the user cannot be changed or the program cannot be run.
    """
    parent, signal_number, uid, gid = (int(word) for word in arguments[:4])
    command = arguments[4:]
    if uid != -1:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    # After the change of user, which clears it.
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0)
        if os.getppid() != parent:
            sys.exit(ORPHANED)
    os.execv(command[0], command)  # noqa: S606  the point of this program


if __name__ == "__main__":
    main(sys.argv[1:])
