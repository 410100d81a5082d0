"""A small machine's /proc in a folder, which a node exporter reads instead of the real one: its numbers are known.

Called as `machine.py PART VALUE...` it keeps one part going and prints what it counted, a JSON object a second; the values
are those of USUAL, in their order. Without a part it writes every file once. Counters go on where the last call of the
same part left them.
"""

import json
import os
import sys
import time
from pathlib import Path
from types import SimpleNamespace

ROOT = Path("/machine")
CORES = 2
TICKS = 100  # of a second, as the kernel counts processor time
MEMORY_KB = 4_000_000
SECTOR = 512
LIMIT_SECONDS = 1200

# `busy`, `iowait`, `steal`, `waiting`, `stalled`, `used` and `files` are shares; `load` is per core, `uptime` and `latency`
# are seconds; everything else happens so often a second.
USUAL = {
    "processors": {"busy": 0.2, "iowait": 0.02, "steal": 0.03, "load": 0.3, "waiting": 0.05, "uptime": 3_000_000},
    "memory": {"used": 0.4, "swapped": 20, "killed": 0, "stalled": 0.01},
    "disks": {"operations": 60, "latency": 0.002, "busy": 0.1, "stalled": 0.03},
    "kernel": {"files": 0.02, "packets": 100, "dropped": 0},
}


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


def processors(state, seconds, now):
    share = {"user": now.busy * 0.75, "system": now.busy * 0.25, "iowait": now.iowait, "steal": now.steal}
    share["idle"] = 1 - sum(share.values())
    for mode, part in share.items():
        state[mode] = state.get(mode, 0.0) + part * seconds * TICKS
    state["cpu_waited"] = state.get("cpu_waited", 0.0) + now.waiting * seconds * 1e6
    state["booted"] = state.get("booted") or time.time() - now.uptime
    order = ("user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal", "guest", "guest_nice")
    lines = [(f"cpu{core}", [state.get(mode, 0.0) for mode in order]) for core in range(CORES)]
    lines.insert(0, ("cpu ", [CORES * state.get(mode, 0.0) for mode in order]))
    text = "".join(f"{name} {' '.join(f'{ticks:.0f}' for ticks in modes)}\n" for name, modes in lines)
    more = f"intr 0\nctxt 0\nbtime {state['booted']:.0f}\nprocesses 100\nprocs_running 1\nprocs_blocked 0\n"
    write("stat", text + more)
    write("loadavg", f"{3 * f'{now.load * CORES:.2f} '}1/100 1\n")
    pressure("cpu", state["cpu_waited"], 0)
    total = CORES * seconds * TICKS
    return {"busy": now.busy * total, "iowait": now.iowait * total, "steal": now.steal * total, "total": total}


def memory(state, seconds, now):
    rates = {"pswpin": now.swapped, "pswpout": now.swapped, "oom_kill": now.killed, "stalled": now.stalled * 1e6}
    for name, rate in rates.items():
        state[name] = state.get(name, 0.0) + rate * seconds
    available = (1 - now.used) * MEMORY_KB
    sizes = {"MemTotal": MEMORY_KB, "MemFree": available / 2, "MemAvailable": available, "Cached": available / 2}
    sizes |= {"Buffers": 0, "SwapTotal": 1_000_000, "SwapFree": 900_000}
    write("meminfo", "".join(f"{name}: {size:.0f} kB\n" for name, size in sizes.items()))
    write("vmstat", "".join(f"{name} {state[name]:.0f}\n" for name in ("pswpin", "pswpout", "oom_kill")))
    pressure("memory", state["stalled"], state["stalled"])
    return {"swapped_in": now.swapped * seconds, "killed": now.killed * seconds}


def disks(state, seconds, now):
    """Half of the operations are reads; each is of 4 KiB."""
    each = now.operations / 2 * seconds
    state["operations"] = state.get("operations", 0.0) + each
    state["milliseconds"] = state.get("milliseconds", 0.0) + each * now.latency * 1000
    state["busy"] = state.get("busy", 0.0) + now.busy * seconds * 1000
    state["stalled"] = state.get("stalled", 0.0) + now.stalled * seconds * 1e6
    one = f"{state['operations']:.0f} 0 {state['operations'] * 4096 / SECTOR:.0f} {state['milliseconds']:.0f}"
    write("diskstats", f" 252 0 vda {one} {one} 0 {state['busy']:.0f} {2 * state['milliseconds']:.0f} 0 0 0 0 0 0\n")
    pressure("io", state["stalled"], state["stalled"])
    return {"reads": each, "writes": each, "read_bytes": each * 4096, "written_bytes": each * 4096}


def kernel(state, seconds, now):
    state["packets"] = state.get("packets", 0.0) + now.packets * seconds
    state["dropped"] = state.get("dropped", 0.0) + now.dropped * seconds
    write("sys/fs/file-nr", f"{now.files * 100_000:.0f}\t0\t100000\n")
    rest = " ".join(["00000000"] * 13)
    write("net/softnet_stat", f"{int(state['packets']):08x} {int(state['dropped']):08x} {rest}\n")
    return {"packets": now.packets * seconds, "dropped": now.dropped * seconds}


PARTS = {"processors": processors, "memory": memory, "disks": disks, "kernel": kernel}


def keep_going(part, given):
    saved = ROOT / f".{part}.json"
    state = json.loads(saved.read_text()) if saved.is_file() else {}
    state.pop("booted", None)
    began = before = time.monotonic()
    counted, told = {}, began
    values = SimpleNamespace(**dict(zip(USUAL[part], given, strict=True)))
    while before - began < LIMIT_SECONDS:
        time.sleep(0.25)
        now = time.monotonic()
        for name, count in PARTS[part](state, now - before, values).items():
            counted[name] = counted.get(name, 0.0) + count
        write(saved.name, json.dumps(state))
        before = now
        if now - told >= 1:
            print(json.dumps({name: round(count, 6) for name, count in counted.items()}), flush=True)
            counted, told = {}, now


def once():
    # The space of file systems is asked of the real machine; /run is small, and nobody fills it.
    write("1/mountinfo", "25 1 252:1 / /run rw,relatime shared:1 - ext4 /dev/vda1 rw\n")
    for name, part in PARTS.items():
        part({}, 0.0, SimpleNamespace(**USUAL[name]))


if __name__ == "__main__":
    os.umask(0)  # whoever started the run has to be able to remove these files
    if len(sys.argv) > 1:
        keep_going(sys.argv[1], [float(value) for value in sys.argv[2:]])
    else:
        once()
