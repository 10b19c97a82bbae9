// The page of the conversation preview: style and script of our own, allowed by a nonce, and nothing else.

/** The whole page. Content comes later, by messages. */
export function page(nonce: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'; base-uri 'none'; form-action 'none'">
<title>Conversation</title>
<style nonce="${nonce}">${STYLE}</style>
</head>
<body>
<header id="head"><span id="where"></span><nav><button type="button" data-step="-1" title="Previous record">‹</button><button type="button" data-step="1" title="Next record">›</button></nav></header>
<main id="main"><p class="empty">Put the cursor into a record.</p></main>
<script nonce="${nonce}">${SCRIPT}</script>
</body>
</html>`;
}

const STYLE = `
body { padding: 0 16px 32px; font: var(--vscode-font-size)/1.5 var(--vscode-font-family); color: var(--vscode-foreground); }
#head { position: sticky; top: 0; display: flex; justify-content: space-between; align-items: center; padding: 8px 0; background: var(--vscode-editor-background); border-bottom: 1px solid var(--vscode-panel-border, transparent); z-index: 1; }
#where, .facts, .empty { color: var(--vscode-descriptionForeground); }
button { font: inherit; font-size: 0.9em; border: 0; border-radius: 3px; padding: 2px 8px; cursor: pointer; color: var(--vscode-button-secondaryForeground); background: var(--vscode-button-secondaryBackground); }
button:hover { background: var(--vscode-button-secondaryHoverBackground); }
button:focus-visible { outline: 1px solid var(--vscode-focusBorder); }
nav button { font-size: 1.2em; line-height: 1; margin-left: 4px; }
.findings { list-style: none; margin: 8px 0; padding: 0; }
.findings li { padding: 2px 8px; border-left: 3px solid var(--vscode-editorInfo-foreground); margin: 4px 0; }
.findings .error { border-color: var(--vscode-editorError-foreground); }
.findings .warning { border-color: var(--vscode-editorWarning-foreground); }
.code, .id, .name, .language, pre, code { font-family: var(--vscode-editor-font-family), monospace; }
.turn { border: 1px solid var(--vscode-widget-border, var(--vscode-panel-border, transparent)); border-radius: 8px; margin: 12px 0; padding: 8px 14px; max-width: 52em; overflow-wrap: anywhere; }
.turn.user { margin-left: auto; background: var(--vscode-textBlockQuote-background); }
.turn.system, .turn.developer, .turn.tool, .turn.function { border-style: dashed; }
.turn header { display: flex; flex-wrap: wrap; gap: 8px; align-items: baseline; }
.turn .role { font-weight: 600; }
.turn .trained { font-size: 0.85em; color: var(--vscode-charts-green, var(--vscode-testing-iconPassed)); }
.turn .id, .turn .name { font-size: 0.85em; color: var(--vscode-descriptionForeground); }
.turn header .tools { margin-left: auto; opacity: 0; }
.turn:hover .tools, .turn:focus-within .tools { opacity: 1; }
.turn header .tools button { margin-left: 4px; }
.turn.changed { outline: 1px solid var(--vscode-focusBorder); }
.text { white-space: pre-wrap; margin: 6px 0; }
pre { margin: 0; padding: 8px 10px; overflow-x: auto; background: var(--vscode-textCodeBlock-background); border-radius: 4px; font-size: var(--vscode-editor-font-size); }
pre code { color: inherit; background: none; }
p code { background: var(--vscode-textCodeBlock-background); border-radius: 3px; padding: 0 3px; }
div.code { position: relative; margin: 8px 0; }
.language { position: absolute; top: 2px; right: 6px; font-size: 0.8em; color: var(--vscode-descriptionForeground); }
.unclosed { font-family: var(--vscode-font-family); color: var(--vscode-editorWarning-foreground); font-size: 0.9em; }
.call { border-left: 3px solid var(--vscode-charts-purple, var(--vscode-focusBorder)); padding-left: 10px; margin: 8px 0; }
.media::before { content: "▣ "; }
.media { color: var(--vscode-descriptionForeground); margin: 6px 0; }
details { margin: 6px 0; }
summary { cursor: pointer; color: var(--vscode-descriptionForeground); }
.reasoning { border-left: 3px solid var(--vscode-panel-border, currentColor); padding-left: 10px; font-style: italic; }
dl.tools dt, .tools dt { font-family: var(--vscode-editor-font-family), monospace; }
.answers { display: grid; grid-template-columns: 1fr 1fr; gap: 16px; }
.answers h2 { font-size: 1em; margin: 12px 0 0; }
.chosen h2 { color: var(--vscode-charts-green, inherit); }
.rejected h2 { color: var(--vscode-charts-red, inherit); }
@media (max-width: 640px) { .answers { grid-template-columns: 1fr; } }
`;

// Content is HTML in which all data is escaped; and the page's policy would run nothing in it anyway.
const SCRIPT = `"use strict";
(() => {
  const host = acquireVsCodeApi();
  const main = document.getElementById("main");
  const where = document.getElementById("where");
  let record = "";
  addEventListener("message", ({ data }) => {
    const same = data.record === record;
    record = data.record;
    where.textContent = data.where;
    const closed = new Set([...main.querySelectorAll("details")].flatMap((item, at) => (item.open ? [] : [at])));
    const before = [...main.querySelectorAll(".turn")].map((turn) => turn.innerHTML);
    main.innerHTML = data.html;
    if (!same) return scrollTo(0, 0);
    [...main.querySelectorAll("details")].forEach((item, at) => { if (item.className === "reasoning") item.open = !closed.has(at); });
    [...main.querySelectorAll(".turn")].forEach((turn, at) => turn.classList.toggle("changed", before.length > at && before[at] !== turn.innerHTML));
  });
  document.addEventListener("click", ({ target }) => {
    const button = target.closest("button");
    if (!button) return;
    if (button.dataset.step) host.postMessage({ step: Number(button.dataset.step) });
    else host.postMessage({ do: button.dataset.do, turn: button.closest(".turn").dataset.turn });
  });
  host.postMessage({ ready: true });
})();`;
