import { y, readX, useFn } from './cyc2.js';
export const x = 'X' + y; export const getY = () => y + readX();
export function fnHoisted() { return 'hoisted ' + useFn; }
