// Loaded on demand; its body awaits.
import { hits } from './lib.mjs';
const value = await Promise.resolve('late');
export const snapshot = () => `${value}:${hits}`;
export default value;
