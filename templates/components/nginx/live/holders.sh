# Opens connections and keeps them. Arguments: how many, and what each sends first (with \r\n spelt out).
exec bash -c '
  for _ in $(seq "$0"); do
    exec {fd}<>/dev/tcp/127.0.0.1/80 && printf "%b" "$1" >&"$fd"
  done
  for _ in $(seq 100); do echo "{\"held\": $0}"; sleep 1; done' "$1" "$2"
