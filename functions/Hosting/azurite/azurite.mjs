// node azurite.mjs <install folder> <azurite's own arguments>
// Runs Azurite in this process until standard input ends. The pipe is the parent's: it ends however the parent ends.
import { createRequire } from 'node:module';
import { join } from 'node:path';

const [, script, install, ...args] = process.argv;
process.argv = [process.argv[0], script, ...args];

// Ctrl-C reaches every process of the terminal. The parent drains first and still needs its storage, so only the pipe ends us.
const once = process.once.bind(process);
process.once = (event, listener) => (event === 'SIGINT' ? process : once(event, listener));
process.on('SIGINT', () => {});

process.stdin.resume();
process.stdin.on('end', () => {
  setTimeout(() => process.exit(1), 5000).unref();
  if (!process.emit('message', 'shutdown')) process.exit(0);
});

createRequire(join(install, 'package.json'))('azurite/dist/src/azurite.js');
