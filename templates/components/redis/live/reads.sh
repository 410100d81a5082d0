# Reads keys of which a known share exists, and says once a second how many were found.
# Arguments: share of hits, reads a second. The tally is counted from the answers, never from the server's counters.
# A cache that is full or was restarted has forgotten the key that exists, so it is written anew each second.
hits=$1 per_second=$2
for second in $(seq 900); do
  awk -v n="$per_second" -v share="$hits" -v seed="$second$$" 'BEGIN {
    print "SET obsboot:present 1 EX 3600"
    srand(seed); for (i = 0; i < n; i++) print "GET obsboot:" (rand() < share ? "present" : "missing") }' |
    redis-cli | awk 'NR > 1 { if ($0 == "1") h++; else m++ } END { printf "{\"hits\": %d, \"misses\": %d}\n", h, m }'
  sleep 1
done
