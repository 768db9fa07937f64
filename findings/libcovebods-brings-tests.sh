#!/usr/bin/env bash
# libcovebods 0.16.0, the checker of the Beneficial Ownership Data Standard: its wheel installs its own tests as a
# top-level package `tests`, with `tests/api.py` and thirty-odd modules of test cases. In an environment that has it,
# `import tests.api` from anywhere but the root of one's project is libcovebods's, without a word: a project whose own
# `tests/api` is a folder of tests meets "'tests.api' is not a package" in a process that was started elsewhere (that of
# a pool, for instance), though the same import works in the shell. What to do: start such processes from the root, by
# fork or with `-m`, or call one's own folder otherwise.
#
# Output seen:
#   libcovebods 0.16.0
#   top-level packages of the wheel: libcovebods, tests
#   tests.api is libcovebods's: a module, not a package
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check libcovebods==0.16.0
cd "$work"
"$work/venv/bin/python" - <<'PY'
from importlib.metadata import distribution
from importlib.util import find_spec

found = distribution("libcovebods")
print("libcovebods", found.version)
tops = sorted({file.parts[0] for file in found.files or () if file.suffix == ".py" and len(file.parts) > 1})
print("top-level packages of the wheel:", ", ".join(tops))
spec = find_spec("tests.api")
assert spec is not None, "changed: no tests.api is installed"
print("tests.api is libcovebods's:", "a package" if spec.submodule_search_locations else "a module, not a package")
assert tops == ["libcovebods", "tests"], "changed: the wheel brings other packages"
assert spec.submodule_search_locations is None, "changed: tests.api is a package"
PY
