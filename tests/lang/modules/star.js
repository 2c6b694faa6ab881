export const star1 = 's1', own = 'hidden', amb = 1; export default 5;
