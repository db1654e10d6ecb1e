"""Measures the release binary beside the bounds of the design and beside a limit of the same run.

Ratios are what counts: machines differ and are noisy, so each figure stands beside what a bare C program on the same
libraries does in the same minute. Standard library only. `bench.py NAME …` runs the rows whose group matches; without
names all of them, and the table of docs/*/deploy.md gets what was measured.
"""

import http.server
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / ".build-bench"
BINARY = Path(os.environ.get("OPENCLAW_BINARY", ROOT / "dist/openclaw"))
TOKEN = "bench-token-0123456789"
# The first session of the load's mode `turns`.
BENCH_SESSION = "agent:main:bench-0-0"
rows = []


def row(name, value, bound, limit="", better="less"):
    """Adds a line; `bound` is a number with the same unit, or None."""
    holds = "" if bound is None else ("ok" if (value <= bound if better == "less" else value >= bound) else "MISSED")
    rows.append((name, f"{value:,.2f}".rstrip("0").rstrip("."), "" if bound is None else f"{'≤' if better == 'less' else '≥'} {bound:,}", str(limit), holds))
    print(f"  {name}: {rows[-1][1]}  (bound {rows[-1][2] or '-'}, limit {limit or '-'}) {holds}", flush=True)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def healthy(port, path="/healthz", timeout=10):
    """Polls as a proxy would; returns the moment of the first 200."""
    end = time.perf_counter() + timeout
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n".encode()
    while time.perf_counter() < end:
        try:
            with socket.create_connection(("127.0.0.1", port), 0.5) as s:
                s.sendall(request)
                if s.recv(4096).startswith(b"HTTP/1.1 200"):
                    return time.perf_counter()
        except OSError:
            time.sleep(0.0002)
    raise SystemExit(f"nothing healthy on port {port}")


