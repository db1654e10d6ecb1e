"""Sends a million messages through the release binary and watches its memory and its disk: `soak.py [MESSAGES]`.

People of the platform in C write in many chats of Telegram at once and wait for their answers; most chats are left for new
ones after a while, some go on to the end, so that their beginnings are summarised. Fails when a message was not answered
exactly once, or when memory is more than a fifth above what it was after the first tenth. Standard library only.
"""

import subprocess
import sys
import time

from bench import BINARY, Bare, Gateway, Platform, connected, median, memory

MESSAGES = 1_000_000
CHATS, TURNS_A_CHAT = 64, 100
# Tokens: small, so that the chats which stay are summarised many times.
WINDOW = 24_000
SAMPLES = 100
MOST_GROWTH = 1.2
SILENCE_SECONDS = 60


def disk_mb(state):
    return sum(file.stat().st_size for file in state.rglob("*") if file.is_file()) / 1e6


def soak(messages):
    """Samples: messages answered, seconds since the start, RSS, private memory and disk in MB."""
    samples = []
    with Bare() as model, Platform("telegram", "soak", CHATS, TURNS_A_CHAT, messages) as people:
        with Gateway(model.port, platforms=[people], window=WINDOW) as gateway:
            connected(gateway)
            people.say("go")
            began = moved = time.monotonic()
            answered = 0
            while answered < messages:
                time.sleep(0.05)
                before, (_, _, answered, wrong) = answered, people.count()
                if wrong:
                    raise SystemExit(f"{wrong} answers that nobody waited for, after {answered} messages")
                if answered > before:
                    moved = time.monotonic()
                if time.monotonic() > moved + SILENCE_SECONDS:
                    raise SystemExit(f"no answer for {SILENCE_SECONDS} s, after {answered} messages")
                if answered >= messages * (len(samples) + 1) / SAMPLES:
                    samples.append((answered, time.monotonic() - began, *memory(gateway.pid), disk_mb(gateway.state)))
                    print("  {:>9,} messages  {:>6.0f} s  RSS {:>6.1f} MB  private {:>6.1f} MB  disk {:>8.1f} MB".format(*samples[-1]), flush=True)
            time.sleep(35)
            print("half a minute later: RSS {:.1f} MB, private {:.1f} MB".format(*memory(gateway.pid)))
    return samples


def grown(samples, place):
    """How many times the figure of the second half is that of the second tenth; medians, because one moment says little."""
    early = median([sample[place] for sample in samples[SAMPLES // 10 : SAMPLES // 5]])
    late = median([sample[place] for sample in samples[SAMPLES // 2 :]])
    return late / early


if __name__ == "__main__":
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else MESSAGES
    print(subprocess.run([BINARY, "--version"], capture_output=True, text=True).stdout.strip())
    samples = soak(wanted)
    rate = samples[-1][0] / samples[-1][1]
    bytes_each = (samples[-1][4] - samples[0][4]) * 1e6 / (samples[-1][0] - samples[0][0])
    print(f"{wanted:,} messages, each answered once: {rate:,.0f} a second, {bytes_each:,.0f} bytes of disk each")
    growth = {"RSS": grown(samples, 2), "private memory": grown(samples, 3)}
    for name, times in growth.items():
        print(f"{name} in the second half: {times:.2f} times that of the second tenth (at most {MOST_GROWTH})")
    sys.exit(1 if max(growth.values()) > MOST_GROWTH else 0)
