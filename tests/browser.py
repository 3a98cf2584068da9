"""Chromium, driven by Playwright's core: runs a script of a test in Node.js and gives back what it printed."""
import json
import os
import subprocess
import tempfile

from support import ROOT

MODULES = os.path.join(ROOT, "tests/npm/node_modules")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]

# The script's body has: browser, open(options) -> page of the document, said (console and errors), asked (addresses).
FRAME = """
const { chromium } = require("playwright-core");
(async () => {
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: %(flags)s });
  const said = [], asked = [];
  const open = async (options) => {
    const page = await (await browser.newContext(options || {})).newPage();
    page.on("console", (message) => said.push(message.text()));
    page.on("pageerror", (error) => said.push(String(error)));
    page.on("request", (request) => asked.push(request.url()));
    await page.goto("file://" + %(document)s);
    return page;
  };
  const result = await (async () => { %(body)s })();
  await browser.close();
  console.log(JSON.stringify({ result, said, asked }));
})().catch((error) => { console.error(error); process.exit(1); });
"""


def node(script, timeout=120):
    """Runs a script of Node.js that finds the tests' modules; its output as JSON."""
    with tempfile.NamedTemporaryFile("w", suffix=".cjs", encoding="utf-8") as file:
        file.write(script)
        file.flush()
        done = subprocess.run(["node", file.name], capture_output=True, text=True, timeout=timeout, check=False,
                              env={**os.environ, "NODE_PATH": MODULES})
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def browse(document, body):
    """What the body returned, what the page said on its console, and the addresses that it asked for."""
    answer = node(FRAME % {"flags": json.dumps(FLAGS), "document": json.dumps(document), "body": body})
    return answer.get("result"), answer["said"], answer["asked"]