def memory(pid):
    """(RSS, private) in MB, by the kernel's own account; private is what no file holds, so what only this process pays for."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    kb = {name: int(value) for name, value in re.findall(r"^(\w+):\s+(\d+) kB", text, re.M)}
    return kb["Rss"] / 1024, kb["Private_Dirty"] / 1024


def cpu_ms(pid):
    """Of all its threads, which stay as long as it does; in nanoseconds, for an idle minute is less than one tick."""
    return sum(int(task.read_text().split()[0]) for task in Path(f"/proc/{pid}/task").glob("*/schedstat")) / 1e6


class MemoryGroup:
    """A control group that may hold so much; None where we may not make one."""

    @classmethod
    def make(cls, megabytes):
        for parent, limit in ((Path("/sys/fs/cgroup/memory"), "memory.limit_in_bytes"), (Path("/sys/fs/cgroup"), "memory.max")):
            group = cls()
            group.folder = parent / f"openclaw-bench-{os.getpid()}"
            try:
                group.folder.mkdir()
                (group.folder / limit).write_text(str(megabytes << 20))
                return group
            except OSError:
                group.remove()
        return None

    def command(self, words):
        """Runs it in the group from its first page on."""
        return ["sh", "-c", 'echo $$ > "$0" && exec "$@"', self.folder / "cgroup.procs", *words]

    def remove(self):
        try:
            self.folder.rmdir()
        except OSError:
            pass


class Gateway:
    """The real binary on a fresh state directory, with the bare server as its instant model."""

    keeps_state = False

    def __init__(self, model_port=None, state=None, platforms=(), window=128000, group=None):
        self.port = free_port()
        self.group = group
        self.platforms = platforms
        self.state = state or Path(tempfile.mkdtemp(prefix="bench-"))
        config = {"gateway": {"mode": "local", "bind": "loopback", "auth": {"mode": "token", "token": TOKEN}},
                  "agents": {"defaults": {"maxConcurrent": 16}}}
        if model_port:
            config["models"] = {"providers": {"fake": {"baseUrl": f"http://127.0.0.1:{model_port}/v1", "apiKey": "x", "api": "openai-completions",
                                "models": [{"id": "fake-1", "name": "Fake 1", "reasoning": False, "input": ["text"], "contextWindow": window, "maxTokens": 8192,
                                            "cost": {"input": 0, "output": 0, "cacheRead": 0, "cacheWrite": 0}}]}}}
            config["agents"]["defaults"]["model"] = {"primary": "fake/fake-1"}
        if platforms:
            config["channels"] = {platform.name: platform.section for platform in platforms}
            # Each message has an answer of its own, so that answers can be counted.
            config["messages"] = {"queue": {"mode": "followup"}}
        (self.state / "openclaw.json").write_text(json.dumps(config))

    @property
    def environment(self):
        tokens = {platform.variable: platform.token for platform in self.platforms}
        return {"PATH": os.environ["PATH"], "HOME": str(self.state), "OPENCLAW_STATE_DIR": str(self.state)} | tokens

    def __enter__(self):
        # The port is not in the file: a start with a changed file writes a new last good copy, and none of these is that.
        self.started = time.perf_counter()
        command = [BINARY, "gateway", "--port", str(self.port)]
        self.process = subprocess.Popen(self.group.command(command) if self.group else command, env=self.environment, stdout=subprocess.DEVNULL, stderr=open(self.state / "stderr", "w"))
        self.healthy_at = healthy(self.port)
        healthy(self.port, "/readyz")
        self.pid = self.process.pid
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(10)
        if not self.keeps_state:
            shutil.rmtree(self.state, ignore_errors=True)

    def load(self, mode, count, seconds, method="-", params="-"):
        return subprocess.Popen([TOOLS / "client", str(self.port), mode, str(count), str(seconds), method, params, TOKEN], stdout=subprocess.PIPE, text=True)

    def rate(self, *arguments):
        """Figures that the load generator prints: a second, p50, p99."""
        process = self.load(*arguments)
        text, _ = process.communicate()
        if process.returncode or not text.strip():
            raise SystemExit(f"the load {arguments} failed; no figure of it can be trusted")
        return [float(x) for x in text.split()]

    def cli(self, *words):
        environment = self.environment | {"OPENCLAW_GATEWAY_PORT": str(self.port)}
        # Started by a small C program: the peak of a child of Python's is at least Python's own.
        text = subprocess.run([TOOLS / "once", "10", BINARY, *words], env=environment, capture_output=True, text=True, check=True).stdout
        return [float(x) for x in text.split()]


class Bare:
    """The limit: a server in C on the same libevent."""

    def __enter__(self):
        self.started = time.perf_counter()
        self.process = subprocess.Popen([TOOLS / "bare", "0"], stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())
        self.healthy_at = healthy(self.port)
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


class HearingModel:
    """A model that remembers how long the last request was."""

    def __enter__(self):
        class Answer(http.server.BaseHTTPRequestHandler):
            def do_POST(answer):
                self.heard = len(answer.rfile.read(int(answer.headers["Content-Length"])))
                answer.send_response(200)
                answer.send_header("Content-Type", "text/event-stream")
                answer.end_headers()
                piece = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "fake-1",
                         "choices": [{"index": 0, "delta": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}]}
                answer.wfile.write(b"data: " + json.dumps(piece).encode() + b"\n\ndata: [DONE]\n\n")

            def log_message(answer, *_):
                pass

        self.heard = 0
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()


class Platform:
    """Telegram or Discord in C, with people who write as soon as they may: see load/platforms.c."""

    def __init__(self, name, how, chats, turns, most):
        self.name, self.arguments = name, [how, str(chats), str(turns), str(most)]

    def __enter__(self):
        self.process = subprocess.Popen([TOOLS / "platforms", self.name, *self.arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    @property
    def variable(self):
        return f"{self.name.upper()}_BOT_TOKEN"

    @property
    def token(self):
        return "7100000001:AABenchTelegramToken_0000000000000000000" if self.name == "telegram" else "MTEwMDAwMDAwMDAwMDAwMDAwMQ.bench.token-0000000000000000000000"

    @property
    def section(self):
        everybody = {"groupPolicy": "open", "dmPolicy": "open", "allowFrom": ["*"]}
        address = {"apiRoot": f"http://127.0.0.1:{self.port}" + ("" if self.name == "telegram" else "/api/v10")}
        return everybody | address | {"groups" if self.name == "telegram" else "guilds": {"*": {"requireMention": False}}}

    def say(self, word):
        self.process.stdin.write(word + "\n")
        self.process.stdin.flush()

    def ask(self, word):
        self.say(word)
        return [float(figure) for figure in self.process.stdout.readline().split()]

    def count(self):
        """Messages written, confirmed (on Telegram), answered, and answers that nobody waited for."""
        return [int(figure) for figure in self.ask("count")]

    def go_until(self, place, wanted, timeout=120):
        """Starts the people; seconds until a figure of `count` has grown to `wanted`."""
        began = time.perf_counter()
        self.say("go")
        while self.count()[place] < wanted:
            if time.perf_counter() > began + timeout:
                raise SystemExit(f"{self.name}: {self.count()} after {timeout} s; no figure of it can be trusted")
            time.sleep(0.002)
        return time.perf_counter() - began


def median(values):
    return sorted(values)[len(values) // 2]


def bench_size():
    row("binary, MB", BINARY.stat().st_size / 1e6, 20)
    page = ROOT / "dist/ui"
    if page.exists():
        row("page, compressed kB", sum(f.stat().st_size for f in page.rglob("*.br")) / 1000, 150)


def bench_start():
    """Warm, as in the design's figures: the state directory has been used before."""
    starts, limits = [], []
    with Gateway() as first:
        first.keeps_state = True
    for _ in range(15):
        with Gateway(state=first.state) as g:
            g.keeps_state = True
            starts.append((g.healthy_at - g.started) * 1000)
        with Bare() as b:
            limits.append((b.healthy_at - b.started) * 1000)
    shutil.rmtree(first.state)
    row("warm start to healthy, ms (median of 15)", median(starts), 8, f"{median(limits):.1f}")
    answers = []
    with Bare() as model:
        with Gateway(model.port) as first:
            first.keeps_state = True
        for _ in range(9):
            # Somebody is there before it, and writes as soon as they can.
            g = Gateway(model.port, state=first.state)
            g.keeps_state = True
            client = g.load("first", 1, 0)
            time.sleep(0.01)
            with g:
                # The client's clock and perf_counter are both CLOCK_MONOTONIC.
                answers.append((float(client.communicate()[0]) - g.started) * 1000)
    shutil.rmtree(first.state)
    row("warm start to the first answer, ms (median of 9)", median(answers), 22)


