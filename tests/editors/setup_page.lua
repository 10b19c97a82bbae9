-- What is said in docs/editors/neovim.md, done; the block of the page is the init file. Prints one JSON object a line for
-- test_setup_pages.py.

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
    table.insert(found, diagnostic.code or diagnostic.user_data.lsp.code)
  end
  table.sort(found)
  return table.concat(found, " ")
end

local function debug_information()
  vim.cmd("FinetoothDebug")
  local lines = vim.api.nvim_buf_get_lines(0, 0, -1, false)
  vim.cmd("bwipeout")
  return table.concat(lines, "\n")
end

local function new()
  local buffer = vim.api.nvim_get_current_buf()
  local client = vim.lsp.get_clients({ name = "finetooth" })[1]
  say("root", client.root_dir)
  wait("hints", function() return #vim.lsp.inlay_hint.get({ bufnr = buffer }) > 0 end)
  say("hint", vim.lsp.inlay_hint.get({ bufnr = buffer })[1].inlay_hint.label)
  wait("a lens", function()
    vim.api.nvim_exec_autocmds("BufEnter", { buffer = buffer })
    vim.wait(100)
    return #vim.lsp.codelens.get(buffer) > 0
  end)
  say("lens", vim.lsp.codelens.get(buffer)[1].command.title)
  say("debug", debug_information())

  -- An edited config file is read when a dataset is saved; saving repairs as well.
  vim.fn.writefile({ 'ignore = ["SIZ", "DUP", "TSK", "SYN003"]' }, "finetooth.toml")
  vim.cmd("silent write")
  wait("no findings", function() return codes() == "" end)
  say("saved", vim.fn.readfile("train.jsonl"))

  client.settings = { finetooth = { target = "openai" } }
  client:notify("workspace/didChangeConfiguration", { settings = client.settings })
  wait("the target", function() return debug_information():find("target openai", 1, true) end)
  say("configured", true)
end

local ok, message = xpcall(function()
  wait("findings", function() return codes() == "FMT006 SYN003" end)
  say("found", codes())
  if vim.env.FINETOOTH_PAGE == "neovim-0.11" then
    new()
  end
  say("done", true)
end, debug.traceback)
if not ok then
  say("error", message)
end
vim.cmd(ok and "qall!" or "cquit 1")
