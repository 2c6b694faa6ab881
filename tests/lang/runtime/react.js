export default {createElement:(...a)=>a, Fragment:'F'}; export const h=1;
