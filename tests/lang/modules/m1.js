export default function () { return 'def' + a; }
export const a = 'A'; let b = 'B'; export { b };
export let count = 0; export function inc() { return ++count; }
export const obj = { k: 'k' };
