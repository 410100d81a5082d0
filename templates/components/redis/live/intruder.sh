# Log-ins with a wrong password. Argument: how many a second.
for _ in $(seq 300); do
  for _ in $(seq "$1"); do redis-cli --no-auth-warning --user nobody --pass wrong PING >/dev/null 2>&1; done
  echo "{\"refused\": $1}"
  sleep 1
done
