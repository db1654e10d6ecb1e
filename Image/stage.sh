#!/bin/sh
# stage.sh FOLDER: lays the files of Image/files.txt in a folder, at the places they have in the image.
set -eu
cd "$(dirname "$0")/.."
folder=$1
PROGRAM=${PROGRAM:-dist/openclaw}

sh Image/entrypoint.sh
grep -v '^#' Image/files.txt | while read -r kind first second; do
    [ "$first" = '$PROGRAM' ] && first=$PROGRAM
    case $kind in
        file) install -D -m 755 "$first" "$folder$second" ;;
        tree) mkdir -p "$folder$second" && cp -R "$first/." "$folder$second" ;;
        link) mkdir -p "$folder$(dirname "$first")" && ln -sfn "$second" "$folder$first" ;;
        *) echo "Image/files.txt: what is \`$kind\`?" >&2 && exit 1 ;;
    esac
done
