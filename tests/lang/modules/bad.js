import { nothing } from './m1.js';
