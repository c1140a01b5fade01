# Runs steps of a recipe in one shell: `step WHEN COMMAND [KIND TEXT]...`, where WHEN is `now` or `soon` and KIND is `part` or `all`.
# Prints what went wrong and exits with 1 at the first step whose output is not as expected.

output=$(mktemp)
trap 'rm -f "$output"' EXIT

as_expected() {
    local printed kind text
    printed=$(<"$output")
    while (($# > 0)); do
        kind=$1 text=$2
        shift 2
        case $kind in
        part) [[ $printed == *"$text"* ]] || return 1 ;;
        all) [[ $printed == "$text" ]] || return 1 ;;
        esac
    done
}

step() {
    local when=$1 command=$2 tries=1
    shift 2
    [[ $when == soon ]] && tries=3000
    while ((tries-- > 0)); do
        # In this shell, and not in one below it: what a step sets, the next ones use.
        eval "$command" >"$output" 2>&1
        as_expected "$@" && return
        sleep 0.1
    done
    printf '%s: ' "${recipe:-}"
    printf 'the command\n%s\nprinted\n%s\nand not (%s)\n' "$command" "$(<"$output")" "$when"
    printf '  %s %s\n' "$@"
    exit 1
}
