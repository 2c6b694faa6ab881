import { Shape as S } from './side.ts';
class Base { set x(v: number) { console.log('setter'); } }
export class Defined extends Base { x = 1; y?: S; }
