# Shared by the scripts of this folder; sourced, not run. POSIX sh.
# shellcheck shell=sh

# The directory that holds the repository.
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
# Where builds go: one directory a preset below it.
builds=${IPCSIM_BUILDS:-$root/build}

# Debian packages: what `scripts/run` needs, and what the tests and checks need on top.
build_packages="gcc libc6-dev cmake ninja-build pkg-config libglib2.0-dev libjson-c-dev
    libpcap-dev libxxhash-dev"
test_packages="$build_packages g++ libcmocka-dev clang clang-format clang-tidy libclang-rt-14-dev
    gnuplot-nox groff-base iperf3 iproute2 iputils-ping llvm gcovr git jq netcat-openbsd procps python3
    python3-jsonschema tshark util-linux valgrind"

say()
{
    printf '%s\n' "$*" >&2
}

die()
{
    say "$(basename -- "$0"): $*"
    exit 3
}

# The packages among "$@" that are not installed.
missing_packages()
{
    for package in "$@"; do
        status=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) || status=
        [ "$status" = installed ] || printf '%s ' "$package"
    done
}

# Runs a command as root, through sudo where need be.
as_root()
{
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    else
        command -v sudo >/dev/null || die "needs root or sudo for: $*"
        sudo "$@"
    fi
}

# Runs "$@", and shows what it printed (on standard error) only when it fails.
quietly()
{
    quiet_log=$(mktemp) || die "cannot make a temporary file"
    if "$@" >"$quiet_log" 2>&1 </dev/null; then
        rm -f "$quiet_log"
        return 0
    else
        quiet_status=$?
    fi
    cat "$quiet_log" >&2
    rm -f "$quiet_log"
    return "$quiet_status"
}

# Installs the packages among "$@" that are missing. A system without dpkg is left to its owner.
install_missing()
{
    command -v dpkg-query >/dev/null || return 0
    missing=$(missing_packages "$@")
    [ -n "$missing" ] || return 0
    say "installing: $missing"
    quietly as_root env DEBIAN_FRONTEND=noninteractive apt-get -q update ||
        die "apt-get update failed"
    # shellcheck disable=SC2086 # a list of words
    quietly as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y install \
        --no-install-recommends $missing || die "cannot install: $missing"
}

need_build_packages()
{
    # shellcheck disable=SC2086 # a list of words
    install_missing $build_packages
}

need_test_packages()
{
    # shellcheck disable=SC2086 # a list of words
    install_missing $test_packages
}

# build_preset PRESET TARGET...: configures once (Ninja repeats it where it has to) and builds.
build_preset()
{
    preset=$1
    shift
    directory=$builds/$preset
    if [ ! -f "$directory/build.ninja" ]; then
        say "building ($preset) ..."
        (cd "$root" && quietly cmake --preset "$preset" -B "$directory") ||
            die "cannot configure the $preset build"
    fi
    quietly cmake --build "$directory" --target "$@" -- --quiet || die "the $preset build failed"
}
