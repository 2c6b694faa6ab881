const log=[]; const it={ [Symbol.iterator]() { return { next() { log.push('n'); return {done:false,value:undefined} }, return() { log.push('r'); return {} } } } };
const thrower = () => { throw new Error('t') };
let a,b; 
try { (0, [a = thrower()] = it) } catch(e) { log.push(e.message) }
try { log.push(String(([a, b] = it) === it)) } catch(e) { log.push(e.message) }
try { if ([a = thrower()] = it) ; } catch(e) { log.push(e.message) }
const f = ([x = thrower()]) => x; try { f(it) } catch(e) { log.push(e.message) }
const g = function* () { try { [a = yield 1] = it } finally { log.push('fin') } }; const gi = g(); gi.next(); gi.return(5);
const h = ({ p: [q = thrower()] }) => q; try { h({p: it}) } catch(e) { log.push(e.message) }
try { for ([a = thrower()] of [it]); } catch(e) { log.push(e.message) }
try { let [u, {v} = thrower()] = it, ww = 2; } catch(e) { log.push(e.message) }
try { var r = ([a = thrower()] = it, 5) } catch(e) { log.push(e.message) }
console.log(log.join(' '));
