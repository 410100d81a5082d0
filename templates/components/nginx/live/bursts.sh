# Opens more connections than the workers can hold, for a moment, again and again. Argument: how many at once.
# Each has sent half a request: idle ones nginx would close to make room. Between the bursts the exporter gets through, and
# sees that fewer were handled than accepted.
exec bash -c '
  end=$((SECONDS + 600))
  while [ $SECONDS -lt $end ]; do
    (for _ in $(seq "$0"); do exec {fd}<>/dev/tcp/127.0.0.1/80 && printf "GET / HTTP/1.1\r\n" >&"$fd"; done; sleep 0.2) 2>/dev/null
    echo "{\"opened\": $0}"
    sleep 0.8
  done' "$1"
