#!/bin/sh
# Makes .venv with exactly the packages of requirements.lock; does nothing when it is there.
# Needs uv, or any Python >= 3.12 that can be found. Also works without a home folder.
set -eu
cd "$(dirname "$0")/../.."

say() { printf '%s\n' "$*" >&2; }
sum() { if command -v sha256sum >/dev/null; then sha256sum; else shasum -a 256; fi; }

[ -n "${HOME:-}" ] && [ -w "$HOME" ] || { HOME="$PWD/.mall-tools/home"; export HOME; mkdir -p "$HOME"; }

want=$({ pwd; cat requirements.lock pyproject.toml "$0"; } | sum)
made() { [ "$(cat .venv/ready 2>/dev/null)" = "$want" ] && .venv/bin/python -c '' 2>/dev/null; }
made && exit 0

# One at a time: `make up` twice at once must not build the same folder twice.
if [ -z "${JISHI_VENV_LOCKED:-}" ] && command -v flock >/dev/null; then
    JISHI_VENV_LOCKED=1 exec flock .venv.lock "$0"
fi
made && exit 0

fits() { "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 12))' 2>/dev/null; }
has_pip() { .venv/bin/python -c 'import pip' 2>/dev/null; }
find_python() {
    for name in python3.13 python3.12 python3.14 python3 python; do
        path=$(command -v "$name" 2>/dev/null) && fits "$path" && { echo "$path"; return; }
    done
    for path in "$HOME"/.pyenv/versions/3.1[2-9]*/bin/python3 "$HOME"/.local/bin/python3.1[2-9] \
        "$HOME"/.local/share/uv/python/*/bin/python3 /usr/local/bin/python3.1[2-9] \
        /opt/homebrew/bin/python3.1[2-9] /opt/*/bin/python3; do
        [ -x "$path" ] && fits "$path" && { echo "$path"; return; }
    done
    return 1
}
find_uv() {
    command -v uv 2>/dev/null && return
    for path in "$HOME/.local/bin/uv" "$HOME/.cargo/bin/uv" "$PWD/.mall-tools/uv/bin/uv"; do
        [ -x "$path" ] && { echo "$path"; return; }
    done
    return 1
}
fetch_uv() { # the last resort: any Python 3.8 can install uv, and uv brings a newer Python
    say '没有 Python >= 3.12,先安装 uv · no Python >= 3.12 here, installing uv into .mall-tools first'
    for any in python3 /usr/bin/python3 /usr/local/bin/python3; do
        "$any" -m venv .mall-tools/uv >/dev/null 2>&1 || continue
        .mall-tools/uv/bin/python -m pip install -qq --disable-pip-version-check 'uv>=0.9' >&2 &&
            { echo "$PWD/.mall-tools/uv/bin/uv"; return; }
    done
    return 1
}

uv=$(find_uv) || uv=
python=
[ -n "$uv" ] || python=$(find_python) || uv=$(fetch_uv) || {
    say '✗ 需要 uv 或 Python >= 3.12(含 venv 模块);请安装其一后重试。'
    say '  uv or Python >= 3.12 (with its venv module) is needed; install one and try again.'
    exit 1
}

say '安装 Python 依赖,约一分钟 · installing the Python packages, about a minute'
usable() { [ "$(cat .venv/place 2>/dev/null)" = "$PWD" ] && fits .venv/bin/python; }
rm -f .venv/ready
usable || rm -rf .venv
trap 'say "✗ 依赖安装失败,请看上面的原因 · the packages could not be installed; the reason is above"' EXIT
if [ -n "$uv" ]; then
    python=$(find_python) || python=3.13
    usable || "$uv" venv -q --no-project --python "$python" .venv
    "$uv" pip install -q --require-hashes -p .venv -r requirements.lock
    "$uv" pip install -q --no-deps --no-build-isolation -p .venv -e .
else
    usable && has_pip || "$python" -m venv --clear .venv
    pip='.venv/bin/python -m pip install -qq --disable-pip-version-check'
    $pip --require-hashes -r requirements.lock
    $pip --no-deps --no-build-isolation -e .
fi
trap - EXIT
printf '%s' "$PWD" >.venv/place
printf '%s' "$want" >.venv/ready
