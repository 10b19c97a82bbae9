// Commands of the server that this extension handles itself.

/** Makes the report page. The code lens calls it as one of VS Code's. */
export const MAKE_REPORT = "finetooth.openReport";
