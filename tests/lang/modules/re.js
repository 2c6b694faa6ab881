export { a as re1, default } from './m1.js'; export * as nsRe from './m1.js'; export * from './star.js'; export * from './star_b.js'; export const own = 1;
