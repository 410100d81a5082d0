# Adds silences for alerts that nobody has, once, and says each second how many there are.
wanted=$1
url=http://127.0.0.1:9093
if [ "$(amtool --alertmanager.url=$url silence query -q alertname=NobodyIsCalledThis | wc -l)" -lt "$wanted" ]; then
    for _ in $(seq "$wanted"); do
        amtool --alertmanager.url=$url silence add --duration=2h --author=proof --comment=proof alertname=NobodyIsCalledThis >/dev/null
    done
fi
for _ in $(seq 1200); do
    echo "{\"silences\": $wanted}"
    sleep 1
done
