# bash completion for ipcsim(1). Commands, options and kinds are asked from the program itself, so
# that they are those of the version in use.

_ipcsim_commands()
{
    "$1" list commands 2>/dev/null | awk '{print $1}'
}

_ipcsim_kinds()
{
    "$1" list 2>/dev/null | awk '{print $1}'
}

_ipcsim_options()
{
    "$1" help "$2" 2>/dev/null | sed -n 's/^ *\(-[a-z], \)\{0,1\}\(--[a-z][a-z-]*\).*/\2/p'
}

# _ipcsim_words PROGRAM COMMAND WORD PREVIOUS: the words that may stand here, when they are no files.
_ipcsim_words()
{
    case $2:$4 in
    compare:--format)
        echo text json csv
        return
        ;;
    compare:--transports)
        "$1" list transports 2>/dev/null | awk '{print $1}'
        return
        ;;
    *:--format)
        echo text json
        return
        ;;
    help:help)
        _ipcsim_commands "$1"
        _ipcsim_kinds "$1"
        return
        ;;
    list:list)
        _ipcsim_kinds "$1"
        return
        ;;
    esac
    case $3 in
    -*) _ipcsim_options "$1" "$2" ;;
    esac
}

_ipcsim()
{
    local program=$1 word=$2 previous=$3 command=${COMP_WORDS[1]} words
    if ((COMP_CWORD == 1)); then
        words=$(_ipcsim_commands "$program")
    else
        words=$(_ipcsim_words "$program" "$command" "$word" "$previous")
    fi
    if [[ -n $words ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
    else
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -X '!*.json' -- "$word"; compgen -d -- "$word")
    fi
}

complete -F _ipcsim ipcsim
