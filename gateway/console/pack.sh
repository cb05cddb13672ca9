#!/bin/sh
# pack.sh FILE… - the console's files as one pack: "NAME SIZE" and the bytes, file behind file.  Pages stand in it as
# they are, everything else gzipped under NAME.gz.
set -eu
tmp=$(mktemp)
trap 'rm -f "$tmp"' EXIT
for f in "$@"; do
    name=$(basename "$f")
    case $name in
        *.html) cp "$f" "$tmp" ;;
        *) gzip -9nc "$f" >"$tmp"; name=$name.gz ;;
    esac
    printf '%s %s\n' "$name" "$(wc -c <"$tmp")"
    cat "$tmp"
done
