"""report.html: the ladder's table and pictures, one page that can be kept and sent. Loads matplotlib."""

from collections.abc import Sequence
from html import escape
from pathlib import Path

from grader.scoring.bootstrap import compare_losses, mean_interval
from grader.scoring.predictions import PredictionFormat
from starter_kit.comparison import JudgedRows
from starter_kit.held_out import HeldOut
from starter_kit.ladder import Rung
from starter_kit.report_pictures import (
    JudgedRung,
    errors_by_slice,
    learning_curves,
    mse_with_intervals,
    predicted_against_true,
    seconds_against_mse,
)

# So many of the best stand in the picture of the slices, beside the baseline that everything starts from.
_BEST = 3
_START = "biases"
_SEED = 1

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>The ladder</title>
<style>
body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #222; }}
table {{ border-collapse: collapse; }}
th, td {{ text-align: left; padding: .15rem .8rem .15rem 0; border-bottom: 1px solid #ddd; }}
td.number {{ text-align: right; font-variant-numeric: tabular-nums; }}
.scroll {{ overflow-x: auto; }}
svg {{ max-width: 100%; height: auto; }}
</style>
</head>
<body>
<h1>The ladder</h1>
<p>{count} baselines on {rows} ratings. An interval says what other users would give (95 %, whole users resampled);
“tied” are those whose difference to the best chance alone might explain.</p>
<div class="scroll"><table>
<thead><tr>
<th>baseline</th><th>family</th><th>MSE</th><th>interval</th><th>to the best</th><th>must</th><th>fit, s</th>
</tr></thead>
<tbody>
{table}
</tbody>
</table></div>
{pictures}
</body>
</html>
"""


def write_report(rungs: Sequence[Rung], folder: Path, target: Path, expected: PredictionFormat) -> None:
    """Write the page about the rungs, one or more, whose predictions the ladder left in `folder`.

    Beside them it holds train.csv, test.csv, books.csv and solution.csv. Raises KitError or Rejected when one of
    the files is not as it should be.
    """
    rows = JudgedRows.of(folder, expected)
    judged = []
    for rung in rungs:
        predictions = rows.predictions(HeldOut.predictions_in(folder, rung.name))
        losses = rows.losses(predictions)
        judged.append(JudgedRung(rung, predictions, losses, mean_interval(losses, seed=_SEED, clusters=rows.user)))
    judged.sort(key=lambda each: (each.rung.mse, each.rung.name))
    start = [each for each in judged[_BEST:] if each.rung.name == _START]
    learners = [each for each in judged if len(each.rung.losses) > 1]
    pictures = [
        ("Error, and how sure it is", mse_with_intervals(judged)),
        ("Where the error lies", errors_by_slice([*judged[:_BEST], *start], rows.slices)),
        ("Predicted against true", predicted_against_true(judged[0], rows.solution.targets)),
        ("What the error costs", seconds_against_mse(judged)),
    ]
    if learners:
        pictures.insert(1, ("Learning", learning_curves(learners)))
    page = _PAGE.format(
        count=len(judged),
        rows=f"{len(rows.user):,}",
        table="\n".join(_row(each, judged[0], rows) for each in judged),
        pictures="\n".join(f"<h2>{escape(title)}</h2>\n{picture}" for title, picture in pictures),
    )
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(page, encoding="utf-8")


def _row(each: JudgedRung, best: JudgedRung, rows: JudgedRows) -> str:
    rung = each.rung
    gap = compare_losses(each.losses, best.losses, seed=_SEED, clusters=rows.user)
    behind = "best" if each is best else f"{gap.difference:+.4f}" if gap.is_clear else f"{gap.difference:+.4f}, tied"
    must = "" if rung.must_reach is None else f"{rung.must_reach:.3f} {'✓' if rung.is_reached is not False else '✗'}"
    cells = [
        f"<td>{escape(rung.name)}</td><td>{escape(rung.family)}</td>",
        f'<td class="number">{rung.mse:.4f}</td>',
        f'<td class="number">{each.interval.low:.3f} to {each.interval.high:.3f}</td>',
        f'<td class="number">{behind}</td><td class="number">{must}</td>',
        f'<td class="number">{rung.seconds:,.1f}</td>',
    ]
    return f"<tr>{''.join(cells)}</tr>"
