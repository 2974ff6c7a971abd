# bash completion for ipcsim(1). Commands and options are asked from the program itself, so that
# they are those of the version in use.

_ipcsim_commands()
{
    "$1" list commands 2>/dev/null | awk '{print $1}'
}

_ipcsim_options()
{
    "$1" help "$2" 2>/dev/null | grep -oE -- '(^|[[:space:],])--[a-z][a-z-]*' | grep -oE -- '--.*' | sort -u
}

_ipcsim()
{
    local program=$1 word=$2 command=${COMP_WORDS[1]}
    COMPREPLY=()
    if ((COMP_CWORD == 1)) || [[ $command == help ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$(_ipcsim_commands "$program")" -- "$word")
    elif [[ $word == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$(_ipcsim_options "$program" "$command")" -- "$word")
    else
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -X '!*.json' -- "$word"; compgen -d -- "$word")
    fi
}

complete -F _ipcsim ipcsim
