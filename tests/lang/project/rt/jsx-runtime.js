export const jsx = (type, props, key) => ['jsx', typeof type === 'function' ? type.name : type, props, key];
export const jsxs = (type, props, key) => ['jsxs', typeof type === 'function' ? type.name : type, props, key];
export const Fragment = 'Fragment';
