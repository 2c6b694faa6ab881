import { dep } from './tla2.js'; const v = await Promise.resolve(5); export const tla = v + dep; for await (const x of [1]) console.log('tla', x);
