"""A small machine's /proc in a folder that a node exporter reads instead of the real one, so that its numbers are known.

Called as `machine.py PART VALUE...` it keeps one part going and prints what it counted, a JSON object a second. Without a
part it writes every file once. Counters go on where the last call of the same part left them.
"""

import json
import os
import sys
import time
from pathlib import Path

ROOT = Path("/machine")
CORES = 2
TICKS = 100  # of a second, as the kernel counts processor time
MEMORY_KB = 4_000_000
SECTOR = 512
LIMIT_SECONDS = 1200


def write(name, text):
    """A reader never sees half a file."""
    path = ROOT / name
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.new")
    new.write_text(text)
    new.replace(path)


def pressure(name, waited, stalled):
    averages = "avg10=0.00 avg60=0.00 avg300=0.00"
    write(f"pressure/{name}", f"some {averages} total={waited:.0f}\nfull {averages} total={stalled:.0f}\n")


def processors(state, seconds, busy=0.2, iowait=0.01, steal=0.0, load=0.3, waiting=0.05, uptime=3_000_000):
    """Shares of the processors' time; `load` per core; `uptime` in seconds at the beginning."""
    share = {"user": busy * 0.75, "system": busy * 0.25, "iowait": iowait, "steal": steal}
    share["idle"] = 1 - sum(share.values())
    for mode, part in share.items():
        state[mode] = state.get(mode, 0.0) + part * seconds * TICKS
    state["cpu_waited"] = state.get("cpu_waited", 0.0) + waiting * seconds * 1e6
    state["booted"] = state.get("booted") or time.time() - uptime
    order = ("user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal", "guest", "guest_nice")
    lines = [(f"cpu{core}", [state.get(mode, 0.0) for mode in order]) for core in range(CORES)]
    lines.insert(0, ("cpu ", [CORES * state.get(mode, 0.0) for mode in order]))
    text = "".join(f"{name} {' '.join(f'{ticks:.0f}' for ticks in modes)}\n" for name, modes in lines)
    more = f"intr 0\nctxt 0\nbtime {state['booted']:.0f}\nprocesses 100\nprocs_running 1\nprocs_blocked 0\n"
    write("stat", text + more)
    write("loadavg", f"{load * CORES:.2f} {load * CORES:.2f} {load * CORES:.2f} 1/100 1\n")
    pressure("cpu", state["cpu_waited"], 0)
    total = CORES * seconds * TICKS
    return {"busy": busy * total, "iowait": iowait * total, "steal": steal * total, "total": total}


def memory(state, seconds, used=0.4, swapped=0.0, killed=0.0, stalled=0.0):
    """`used` is a share; the others happen so often a second."""
    for name, rate in (("pswpin", swapped), ("pswpout", swapped), ("oom_kill", killed), ("stalled", stalled * 1e6)):
        state[name] = state.get(name, 0.0) + rate * seconds
    available = (1 - used) * MEMORY_KB
    sizes = {"MemTotal": MEMORY_KB, "MemFree": available / 2, "MemAvailable": available, "Buffers": 0, "Cached": available / 2}
    sizes |= {"SwapTotal": 1_000_000, "SwapFree": 900_000}
    write("meminfo", "".join(f"{name}: {size:.0f} kB\n" for name, size in sizes.items()))
    write("vmstat", "".join(f"{name} {state[name]:.0f}\n" for name in ("pswpin", "pswpout", "oom_kill")))
    pressure("memory", state["stalled"], state["stalled"])
    return {"swapped_in": swapped * seconds, "killed": killed * seconds}


def disks(state, seconds, operations=60, latency=0.002, busy=0.1, stalled=0.0):
    """Half of the `operations` a second are reads, each of 4 KiB and of `latency` seconds; `busy` and `stalled` are shares."""
    each = operations / 2 * seconds
    state["operations"] = state.get("operations", 0.0) + each
    state["milliseconds"] = state.get("milliseconds", 0.0) + each * latency * 1000
    state["busy"] = state.get("busy", 0.0) + busy * seconds * 1000
    state["stalled"] = state.get("stalled", 0.0) + stalled * seconds * 1e6
    one = f"{state['operations']:.0f} 0 {state['operations'] * 4096 / SECTOR:.0f} {state['milliseconds']:.0f}"
    write("diskstats", f" 252 0 vda {one} {one} 0 {state['busy']:.0f} {2 * state['milliseconds']:.0f} 0 0 0 0 0 0\n")
    pressure("io", state["stalled"], state["stalled"])
    return {"reads": each, "writes": each, "read_bytes": each * 4096, "written_bytes": each * 4096}


def kernel(state, seconds, files=0.02, packets=100, dropped=0.0):
    """`files` is the share of the file handles that are open; packets a second."""
    state["packets"] = state.get("packets", 0.0) + packets * seconds
    state["dropped"] = state.get("dropped", 0.0) + dropped * seconds
    write("sys/fs/file-nr", f"{files * 100_000:.0f}\t0\t100000\n")
    rest = " ".join(["00000000"] * 13)
    write("net/softnet_stat", f"{int(state['packets']):08x} {int(state['dropped']):08x} {rest}\n")
    return {"packets": packets * seconds, "dropped": dropped * seconds}


PARTS = {"processors": processors, "memory": memory, "disks": disks, "kernel": kernel}


def keep_going(part, values):
    saved = ROOT / f".{part}.json"
    state = json.loads(saved.read_text()) if saved.is_file() else {}
    state.pop("booted", None)
    began = before = time.monotonic()
    counted, told = {}, began
    while before - began < LIMIT_SECONDS:
        time.sleep(0.25)
        now = time.monotonic()
        for name, count in PARTS[part](state, now - before, *values).items():
            counted[name] = counted.get(name, 0.0) + count
        write(saved.name, json.dumps(state))
        before = now
        if now - told >= 1:
            print(json.dumps({name: round(count, 6) for name, count in counted.items()}), flush=True)
            counted, told = {}, now


def once():
    # The space of file systems is asked of the real machine; /run is small, and nobody fills it.
    write("1/mountinfo", "25 1 252:1 / /run rw,relatime shared:1 - ext4 /dev/vda1 rw\n")
    for part in PARTS.values():
        part({}, 0.0)


if __name__ == "__main__":
    os.umask(0)  # whoever started the run has to be able to remove these files
    if len(sys.argv) > 1:
        keep_going(sys.argv[1], [float(value) for value in sys.argv[2:]])
    else:
        once()
