-- Drives a headless Neovim (0.7 or newer) as a person would; prints one JSON object a line for test_neovim.py.
-- Environment: FINETOOTH_SERVER, the server's command as a JSON array.

local function say(step, value)
  io.stdout:write(vim.json.encode({ step = step, value = value }) .. "\n")
end

local function wait(what, holds)
  if not vim.wait(20000, holds, 20) then
    error("not in time: " .. what .. "; " .. vim.inspect(vim.diagnostic.get(0)))
  end
end

local function codes()
  local found = {}
  for _, diagnostic in ipairs(vim.diagnostic.get(0)) do
    -- Before 0.8 a diagnostic has its code with the protocol's data only.
    local code = diagnostic.code or diagnostic.user_data.lsp.code
    table.insert(found, code)
  end
  table.sort(found)
  return table.concat(found, " ")
end

local function line(number)
  return vim.api.nvim_buf_get_lines(0, number, number + 1, false)[1]
end

local function run()
  local version = vim.version()
  say("version", ("%d.%d"):format(version.major, version.minor))
  say("filetype", vim.bo.filetype)
  vim.bo.filetype = "jsonl" -- before 0.8 Neovim does not know it
  local config = {
    name = "finetooth",
    cmd = vim.json.decode(vim.env.FINETOOTH_SERVER),
    root_dir = vim.fn.getcwd(),
  }
  local id
  if vim.lsp.start then
    id = vim.lsp.start(config)
  else
    id = vim.lsp.start_client(config)
    vim.lsp.buf_attach_client(0, id)
  end
  wait("diagnostics", function() return codes() == "FMT006" end)
  local shown = vim.diagnostic.get(0)[1]
  -- Neovim counts bytes: the text it underlines is this.
  say("underlined", line(shown.lnum):sub(shown.col + 1, shown.end_col))
  say("diagnostic", { line = shown.lnum, source = shown.source, severity = shown.severity, message = shown.message })
  say("encoding", vim.lsp.get_client_by_id(id).offset_encoding)

  vim.api.nvim_win_set_cursor(0, { shown.lnum + 1, shown.col + 1 })
  vim.ui.select = function(items, options, choose)
    local titles = {}
    for _, item in ipairs(items) do
      table.insert(titles, (options.format_item(item)))
    end
    say("menu", titles)
    choose(items[1], 1)
  end
  vim.lsp.buf.code_action()
  wait("the repair", function() return line(shown.lnum):find('"assistant"', 1, true) end)
  wait("no diagnostics", function() return codes() == "" end)
  say("repaired", true)

  -- Typing: a new record above, then a comma too many in the middle of it, then undone.
  vim.api.nvim_buf_set_lines(0, 0, 0, false, { (line(0):gsub("漢", "😀😀")) })
  vim.api.nvim_buf_set_text(0, 0, 1, 0, 1, { "," })
  wait("a syntax error", function() return codes() == "SYN001" end)
  local broken = vim.diagnostic.get(0)[1]
  say("typed", { line = broken.lnum, text = line(0):sub(broken.col + 1, broken.end_col) })
  vim.api.nvim_buf_set_lines(0, 0, 1, false, {})
  wait("no diagnostics", function() return codes() == "" end)

  local client = vim.lsp.get_client_by_id(id)
  local place = vim.lsp.util.make_position_params(0, client.offset_encoding)
  local hover = vim.lsp.buf_request_sync(0, "textDocument/hover", place, 10000)
  say("hover", hover[id].result.contents.value)

  -- Settings of the editor: a blank line is found, and is not when its rule is ignored.
  vim.api.nvim_buf_set_lines(0, -1, -1, false, { "", "" })
  wait("a blank line", function() return codes():find("SYN003", 1, true) end)
  client.config.settings = { finetooth = { ignore = { "SIZ", "DUP", "TSK", "SYN" } } }
  client.settings = client.config.settings
  local notify = function(...) return vim.fn.has("nvim-0.11") == 1 and client:notify(...) or client.notify(...) end
  notify("workspace/didChangeConfiguration", { settings = client.config.settings })
  wait("no diagnostics", function() return codes() == "" end)
  vim.api.nvim_buf_set_lines(0, -3, -1, false, {})
  say("configured", true)

  vim.cmd("silent write")
  say("written", true)
  vim.lsp.stop_client(id)
  wait("the server's end", function() return vim.lsp.get_client_by_id(id) == nil end)
  say("done", true)
end

local ok, message = xpcall(run, debug.traceback)
if not ok then
  say("error", message)
end
vim.cmd(ok and "qall!" or "cquit 1")
