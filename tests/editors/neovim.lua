-- Drives a headless Neovim (0.8 or newer) as a person would; prints one JSON object a line for test_neovim.py.
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
    table.insert(found, diagnostic.code)
  end
  table.sort(found)
  return table.concat(found, " ")
end

local function line(number)
  return vim.api.nvim_buf_get_lines(0, number, number + 1, false)[1]
end

local function run()
  say("version", tostring(vim.version()))
  say("filetype", vim.bo.filetype)
  local id = vim.lsp.start({
    name = "finetooth",
    cmd = vim.json.decode(vim.env.FINETOOTH_SERVER),
    root_dir = vim.fn.getcwd(),
  })
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
      table.insert(titles, options.format_item(item))
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

  local hover = vim.lsp.buf_request_sync(0, "textDocument/hover", vim.lsp.util.make_position_params(0, "utf-8"), 10000)
  say("hover", hover[id].result.contents.value)

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