def bench_idle():
    with Gateway() as g:
        # What the start needed is let go half a minute after it.
        time.sleep(35)
        rss, private = memory(g.pid)
        row("idle RSS, MB", rss, 10)
        row("idle private memory, MB", private, 1.2)
        before = cpu_ms(g.pid)
        time.sleep(60)
        row("CPU an idle minute, ms", cpu_ms(g.pid) - before, 2.5)
    with Bare() as b:
        rows[-3] = rows[-3][:3] + (f"{memory(b.process.pid)[0]:.1f}",) + rows[-3][4:]


def bench_clients():
    for count in (500, 1000, 5000):
        with Gateway() as g:
            time.sleep(1)
            before = memory(g.pid)[1]
            load = g.load("hold", count, 70 if count == 500 else 5)
            assert load.stdout.readline().strip() == "ready"
            time.sleep(2)
            row(f"memory a client at {count}, kB", (memory(g.pid)[1] - before) * 1024 / count, 4)
            if count == 500:
                used = cpu_ms(g.pid)
                time.sleep(60)
                row("CPU an idle minute with 500 clients, ms", (cpu_ms(g.pid) - used), 100)
            load.kill()


def bench_small():
    """A machine of 40 MB, and what a first "hi" costs."""
    with HearingModel() as model, Gateway(model.port) as g:
        g.rate("turns", 1, 0.001)
        row("first \"hi\", bytes sent to the model", model.heard, 10_000)
    group = MemoryGroup.make(40)
    if group is None:
        print("  left out: no control group can be made here")
        return
    with Bare() as model:
        with Gateway(model.port, group=group) as g:
            row("turns in half a second on a machine of 40 MB", g.rate("turns", 1, 0.5)[0] / 2, 20, "", "more")
            if g.process.poll() is not None:
                raise SystemExit("40 MB were not enough")
        group.remove()


