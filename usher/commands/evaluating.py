"""What does `usher eval` tell? How a model does in recorded dialogues: a table, what went wrong, and an exit status."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from usher.loop import run

if TYPE_CHECKING:
    from rich.console import Console

    from services.agent.evals.report import Report
    from usher.dialogue_files import Problem
    from usher.evaluation import Evaluation, Outcome

WRONG_STATUS = 1
NOT_ALL_PLAYED_STATUS = 2

_MS = 1000


def eval_command(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="JSON lines: businesses and dialogues (docs/evals.md)."),
    ],
    model: Annotated[
        str | None,
        typer.Option(
            help="provider:model, several in order separated by commas; `USHER_LLM` without, or `offline`."
        ),
    ] = None,
    language: Annotated[str | None, typer.Option(help="Only dialogues in this language: en, pt, …")] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="Only this dialogue; `*` for anything; may be repeated."),
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="All that was said, too.")] = False,
    at_once: Annotated[
        int | None, typer.Option(min=1, max=500, help="Dialogues played together. [default: 4; offline 1]")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs: one JSON object.")] = False,
) -> None:
    """Play recorded dialogues against a model: did customers get what they wanted, and nothing else?

    Each dialogue is played in a business of its own, in memory: no server, nothing is booked or sent. Files are those of
    docs/evals.md, or the appointment dialogues of Schema-Guided Dialogue in the shape of `sgd_dialogues.jsonl`.

    Told per language and kind: dialogues, task success, wrong bookings (also wrong cancellations, moves, places in
    queues), how often it asked again, who gave up, dialogues with an unexpected answer, turns, milliseconds, dollars.
    A line that cannot be read is told as file:line, and the others are played.

    Exits with 0 when there was no wrong booking, 1 when there was one, 2 when something could not be played.

    Examples:

    - `usher eval tests/fixtures/dialogues/*.jsonl`
    - `usher eval studio.jsonl --model openai:gpt-6.1-terra --language pt`
    - `usher eval studio.jsonl --only 'en-cancel*' --verbose`
    - `usher eval sgd_dialogues.jsonl --json | jq .total`
    """
    from shared.errors import UsherError
    from usher.output import Terminal

    try:
        evaluation = _evaluation(files, model, language, only or [], at_once, quiet=as_json)
    except UsherError as error:
        Terminal().error(str(error))
        raise typer.Exit(NOT_ALL_PLAYED_STATUS) from None
    if as_json:
        import json

        typer.echo(json.dumps(evaluation.as_document(words=verbose), indent=1, ensure_ascii=False))
    else:
        _print(evaluation, verbose=verbose)
    if not evaluation.ok:
        raise typer.Exit(WRONG_STATUS)
    if evaluation.problems:
        raise typer.Exit(NOT_ALL_PLAYED_STATUS)


def _evaluation(
    files: list[Path],
    model: str | None,
    language: str | None,
    only: list[str],
    at_once: int | None,
    *,
    quiet: bool,
) -> Evaluation:
    """What came of the dialogues that are meant. Raises UsherError when none can be played."""
    from shared.errors import UsherError
    from shared.service import tune_garbage_collection
    from shared.telemetry import configure_logging
    from usher.configured import load_settings
    from usher.dialogue_files import read_script
    from usher.evaluation import chosen, evaluate

    settings = load_settings()
    if model is not None:
        settings = settings.model_copy(update={"llm": model})
    configure_logging(settings)
    try:
        script = read_script(files)
    except OSError as error:
        raise UsherError(f"{error.filename} cannot be read: {error.strerror}.") from error
    _print_problems(script.problems)
    found = len(script.scenes)
    script.scenes = chosen(script.scenes, language, only)
    if not script.scenes:
        why = (
            f"none of the {found} dialogues is meant by --language and --only"
            if found
            else "no dialogue is there"
        )
        raise UsherError(f"Nothing to play: {why}.")
    watch = _Watch(quiet=quiet)
    tune_garbage_collection()  # as services do: what is measured are turns
    evaluation = run(evaluate(script, settings, at_once=at_once, progress=watch.on_played))
    watch.end()
    _print_problems(evaluation.problems[len(script.problems) :])
    return evaluation


def _print_problems(problems: Sequence[Problem]) -> None:
    from usher.output import Terminal

    for problem in problems:
        Terminal().error(str(problem))


class _Watch:
    """A line on standard error that says how far it is: kept up to date on a terminal, else one at each tenth."""

    def __init__(self, *, quiet: bool) -> None:
        from rich.console import Console

        self._console = Console(stderr=True, highlight=False)
        self._wrong = 0
        self._told = 0
        self._live = self._console.is_terminal
        self._quiet = quiet and not self._live

    def on_played(self, ended: int, number: int, last: Outcome | Problem) -> None:
        """A dialogue has ended."""
        from usher.evaluation import Outcome

        self._wrong += len(last.played.wrong) if isinstance(last, Outcome) else 0
        line = f"played {ended} of {number}, wrong bookings: {self._wrong}"
        if self._live:
            self._console.print(line, end="\r")
        elif not self._quiet and ended * 10 // number > self._told:
            self._told = ended * 10 // number
            self._console.print(line)

    def end(self) -> None:
        """Leave the line."""
        if self._live:
            self._console.print()


def _print(evaluation: Evaluation, *, verbose: bool) -> None:
    from rich.console import Console

    # A file or a pipe has no width: lines of tables are whole there.
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=160)
    for outcome in evaluation.outcomes:
        if verbose:
            _print_words(console, outcome)
        if verbose or not outcome.played.right or outcome.played.unexpected:
            _print_outcome(console, outcome)
    _print_table(console, evaluation)
    _print_answers(console, evaluation)


def _print_words(console: Console, outcome: Outcome) -> None:
    console.print(
        f"\n{outcome.played.id} ({outcome.scene.where})", style="bold", markup=False, soft_wrap=True
    )
    for turn in outcome.played.turns:
        console.print(f"  > {turn.words}", markup=False, soft_wrap=True)
        choices = "".join(f" [{choice.title}]" for choice in turn.reply.choices)
        text = turn.reply.text.replace("\n", "\n    ")
        console.print(f"    {text or '(nothing)'}{choices}", style="cyan", markup=False, soft_wrap=True)


def _print_outcome(console: Console, outcome: Outcome) -> None:
    played = outcome.played
    name = f"{outcome.scene.where} {played.id}"
    for effect in played.wrong:
        console.print(f"{name}: WRONG: {effect}", style="red", markup=False, soft_wrap=True)
    for effect in played.missing:
        console.print(f"{name}: missing: {effect}", markup=False, soft_wrap=True)
    for text in played.unexpected:
        console.print(f"{name}: unexpected: {text}", markup=False, soft_wrap=True)


def _print_table(console: Console, evaluation: Evaluation) -> None:
    from rich.table import Column, Table

    names = (
        "dialogues",
        "success",
        "wrong",
        "gave up",
        "asked again",
        "unexpected",
        "turns",
        "p50 ms",
        "p95 ms",
        "US$",
    )
    right = [Column(name, justify="right", no_wrap=True) for name in names]
    table = Table(Column("", no_wrap=True), *right, box=None, pad_edge=False)
    for group in (evaluation.languages, evaluation.kinds):
        for name, found in group.items():
            table.add_row(name, *_cells(found))
        table.add_row()
    table.add_row("all", *_cells(evaluation.total), style="bold")
    console.print(table)


def _cells(found: Report) -> tuple[str, ...]:
    counts = (found.wrong, found.gave_up, found.asked_again, found.unexpected, found.turns)
    times = (f"{found.p50_seconds * _MS:,.1f}", f"{found.p95_seconds * _MS:,.1f}")
    return (
        f"{found.dialogues:,}",
        f"{found.success:.1%}",
        *(f"{n:,}" for n in counts),
        *times,
        f"{found.cost:,.4f}",
    )


def _print_answers(console: Console, evaluation: Evaluation) -> None:
    answers = ", ".join(f"{name} {number:,}" for name, number in evaluation.answers.most_common())
    total = evaluation.total
    tokens = f"; {total.input_tokens:,} tokens in, {total.output_tokens:,} out" if total.input_tokens else ""
    unpriced = f"; {evaluation.unpriced:,} answers without a known price" if evaluation.unpriced else ""
    prompt = f", prompt {evaluation.prompt}" if evaluation.prompt else ""
    told = f"{evaluation.model}{prompt}: answers of {answers}{tokens}{unpriced}"
    console.print(told, markup=False, soft_wrap=True)
