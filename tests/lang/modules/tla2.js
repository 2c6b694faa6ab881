export const dep = await new Promise(r => Promise.resolve().then(() => r(7)));