def bench_requests():
    with Bare() as b:
        process = subprocess.run([TOOLS / "client", str(b.port), "echo", "16", "3", "-", "-", "-"], capture_output=True, text=True)
        limit = float(process.stdout.split()[0])
    with Gateway() as g:
        row("health a second, 16 connections", g.rate("rate", 16, 3, "health", "{}")[0], 50_000, f"{limit:,.0f} echoes", "more")


def bench_http():
    def wrk(port, path="/healthz"):
        text = subprocess.run(["wrk", "-t1", "-c50", "-d3", f"http://127.0.0.1:{port}{path}"], capture_output=True, text=True).stdout
        return float(re.search(r"Requests/sec:\s+([\d.]+)", text).group(1))
    if not shutil.which("wrk"):
        print("  left out: wrk is not installed")
        return
    with Bare() as b:
        limit = wrk(b.port)
    with Gateway() as g:
        row("/healthz a second, 50 connections", wrk(g.port), None, f"{limit:,.0f}", "more")


def bench_turns():
    commits = subprocess.run([TOOLS / "commits", tempfile.mktemp(), "2"], capture_output=True, text=True).stdout.strip()
    with Bare() as model:
        with Gateway(model.port) as g:
            _, p50, p99 = g.rate("turns", 1, 3)
            row("turn above an instant model, ms, median", p50, 2)
            row("turn above an instant model, ms, p99", p99, None)
        with Gateway(model.port) as g:
            # What else the machine does only adds to the CPU of a turn, so the best of some rounds is the program's own.
            rounds = []
            for _ in range(3):
                before = cpu_ms(g.pid)
                rate, _, p99 = g.rate("turns", 16, 4)
                rounds.append((rate, (cpu_ms(g.pid) - before) / max(1, rate * 4)))
            row("turns a second, 16 sessions", max(r for r, _ in rounds), 1500, f"{commits} raw commits", "more")
            row("CPU a turn, ms (best of 3)", min(used for _, used in rounds), 0.5)
            before = cpu_ms(g.pid)
            rate, _, p99 = g.rate("crowd", 16, 5)
            used = cpu_ms(g.pid) - before
            row("turns a second, 16 clients with a session each, who all see every turn", rate, None, "", "more")
            row("CPU such a turn, ms", used / max(1, rate * 5), None)
            row("history a second, 16 connections", g.rate("rate", 16, 3, "chat.history", json.dumps({"sessionKey": BENCH_SESSION, "limit": 50}))[0], 10_000, "", "more")
        with Gateway(model.port) as g:
            g.rate("turns", 20, 0.2)
            time.sleep(32)
            rss, private = memory(g.pid)
            row("RSS after turns in 20 sessions, MB", rss, 22)
            row("private memory after turns in 20 sessions, MB", private, 4)


def bench_fanout():
    def turns(gateway):
        """CPU ms, and how many turns."""
        before = cpu_ms(gateway.pid)
        rate = gateway.rate("turns", 1, 3)[0]
        return cpu_ms(gateway.pid) - before, rate * 3

    with Bare() as model, Gateway(model.port) as g:
        alone, count = turns(g)
        of_a_turn = alone / max(1, count)
        watchers = g.load("watch", 100, 6)
        assert watchers.stdout.readline().strip() == "ready"
        time.sleep(0.5)
        watched, count = turns(g)
        events = int(watchers.stdout.readline().split()[1])
    row("CPU an event delivered to a watcher, µs", (watched - of_a_turn * count) * 1000 / max(1, events), 2)


