# Commands that Redis has to refuse: a list operation on a string. Argument: how many a second.
# A full cache may have forgotten the string, so it is written anew each time.
for _ in $(seq 300); do
  { echo 'SET obsboot:text 1 EX 3600'; for _ in $(seq "$1"); do echo 'LPUSH obsboot:text x'; done; } | redis-cli >/dev/null 2>&1
  echo "{\"refused\": $1}"
  sleep 1
done
