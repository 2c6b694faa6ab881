import { x, fnHoisted } from './cyc1.js';
export const y = 'Y'; export const readX = () => x; let r; try { r = x; } catch (e) { r = e.name; }
export const useFn = typeof fnHoisted + r; console.log('cyc2', r);