def bench_history():
    """A transcript of 100 MB: what reading its end costs, and the next turn on it."""
    history = json.dumps({"sessionKey": BENCH_SESSION, "limit": 50})
    with Bare() as model, Gateway(model.port) as g:
        g.rate("turns", 1, 0.01)
        inject = json.dumps({"sessionKey": BENCH_SESSION, "message": "x" * 6000})
        size = 0
        while size < 100e6:
            # Through the socket, as anyone would.
            g.rate("rate", 8, 2, "chat.inject", inject)
            size = sum(file.stat().st_size for file in g.state.glob("openclaw.sqlite*"))
        row("chat.history of a 100 MB transcript, first, ms", g.rate("rate", 1, 0.001, "chat.history", history)[2], 5)
        row("chat.history of a 100 MB transcript, ms", g.rate("rate", 1, 1, "chat.history", history)[1], 5)
        time.sleep(32)
        before = memory(g.pid)[0]
        g.rate("rate", 1, 0.001, "chat.history", history)
        row("RSS grown by chat.history of a 100 MB transcript, MB", max(0, memory(g.pid)[0] - before), None)
        # A client of another process's number, and so a turn that no cache has seen.
        row("next turn on a 100 MB transcript, ms", g.rate("turns", 1, 0.001)[1], 20)
        g.keeps_state = True
    with Gateway(state=g.state) as again:
        row("chat.history of a 100 MB transcript, first after a start, ms", again.rate("rate", 1, 0.001, "chat.history", history)[2], 5)


def connected(gateway):
    """Waits until every platform is connected; the accounts of `channels status`."""
    for _ in range(200):
        environment = gateway.environment | {"OPENCLAW_GATEWAY_PORT": str(gateway.port)}
        text = subprocess.run([BINARY, "channels", "status", "--json"], env=environment, capture_output=True, text=True).stdout
        accounts = {name: found[0] for name, found in json.loads(text)["channelAccounts"].items()} if text else {}
        if accounts and all(account.get("connected") for account in accounts.values()):
            return accounts
        time.sleep(0.02)
    raise SystemExit("the platforms do not connect")


def in_and_out(people, gateway, count, name, where):
    """Rows of `count` messages, of which each waits for the answer to the one before it in its chat."""
    connected(gateway)
    before = cpu_ms(gateway.pid)
    seconds = people.go_until(2, count)
    row(f"{name}: messages a second in and out, {where}", count / seconds, None, better="more")
    row(f"{name}: CPU a message in and out, ms", (cpu_ms(gateway.pid) - before) / count, None)


def bench_channels():
    with Bare() as model:
        for name in ("telegram", "discord"):
            count = 5000 if name == "telegram" else 3000
            with Platform(name, "burst", 100, 0, count) as people, Gateway(model.port, platforms=[people]) as g:
                connected(g)
                if name == "telegram":
                    seconds = people.go_until(1, count)
                else:
                    began = time.perf_counter()
                    people.say("go")
                    while connected(g)[name].get("received", 0) < count:
                        time.sleep(0.005)
                    seconds = time.perf_counter() - began
                row(f"{name}: messages a second in, on disk, {count} at once", count / seconds, None, better="more")
        with Platform("telegram", "loop", 16, 10, 5000) as people, Gateway(model.port, platforms=[people]) as g:
            in_and_out(people, g, 5000, "telegram", "16 chats, ten messages each")
        with Platform("discord", "loop", 16, 0, 400) as people, Gateway(model.port, platforms=[people]) as g:
            in_and_out(people, g, 400, "discord", "16 channels (Discord takes 50 requests, typing among them)")
            times = []
            for _ in range(5):
                connected(g)
                times += people.ask("drop")
            row("discord: socket dropped to session resumed, ms (median of 5, with our own pause)", median(times), None)
        with Platform("telegram", "loop", 16, 0, 320) as telegram, Platform("discord", "loop", 16, 0, 320) as discord:
            with Gateway(model.port, platforms=[telegram, discord]) as g:
                connected(g)
                page = g.load("watch", 1, 120)
                assert page.stdout.readline().strip() == "ready"
                discord.say("go")
                telegram.go_until(2, 320)
                discord.go_until(2, 320)
                time.sleep(35)
                rss, private = memory(g.pid)
                page.kill()
                row("RSS with both channels connected, after 640 messages, MB", rss, 40)
                row("private memory with both channels connected, after 640 messages, MB", private, None)


