"""What records that do not belong look like: one of a few kinds that are known by examples."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from finetooth_rules.task._vectors import unit

if TYPE_CHECKING:
    from finetooth_rules.features import Embedder
    from finetooth_rules.task._vectors import Matrix

LEAST: Final = 0.55
"""Similarity of the mean of the records to that of a kind's examples, from which on they are said to look
like it."""

LEAD: Final = 0.15
"""How much less they must be like any other kind, and the rest of the file like this one."""

CODE: Final = "looks like program code"
SQL: Final = "looks like SQL"

KINDS: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "looks like small talk": (
        ("Hi, how are you today?", "I'm doing great, thanks for asking! How about you?"),
        ("What did you do at the weekend?", "I went to the beach with some friends. It was so much fun!"),
        (
            "I'm so tired, I barely slept last night.",
            "Oh no, that sounds rough. I hope you feel better soon.",
        ),
        ("Do you have any hobbies?", "Yes, I love to read and I play the guitar. What do you like to do?"),
        ("It's my birthday today!", "Wow, happy birthday! Are you going to have a party?"),
        ("I just got a new dog.", "That's awesome! I love dogs. What is his name?"),
    ),
    CODE: (
        ("Write a Python function that reverses a string.", "def reverse(s):\n    return s[::-1]"),
        (
            "Write a JavaScript function that sums an array.",
            "function sum(array) {\n  let total = 0;\n  for (const x of array) { total += x; }\n"
            "  return total;\n}",
        ),
        (
            "Create a Java class for a point.",
            "public class Point {\n    private int x;\n    private int y;\n"
            "    public int getX() { return x; }\n}",
        ),
        (
            "Implement a program in C++ that prints the even numbers up to n.",
            "#include <iostream>\nint main() { int n; std::cin >> n; for (int i = 0; i < n; i += 2) "
            'std::cout << i << "\\n"; return 0; }',
        ),
        (
            "Write a script that counts the lines of a file.",
            'with open("file.txt") as f:\n    print(len(f.readlines()))',
        ),
    ),
    SQL: (
        ("How many customers are there?", "SELECT COUNT(*) FROM customers;"),
        (
            "List the names of employees who earn over 5000.",
            "SELECT name FROM employees WHERE salary > 5000;",
        ),
        (
            "Which orders were placed in 2023?",
            "SELECT * FROM orders WHERE order_date BETWEEN '2023-01-01' AND '2023-12-31';",
        ),
        (
            "What is the average price per category?",
            "SELECT category, AVG(price) FROM products GROUP BY category;",
        ),
    ),
    "looks like sums in words": (
        (
            "Tom has 12 apples and buys 7 more. How many apples does he have?",
            "He has 12 + 7 = 19 apples. The answer is 19.",
        ),
        (
            "A shirt costs $25 and is sold at a discount of 20%. What is the price?",
            "The discount is 25 * 0.2 = $5, so the price is 25 - 5 = $20.",
        ),
        (
            "A train travels 60 miles per hour for 3 hours. How far does it go?",
            "It goes 60 * 3 = 180 miles.",
        ),
        (
            "Sara reads 15 pages a day. How many days does she need for 180 pages?",
            "She needs 180 / 15 = 12 days.",
        ),
    ),
}


MIXED: Final = 0.5
"""Usual similarity to its centre under which a file of programs is one in several languages: files in one
language have 0.54 to 0.75, such files 0.40 to 0.45."""

OF_CODE: Final = 0.5
ALSO_CODE: Final = 0.25
"""Similarity to programs from which on a file is one of programs, and a group in it more of the same: of
Bash and HTML it is low, too."""


def is_one_of_many_languages(members: Matrix, others: Matrix, usual: float, embedder: Embedder) -> bool:
    """Whether the members are programs in a file of programs in several languages. There each language is a
    group of its own, and the rarest is as far from the rest as strays would be. `usual`: similarity to the
    centre."""
    if usual >= MIXED:
        return False
    names, kinds = list(KINDS), _prototypes(embedder)
    code, sql = kinds[names.index(CODE)], kinds[names.index(SQL)]
    members, others = _mean(members), _mean(others)
    return bool(others @ code >= OF_CODE and max(members @ code, members @ sql) >= ALSO_CODE)


def kind_of(members: Matrix, others: Matrix, embedder: Embedder) -> str:
    """The kind that the members (unit rows: prompt half, answer half) look like, and the others do not;
    empty where there is none."""
    import numpy as np

    kinds = _prototypes(embedder)
    likeness, elsewhere = kinds @ _mean(members), kinds @ _mean(others)
    best = int(likeness.argmax())
    second = float(np.sort(likeness)[-2])
    clear = likeness[best] >= LEAST and likeness[best] - max(second, float(elsewhere[best])) >= LEAD
    return list(KINDS)[best] if clear else ""


def _prototypes(embedder: Embedder) -> Matrix:
    """A unit row a kind."""
    import numpy as np

    texts = [text for pairs in KINDS.values() for pair in pairs for text in pair]
    vectors = unit(embedder.embed(texts)).reshape(len(texts) // 2, -1)
    means, start = [], 0
    for pairs in KINDS.values():
        means.append(vectors[start : start + len(pairs)].mean(axis=0))
        start += len(pairs)
    return unit(np.array(means))


def _mean(rows: Matrix) -> Matrix:
    return unit(rows.mean(axis=0))
