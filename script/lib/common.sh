# Sourced by the scripts: works in the repository's root, answers --help, says what happens.

for argument in "$@"; do
    case $argument in
        -h | --help)
            # The comment at the script's head.
            sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0"
            exit 0
            ;;
    esac
done
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

say() { printf '» %s\n' "$*" >&2; }
fail() {
    printf '✗ %s\n' "$*" >&2
    exit 1
}
