#!/bin/sh
# bash completes the commands, options, kinds and traces that this version of the program has.
set -eu

# completes WORD... -- EXPECTED...: bash offers exactly EXPECTED for the last WORD, in any order.
completes()
{
    line=
    while [ "$1" != -- ]; do
        line="$line '$1'"
        shift
    done
    shift
    wanted=$(printf '%s\n' "$@" | sort)
    got=$(PATH=$(dirname "$IPCSIM"):$PATH bash -c '
        . tool/completion/ipcsim.bash
        eval "COMP_WORDS=(ipcsim '"$line"')"
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        _ipcsim ipcsim "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
        printf "%s\n" "${COMPREPLY[@]}"' | sort)
    [ "$got" = "$wanted" ] || {
        printf 'FAILED: ipcsim%s\nwanted:\n%s\ngot:\n%s\n' "$line" "$wanted" "$got"
        exit 1
    }
}

cd "$IPCSIM_SOURCE_DIR"
completes ru -- run
completes che -- check
completes nonsense -- ''
completes run --se -- --seed --set
completes run --timeline -- --timeline --timeline-rows
completes run --format j -- json
completes compare --format c -- csv
completes compare --transports ud -- udp
completes compare --vary --ru -- --runs
completes compare traces/udp_ec -- traces/udp_echo.json
completes list progr -- programs
completes help chec -- check
completes run traces/udp_ec -- traces/udp_echo.json
completes check traces/sche -- traces/schema
