"""Make the virtual environment, or say why not. Runs on any Python 3, so an old one gets a message."""

import subprocess
import sys

OLDEST = (3, 11)
NEWEST = (3, 14)  # first version that is not tested


def problem(folder):
    """What stands in the way, as text, or None."""
    version = "%d.%d" % sys.version_info[:2]
    if sys.version_info[:2] < OLDEST:
        return (
            "Kedja needs Python 3.11 or newer; this is %s (%s).\n"
            "Install a newer one, or name it: make PYTHON=/path/to/python3.12" % (version, sys.executable)
        )
    if sys.version_info[:2] >= NEWEST:
        sys.stderr.write("Note: Kedja is tested on Python 3.11 to 3.13; this is %s.\n" % version)
    sys.stderr.write("Making %s with Python %s\n" % (folder, version))
    if subprocess.call([sys.executable, "-m", "venv", "--clear", folder]) != 0:
        return (
            "Python could not make a virtual environment in %s.\n"
            "On Debian or Ubuntu: sudo apt-get install python3-venv, then try again." % folder
        )
    return None


if __name__ == "__main__":
    message = problem(sys.argv[1])
    if message:
        sys.exit(message)
