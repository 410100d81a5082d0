# Opens connections and keeps them. Arguments: how many, for how many seconds.
exec bash -c '
  for _ in $(seq "$0"); do exec {fd}<>/dev/tcp/127.0.0.1/6379; done
  for _ in $(seq "$1"); do echo "{\"held\": $0}"; sleep 1; done' "$1" "$2"
