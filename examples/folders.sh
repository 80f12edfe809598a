# Lists the data's folder, file by file.

say() { printf '%s\n' "$1"; }

read -r job
{ read -r _ && kill $$; } <&0 & # the next line is a cancel: end at once
[[ $job =~ \"data_folder\":\"([^\"]*)\" ]] && folder=${BASH_REMATCH[1]}
[[ $job =~ \"pause_s\":([0-9.]+) ]] && pause=${BASH_REMATCH[1]}

say '{"type": "table_schema", "columns": [{"name": "file", "type": "VARCHAR"}, {"name": "kilobytes", "type": "BIGINT"}]}'
du -k "$folder"/* | while read -r kilobytes file; do
    say "{\"type\": \"status\", \"message\": \"looking at ${file##*/}\"}"
    say "{\"type\": \"table_rows\", \"rows\": [[\"${file##*/}\", $kilobytes]]}"
    sleep "${pause:-0}"
done
say '{"type": "response_chunk", "field": "response", "chunk": "That is all."}'
