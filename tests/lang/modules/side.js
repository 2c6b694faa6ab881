globalThis.sideRan = true; console.log('side');
