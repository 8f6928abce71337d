#!/bin/sh
# Prints the interpreter for the project: $PYTHON when given, else the newest one that runs and is new enough.
# Each candidate is run, not only looked up: version managers leave commands behind that do nothing but complain.
enough='import sys; sys.exit(sys.version_info < (3, 11))'
for candidate in ${PYTHON:-python3.14 python3.13 python3.12 python3.11 python3 python}; do
    if "$candidate" -c "$enough" >/dev/null 2>&1; then
        command -v "$candidate"
        exit 0
    fi
done
echo "Callcard needs Python 3.11 or newer; tried and found wanting: ${PYTHON:-every python3 on this machine}." >&2
echo "Install it (Debian, Ubuntu: apt install python3 python3-venv; macOS: brew install python3) and run make again." >&2
exit 1