def bench_cli():
    with Bare() as model, Gateway(model.port) as g:
        took, peak = g.cli("status")
        row("`status`, ms (best of 10)", took, 6)
        row("`status`, peak MB", peak, 10)
        row("`--version`, ms", g.cli("--version")[0], None)


def bench_image():
    """Its file system, laid out as `make image-root` does it: as root, with debootstrap."""
    if os.geteuid() != 0 or not shutil.which("debootstrap"):
        return
    folder = tempfile.mkdtemp(prefix="bench-image-")
    try:
        subprocess.run(["sh", ROOT / "Image/root.sh", folder], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        said = subprocess.run(["sh", ROOT / "Image/size.sh", folder], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    finally:
        shutil.rmtree(folder)
    row("image, packed, MB", int(re.search(r"(\d+) bytes packed", said).group(1)) / 1e6, 60)


# Lines of the table in docs/*/deploy.md: the row they show, and the words for it.
SHOWN = {
    "image, packed, MB": ("MB", {"en": "image, packed", "sv": "avbilden, packad"}),
    "idle RSS, MB": ("MB", {"en": "memory at rest", "sv": "minne i vila"}),
    "RSS with both channels connected, after 640 messages, MB": (
        "MB", {"en": "memory with Telegram and Discord connected, after 640 messages", "sv": "minne med Telegram och Discord anslutna, efter 640 meddelanden"}),
    "warm start to healthy, ms (median of 15)": ("ms", {"en": "start until it serves", "sv": "start tills den svarar"}),
    "warm start to the first answer, ms (median of 9)": ("ms", {"en": "start until a first answer is there", "sv": "start tills ett första svar finns"}),
}


# What Fly asks for a shared-cpu-1x of so many megabytes, in USD a month in its dearest region, and for a gigabyte of volume:
# its price list of 2026.
MACHINES = {256: 2.50, 512: 4.00, 1024: 7.00}
VOLUME = 0.15
# Megabytes that a machine keeps for its kernel and the first process, and has to have free for a turn with pictures.
BESIDE = 128
COST = {"en": "a month on the smallest machine with room for it ({} MB), with 1 GB of volume, at most",
        "sv": "i månaden på den minsta maskin som har plats för det ({} MB), med 1 GB volym, högst"}


def tell_docs():
    """Puts what was measured into the docs; a line whose row was not measured stays as it is."""
    measured = {name: float(value.replace(",", "")) for name, value, *_ in rows}
    for language in ("en", "sv"):
        lines = {words[language]: (f"{measured[name]:.1f} {unit}", words[language]) for name, (unit, words) in SHOWN.items() if name in measured}
        memory = measured.get("RSS with both channels connected, after 640 messages, MB")
        if memory:
            size = min(size for size in MACHINES if size >= memory + BESIDE)
            lines[COST[language]] = (f"{MACHINES[size] + VOLUME:.2f} USD", COST[language].format(size))
        page = ROOT / "docs" / language / "deploy.md"
        text = page.read_text()
        for start, (value, words) in lines.items():
            if language == "sv":
                value = value.replace(".", ",")
            pattern = re.escape(start).replace(r"\{\}", r"\d+")
            text, count = re.subn(rf"^\| {pattern} \|.*$", lambda _: f"| {words} | {value} |", text, flags=re.M)
            assert count == 1, f"{page} has no line `{start}`"
        page.write_text(text)


def table():
    widths = [max(len(r[i]) for r in rows + [HEADER]) for i in range(5)]
    for line in [HEADER, tuple("-" * w for w in widths)] + rows:
        print("| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths)) + " |")


HEADER = ("figure", "measured", "bound", "limit, same run", "")
GROUPS = [bench_size, bench_start, bench_cli, bench_requests, bench_http, bench_turns, bench_small, bench_fanout, bench_history, bench_channels, bench_clients, bench_idle, bench_image]

if __name__ == "__main__":
    wanted = sys.argv[1:]
    for group in GROUPS:
        name = group.__name__.removeprefix("bench_")
        if not wanted or name in wanted:
            print(name, flush=True)
            group()
    print()
    table()
    if not wanted:
        tell_docs()
    sys.exit(1 if any(r[4] == "MISSED" for r in rows) else 0)
