import { auth } from './auth';
import { frame } from './frame';
import { errors } from './errors';
import { pos } from './pos';
import { sync } from './sync';

export const en = { ...frame, ...auth, ...errors, ...pos, ...sync } as const;
