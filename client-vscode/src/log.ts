// The log: one output channel for the extension, the server's stderr and the traced traffic.

import * as vscode from "vscode";

/** Opens the "Finetooth" output channel. Its level is set by *Developer: Set Log Level…*. */
export function createLog(): vscode.LogOutputChannel {
  return vscode.window.createOutputChannel("Finetooth", { log: true });
}
