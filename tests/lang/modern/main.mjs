import { report } from './worker.mjs';
console.log((await report()).trimEnd());
