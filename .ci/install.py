"""Is Usher installed in .venv, and what for? Makes the virtual environment and installs, with progress, when it is not.

    python3 .ci/install.py embedded dev whisper

Runs before anything is installed: standard library only, and old syntax, so that an old Python can say it is too old.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")
STATE = os.path.join(VENV, "usher-installed.json")
OLDEST = (3, 11)
INPUTS = ("pyproject.toml", "constraints.txt")
SHOWN_SECONDS = 5.0


def main(extras):
    """Install Usher with these extras, unless that was done and nothing has changed since."""
    if sys.version_info < OLDEST:
        sys.exit(
            "Usher needs Python %d.%d or newer, and %s is %d.%d: install a newer one and name it, as in "
            "`make demo PYTHON=python3.12`." % (OLDEST + (sys.executable,) + tuple(sys.version_info[:2]))
        )
    if os.name != "posix":
        sys.exit("Usher runs on Linux and macOS; on Windows use WSL.")
    state = read_state()
    wanted = sorted(set(extras) | set(state["extras"]))
    if state["inputs"] == fingerprint() and wanted == state["extras"] and os.path.exists(PYTHON):
        return
    started = time.monotonic()
    make_environment()
    names = ",".join(wanted)
    say("installing Usher with %s into .venv (about a minute the first time)" % names)
    command = [
        PYTHON,
        "-m",
        "pip",
        "install",
        "--disable-pip-version-check",
        "--no-input",
        "--progress-bar",
        "off",
    ]
    follow(command + ["-c", os.path.join(ROOT, "constraints.txt"), "-e", "%s[%s]" % (ROOT, names)])
    with open(STATE, "w") as file:
        json.dump({"inputs": fingerprint(), "extras": wanted}, file)
    say("installed in %.0f s" % (time.monotonic() - started))


def say(sentence):
    """One sentence of progress."""
    print("• " + sentence, flush=True)


def fingerprint():
    """What the installation was made from; another folder or another version of a file gives another one."""
    digest = hashlib.sha256(ROOT.encode())
    for name in INPUTS:
        with open(os.path.join(ROOT, name), "rb") as file:
            digest.update(file.read())
    return digest.hexdigest()


def read_state():
    """What was installed last, of which extras."""
    try:
        with open(STATE) as file:
            state = json.load(file)
        return {"inputs": str(state["inputs"]), "extras": list(state["extras"])}
    except (OSError, ValueError, KeyError):
        return {"inputs": "", "extras": []}


def make_environment():
    """See that .venv has a working Python with pip."""
    check = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
    if os.path.exists(PYTHON) and subprocess.call([PYTHON, "-c", check], stderr=subprocess.DEVNULL) == 0:
        return
    say("making the virtual environment .venv with Python %d.%d" % tuple(sys.version_info[:2]))
    shutil.rmtree(VENV, ignore_errors=True)
    made = subprocess.run(
        [sys.executable, "-m", "venv", VENV], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    if made.returncode == 0:
        return
    # Debian ships `venv` without ensurepip; any pip can install another one.
    shutil.rmtree(VENV, ignore_errors=True)
    bare = subprocess.run(
        [sys.executable, "-m", "venv", "--without-pip", VENV],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    pip = [sys.executable, "-m", "pip", "--python", PYTHON, "install", "-q", "pip"]
    if bare.returncode != 0 or subprocess.call(pip) != 0:
        sys.exit(
            "The virtual environment cannot be made: install Python's venv and pip "
            "(on Debian and Ubuntu: apt install python3-venv python3-pip)."
        )


def follow(command):
    """Run pip; show every few seconds how far it is, and its last lines when it fails."""
    lines, shown = [], time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=ROOT) as process:
        for raw in process.stdout:
            line = raw.decode(errors="replace").rstrip()
            lines = lines[-30:] + [line]
            if line.startswith("Installing collected packages"):
                print("    unpacking %d packages" % (line.count(",") + 1), flush=True)
            elif line.startswith(("Collecting ", "Building ")) and time.monotonic() - shown > SHOWN_SECONDS:
                print("    %s" % " ".join(line.split()[:2]), flush=True)
                shown = time.monotonic()
    if process.returncode != 0:
        print("\n".join(lines))
        sys.exit(
            "pip could not install Usher; its last lines are above. Where it lacks a C compiler, Python 3.11 needs none: "
            "every dependency has a wheel for it (add PYTHON=python3.11 to the command)."
        )


if __name__ == "__main__":
    main(sys.argv[1:])
