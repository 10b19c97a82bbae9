"""A rule that raises is told of once and is off from then on; everything else works."""

from __future__ import annotations

import sys

from lsp.raw import RawClient

PROGRAM = """
import dataclasses, sys
from finetooth_rules import catalogue
def fail(*arguments):
    raise RuntimeError("broken on purpose")
for code in ("FMT006", "SIZ001"):
    module = catalogue.rule_modules()[code]
    function = "check" if code == "FMT006" else "fit"
    module.RULE = dataclasses.replace(module.RULE, **{function: fail})
catalogue.builtin.cache_clear()
from finetooth.lsp.main import main
sys.exit(main([]))
"""
MISSPELT = '{"messages": [{"role": "user", "content": "Hi"}, {"role": "asistant", "content": "Hello"}]}\n'


def test_it_is_told_once_and_the_others_go_on() -> None:
    with RawClient([sys.executable, "-c", PROGRAM]) as client:
        client.start()
        uris = [f"file:///nowhere/{name}.jsonl" for name in "ab"]
        told: list[str] = []
        for uri in uris:
            client.open(uri, MISSPELT + "x\n")
            codes: set[str] = set()
            while "SYN001" not in codes:
                message = client.next().json
                if message.get("method") == "window/logMessage":
                    told.append(message["params"]["message"])
                elif (
                    message.get("method") == "textDocument/publishDiagnostics"
                    and message["params"]["uri"] == uri
                ):
                    codes = {item["code"] for item in message["params"]["diagnostics"]}
            assert "FMT006" not in codes
        assert [message for message in told if "FMT006" in message] == [
            "Rule FMT006 failed and is off until the server is restarted: RuntimeError: broken on purpose"
        ]
        assert client.stop() == 0
