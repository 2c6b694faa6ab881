export const star2 = 's2', amb = 2;
