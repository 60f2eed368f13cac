"""Divide a text into sentences."""

from __future__ import annotations

DEFAULT_LANGUAGE = "en"


def split_sentences(text: str, language: str = DEFAULT_LANGUAGE) -> list[str]:
    """Return the sentences of a text, without the white space around them.

    A line break ends a sentence: web text has one between paragraphs, headings and items of lists. Within a line
    `sentencex` finds the ends, with the abbreviations of the language; it knows the eight languages of the
    paper's appendix A.2 and some 300 others.

    Args:
        text: The text.
        language: Its language (ISO 639-1).

    Example:
        ```python
        >>> split_sentences("Dr. Smith left at 5 p.m. on Monday. Why?")
        ['Dr. Smith left at 5 p.m. on Monday.', 'Why?']

        ```
    """
    from sentencex import segment  # pyright: ignore[reportAttributeAccessIssue] (it has no stubs)

    sentences = [
        sentence.strip() for line in text.splitlines() if line.strip() for sentence in segment(language, line)
    ]
    return [sentence for sentence in sentences if sentence]
