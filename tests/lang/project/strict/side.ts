console.log('side effects of an import that only types use');
export class Shape { a = 1; }
