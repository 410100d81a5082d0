# Reads keys of which a known share exists, in four batches a second, and says of each how many were found.
# Arguments: share of hits, reads a second. The tally is counted from the answers, never from the server's counters.
# A cache that is full or was restarted has forgotten the key that exists, so it is written anew with each batch.
hits=$1 batch=$(($2 / 4))
for number in $(seq 3600); do
  awk -v n="$batch" -v share="$hits" -v seed="$number$$" 'BEGIN {
    print "SET obsboot:present 1 EX 3600"
    srand(seed); for (i = 0; i < n; i++) print "GET obsboot:" (rand() < share ? "present" : "missing") }' |
    redis-cli | awk 'NR > 1 { if ($0 == "1") h++; else m++ } END { printf "{\"hits\": %d, \"misses\": %d}\n", h, m }'
  sleep 0.25
done
