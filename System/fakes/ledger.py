"""Counts whether each question was answered exactly once, and in order."""

from __future__ import annotations

import re
from collections.abc import Hashable
from dataclasses import dataclass

from fakes.delivery import Delivery

MARK = re.compile(r"#q\d+")


@dataclass
class _Answer:
    place: Hashable
    message_id: int
    delivery: Delivery | None


class Ledger:
    """A question and its answer carry the same mark, `#q17`; text without a mark is not counted. Tests read it from
    their own thread while it grows, so every reading starts with a copy."""

    def __init__(self) -> None:
        self._asked: dict[str, Hashable] = {}
        self._answers: dict[str, list[_Answer]] = {}

    def asked(self, place: Hashable, text: str) -> None:
        for mark in MARK.findall(text):
            self._asked.setdefault(mark, place)

    def posted(self, place: Hashable, message_id: int, text: str, delivery: Delivery | None) -> None:
        """A new message of the bot."""
        self.changed(place, message_id, "", text, delivery)

    def changed(self, place: Hashable, message_id: int, before: str, after: str, delivery: Delivery | None) -> None:
        """What a message of the bot says now; nothing after it was deleted."""
        old, new = set(MARK.findall(before)), set(MARK.findall(after))
        for mark in old - new:
            answers = self._answers.get(mark, [])
            self._answers[mark] = [a for a in answers if (a.place, a.message_id) != (place, message_id)]
        for mark in new - old:
            self._answers.setdefault(mark, []).append(_Answer(place, message_id, delivery))

    @property
    def count(self) -> int:
        """How many questions were asked."""
        return len(self._asked)

    @property
    def losses(self) -> list[str]:
        """Questions without an answer."""
        return [mark for mark in list(self._asked) if not self._answers.get(mark)]

    @property
    def duplicates(self) -> list[str]:
        """Questions answered again although the client had been told that the first answer was posted."""
        return [mark for mark, answers in list(self._answers.items()) if _repeats(answers, excused=False)]

    @property
    def excused(self) -> list[str]:
        """Questions answered again after an answer whose delivery is in doubt."""
        return [mark for mark, answers in list(self._answers.items()) if _repeats(answers, excused=True)]

    @property
    def misplaced(self) -> list[str]:
        """Questions answered somewhere else than where they were asked."""
        return [
            mark
            for mark, place in list(self._asked.items())
            if any(answer.place != place for answer in self._answers.get(mark, []))
        ]

    @property
    def out_of_order(self) -> list[str]:
        """Questions whose first answer came before the answer to an earlier question of the same place."""
        latest: dict[Hashable, int] = {}
        late = []
        for mark, place in list(self._asked.items()):
            if answers := self._answers.get(mark):
                first = answers[0].message_id
                if first < latest.get(place, first):
                    late.append(mark)
                latest[place] = max(first, latest.get(place, first))
        return late

    def assert_exactly_once(self) -> None:
        assert not (self.losses or self.duplicates or self.misplaced or self.out_of_order), (
            f"lost {self.losses}, doubled {self.duplicates}, misplaced {self.misplaced}, "
            f"out of order {self.out_of_order}"
        )


def _repeats(answers: list[_Answer], excused: bool) -> bool:
    """Whether an answer followed one that was doubtful (`excused`) or certain (not)."""
    return any((a.delivery is not None and a.delivery.doubtful) == excused for a in answers[:-1])
