# A script that keeps Redis' only thread busy for some 20 ms. Argument: how often a second.
pause=$(awk -v n="$1" 'BEGIN { print 1 / n }')
for _ in $(seq 1200); do
  redis-cli EVAL 'local n = 0; for i = 1, 1500000 do n = n + i end; return n' 0 >/dev/null
  echo '{"scripts": 1}'
  sleep "$pause"
done
