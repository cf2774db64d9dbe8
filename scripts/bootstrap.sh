#!/bin/sh
# Finds a Python new enough to run bootstrap.py, which does the rest. Written in plain sh because
# it must be able to say "no Python here" without one.
#   usage: scripts/bootstrap.sh sim|dev [BUILD [words for .venv's Python ...]]
#   PYTHON=/path/to/python3 chooses another Python
set -eu

case $0 in
  */*) here=${0%/*} ;;
  *) here=. ;;
esac
new_enough='import sys; sys.exit(sys.version_info < (3, 11))'

if [ -n "${PYTHON:-}" ]; then
  set -- "$PYTHON" -- "$@"
else
  set -- python3 python3.14 python3.13 python3.12 python3.11 -- "$@"
fi

found=
while [ "$1" != -- ]; do
  candidate=$1
  shift
  command -v "$candidate" >/dev/null 2>&1 || continue
  found=$candidate
  # -E -s: neither the shell's PYTHON... variables nor packages of the user's decide what runs
  if "$candidate" -E -s -c "$new_enough" >/dev/null 2>&1; then
    while [ "$1" != -- ]; do shift; done
    shift
    exec "$candidate" -E -s -B "$here/bootstrap.py" "$@"
  fi
done

if [ -n "$found" ]; then
  version=$("$found" -E -s -c 'import platform; print(platform.python_version())' 2>/dev/null) || version="a broken one"
  echo "ratel: Python 3.11 or newer is needed, and $found is $version; install one or set PYTHON=/path/to/python3." >&2
elif [ -n "${PYTHON:-}" ]; then
  echo "ratel: the Python named by PYTHON was not found: $PYTHON" >&2
else
  echo "ratel: no Python found; install Python 3.11 or newer (Debian: apt install python3 python3-venv)." >&2
fi
exit 1
