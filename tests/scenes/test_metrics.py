import json

from planbench.scenes.metrics import Metrics
from planbench.services.resources import resource


def test_metrics_of_the_tokens_for_paper_and_comfortable_rows():
    tokens = json.loads(resource("tokens.json").read_text(encoding="utf-8"))["gantt"]
    assert Metrics.of_tokens(tokens) == Metrics()
    assert Metrics.of_tokens(tokens, 22).bar_height == 9
    assert Metrics.of_tokens(tokens, 28).bar_top == 6
